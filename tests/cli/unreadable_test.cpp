// SPDX-License-Identifier: GPL-2.0-or-later
// Records of gpupass that cannot be read, of each kind and damaged in each way: each stops its own device or
// guest, every other goes on, and `recover --forget` sets it aside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "gpupass/boot_binding.hpp"
#include "gpupass/cli/run.hpp"
#include "gpupass/core/json.hpp"
#include "gpupass/holds.hpp"
#include "gpupass/journal.hpp"
#include "support/command.hpp"
#include "support/desktop.hpp"
#include "support/fake_hypervisor.hpp"
#include "support/fake_kernel.hpp"
#include "support/golden.hpp"
#include "support/shared_hypervisor.hpp"

namespace gpupass::cli {
namespace {

using test::k_audio;
using test::k_gpu;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using Words = std::vector<std::string>;

const char* const k_nic = "0000:02:00.0";
const char* const k_domain =
    "<domain type='kvm'><name>vm1</name><os><type arch='x86_64' machine='q35'>hvm</type></os>"
    "<devices><controller type='pci' index='0' model='pcie-root'/></devices></domain>";
constexpr int k_invalid = 8, k_hypervisor = 10;

struct Damage {
  const char* name;
  std::string text;
};
const std::vector<Damage> k_damages = {
    {"empty", ""},
    {"torn", R"({"schema": "gpupass.hold/3", "devi)"},
    {"of_another_type", "[1, 2]"},
    {"without_fields", "{}"},
    {"with_wrong_types", R"({"device": 7, "name": [], "uri": {}, "files": "x"})"},
    {"of_another", R"({"device": "0000:01:00.0", "name": "another", "uri": "fake:///", "files": []})"},
    {"deep", std::string(100000, '[')},
    {"binary", std::string("\0\xff\xfe\x01", 4)},
};

class Unreadable : public testing::TestWithParam<Damage> {
 protected:
  Unreadable() {
    test::PciTree pci(tree.root());
    test::add_card(pci);
    pci.add({.address = k_nic, .driver = "igb", .group = 2});
    test::add_passthrough_kernel(tree);
    tree.file("/lib/systemd/systemd")
        .dir("/etc/initramfs-tools")
        .file("/etc/default/grub", "GRUB_TIMEOUT=5\n");
    kernel.add_program("/usr/sbin/update-initramfs");
    kernel.on_run = [](const Program& program) -> std::optional<ProgramEnd> {
      if (program.argv.front() == "rm" || program.argv.front() == "rmdir") return ProgramEnd{};
      return std::nullopt;
    };
    for (const auto* const driver : {"nvidia", "snd_hda_intel", "igb", "vfio-pci"}) kernel.add_driver(driver);
    kernel.prefer(k_gpu, "nvidia").prefer(k_audio, "snd_hda_intel").prefer(k_nic, "igb");
  }

  int run(const Words& words, const std::string& input = "") {
    const auto connect = [this](const std::string& uri,
                                std::chrono::milliseconds) -> Result<std::unique_ptr<Hypervisor>> {
      if (uri == "down:///") return fail(ErrorKind::hypervisor, "connect to down:///: refused");
      return std::make_unique<test::SharedHypervisor>(libvirt, others);
    };
    auto said = test::run_line({kernel, connect, test::source(), "fake:///"}, words,
                               {.columns = 300, .typed = input});
    out = std::move(said.out);
    err = std::move(said.err);
    return said.status;
  }
  void expect(int status, const Words& words, const std::string& input = "") {
    std::string line;
    for (const auto& word : words) line += word + " ";
    EXPECT_EQ(run(words, input), status) << line << "\n" << out << err;
  }
  /// Recover says that it cannot read the file, sets it aside when it is told to, and then has nothing to do.
  void expect_set_aside(const std::string& file) {
    expect(k_invalid, {"recover", "--dry-run"});
    expect(k_invalid, {"recover"});
    EXPECT_THAT(out + err, AllOf(HasSubstr(file), HasSubstr("recover --forget")));
    expect(0, {"recover", "--forget", "--dry-run"});
    EXPECT_THAT(out, HasSubstr(file));
    EXPECT_TRUE(kernel.exists(file));
    expect(0, {"recover", "--forget"});
    EXPECT_THAT(out, HasSubstr(file + ".unreadable"));
    EXPECT_TRUE(kernel.exists(file + ".unreadable"));
    EXPECT_FALSE(kernel.exists(file));
    expect(0, {"recover"});
    EXPECT_THAT(out, HasSubstr("nothing was left unfinished"));
  }
  /// As the hook writes it down for a start.
  void lend_to_vm1() {
    const auto holds = load_holds(kernel).value();
    for (auto hold : holds) {
      hold.lent_to = "vm1";
      ASSERT_TRUE(save_hold(kernel, hold));
    }
  }
  /// As a create leaves it that was killed when it had just made the guest's folder.
  void leave_create(const std::string& name, const std::string& uri) {
    const Plan plan{"create guest " + name, Direction::take, uri, {}, {MakeFolder{"/images/" + name}}};
    auto journal = Journal::start(kernel, plan, "this-boot");
    ASSERT_TRUE(journal);
    ASSERT_TRUE(journal->append({0, StepState::intent, "", 0, ""}));
  }
  [[nodiscard]] std::vector<std::string> unfinished() const {
    std::vector<std::string> commands;
    const auto journals = load_journals(kernel).value();
    for (const auto& journal : journals) commands.push_back(journal.plan.command);
    return commands;
  }

  test::Tree tree;
  test::FakeKernel kernel{tree};
  test::FakeHypervisor libvirt{"vm1", k_domain, ""};
  std::map<std::string, std::string> others;
  std::string out, err;
};

TEST_P(Unreadable, AHoldStopsItsOwnDeviceOnly) {
  const std::string file = "/var/lib/gpupass/holds/0000:02:00.0.json";
  tree.file(file, GetParam().text);
  expect(0, {"attach", "vm1", "01:00.0"});
  expect(0, {"status"});
  EXPECT_THAT(out, AllOf(HasSubstr(k_gpu), HasSubstr(file)));
  expect(0, {"status", "--format", "json"});
  EXPECT_EQ(core::Json::parse(out).at("unreadable").at(0).at("of"), k_nic);
  const auto xml = libvirt.config();
  expect(0, {"hook", "run", "qemu", "vm1", "prepare", "begin", "-"}, xml);
  expect(0, {"hook", "run", "qemu", "vm1", "release", "end", "-"}, xml);
  expect(0, {"hook", "check", "vm1"});
  expect(0, {"detach", "vm1", "01:00"});
  expect(0, {"attach", "vm1", "01:00.0"});
  expect(0, {"detach", "vm1", "--all"});
  expect(0, {"bind", "01:00"});
  expect(0, {"unbind", "01:00"});
  expect(0, {"bind", "01:00"});
  expect(0, {"unbind", "--all"});
  EXPECT_THAT(err, HasSubstr(file));
  EXPECT_EQ(kernel.driver(k_gpu), "nvidia");
  for (const Words& words : {Words{"attach", "vm1", k_nic, "--yes"}, Words{"bind", k_nic, "--yes"},
                             Words{"bind", k_nic, "--yes", "--dry-run"}, Words{"unbind", k_nic}}) {
    expect(k_invalid, words);
    EXPECT_THAT(err, AllOf(HasSubstr(file), HasSubstr("`gpupass recover --forget` sets that file aside")));
    EXPECT_EQ(kernel.driver(k_nic), "igb");
  }
  const auto given = std::string(
      "<domain type='kvm'><name>vm1</name><devices><hostdev mode='subsystem' "
      "type='pci' managed='yes'><source><address domain='0x0000' bus='0x02' "
      "slot='0x00' function='0x0'/></source></hostdev></devices></domain>");
  expect(k_invalid, {"hook", "run", "qemu", "vm1", "prepare", "begin", "-"}, given);
  EXPECT_THAT(err, HasSubstr(file));
  expect_set_aside(file);
  expect(0, {"bind", k_nic, "--yes"});
  expect(0, {"unbind", k_nic});
  EXPECT_EQ(kernel.driver(k_nic), "igb");
}

TEST_P(Unreadable, AHoldStopsNoLoanOfAnother) {
  expect(0, {"attach", "vm1", "01:00.0"});
  lend_to_vm1();
  const std::string file = "/var/lib/gpupass/holds/0000:02:00.0.json";
  tree.file(file, GetParam().text);
  expect(k_invalid, {"recover", "--dry-run"});
  EXPECT_THAT(out, HasSubstr("would return 0000:01:00.0"));
  expect(k_invalid, {"recover"});
  EXPECT_EQ(kernel.driver(k_gpu), "nvidia");
  EXPECT_THAT(err, HasSubstr(file));
}

TEST_P(Unreadable, OfACardItStopsTheCardAndNotTheOtherFunctionAlone) {
  const std::string file = "/var/lib/gpupass/holds/0000:01:00.1.json";
  expect(0, {"bind", "01:00"});
  tree.file(file, GetParam().text);
  expect(k_invalid, {"unbind", "01:00"});
  EXPECT_THAT(err, HasSubstr(file));
  EXPECT_EQ(kernel.driver(k_gpu), "vfio-pci");
  expect(0, {"unbind", "01:00.0", "--only"});
  EXPECT_EQ(kernel.driver(k_gpu), "nvidia");
  EXPECT_EQ(kernel.driver(k_audio), "vfio-pci");
  expect_set_aside(file);
  expect(0, {"bind", "01:00.1", "--driver", "snd_hda_intel"});
  EXPECT_EQ(kernel.driver(k_audio), "snd_hda_intel");
}

TEST_P(Unreadable, ABindingStopsItsOwnFunctionOnlyAndStaysInTheList) {
  const std::string file = "/var/lib/gpupass/bindings/0000:01:00.1.json";
  expect(0, {"bind", "01:00", "--persist", "--apply", "--yes"});
  tree.file(file, GetParam().text);
  const auto listed = listed_for_boot(kernel).at(parse_pci_address(k_audio).value());
  expect(0, {"status"});
  EXPECT_THAT(out, AllOf(HasSubstr(file), HasSubstr("its record cannot be read")));
  expect(0, {"bind", k_nic, "--persist", "--apply", "--yes"});
  EXPECT_EQ(listed_for_boot(kernel).size(), 3U);
  EXPECT_EQ(listed_for_boot(kernel).at(parse_pci_address(k_audio).value()), listed);
  for (const auto* const verb : {"bind", "unbind"}) {
    expect(k_invalid, {verb, "01:00.1", "--persist", "--apply"});
    EXPECT_THAT(err, HasSubstr(file));
  }
  expect(0, {"unbind", "--persist", "--apply", "--all"});
  EXPECT_THAT(err, HasSubstr(file));
  EXPECT_EQ(listed_for_boot(kernel).size(), 1U);
  EXPECT_EQ(listed_for_boot(kernel).at(parse_pci_address(k_audio).value()), listed);
  expect_set_aside(file);
  expect(0, {"unbind", "01:00.1", "--persist", "--apply"});
  EXPECT_FALSE(kernel.exists(k_boot_list));
}

TEST_P(Unreadable, TheRecordOfTheKernelsWordsStopsOnlyWhatIsAboutTheBoot) {
  const std::string file = "/var/lib/gpupass/kernel-words.json";
  tree.file(file, GetParam().text);
  expect(0, {"status"});
  EXPECT_THAT(out, HasSubstr(file));
  expect(0, {"bind", "01:00"});
  expect(0, {"unbind", "01:00"});
  expect(k_invalid, {"unbind", "01:00", "--persist", "--apply"});
  EXPECT_THAT(err, AllOf(HasSubstr(file), HasSubstr("recover --forget")));
  expect_set_aside(file);
  expect(0, {"unbind", "01:00", "--persist", "--apply"});
}

INSTANTIATE_TEST_SUITE_P(Damages, Unreadable, testing::ValuesIn(k_damages),
                         [](const auto& one) { return std::string(one.param.name); });

class Leftovers : public Unreadable {};

TEST_F(Leftovers, OfALibvirtThatDoesNotAnswerStopNoOther) {
  leave_create("g1", "down:///");
  leave_create("g2", "fake:///");
  expect(0, {"attach", "vm1", "01:00.0"});
  lend_to_vm1();
  expect(k_hypervisor, {"recover"});
  EXPECT_THAT(out, HasSubstr("g1"));
  EXPECT_EQ(kernel.driver(k_gpu), "nvidia");
  EXPECT_EQ(unfinished(), Words{"create guest g1"});
}

TEST_F(Leftovers, OfAJournalThatCannotBeReadStopNoOther) {
  tree.file("/var/lib/gpupass/journal/20261122T120000Z-1.jsonl", "{\"plan\": \"0000:02:00.0\n");
  leave_create("g2", "fake:///");
  expect(k_invalid, {"recover"});
  EXPECT_EQ(unfinished(), Words{""});
}

TEST_F(Leftovers, ASecondDamagedRecordIsSetAsideBesideTheFirst) {
  const std::string file = "/var/lib/gpupass/holds/0000:02:00.0.json";
  for (const auto* const kept : {".unreadable", ".unreadable-2"}) {
    tree.file(file, "x");
    expect(0, {"recover", "--forget"});
    EXPECT_TRUE(kernel.exists(file + kept));
  }
}

}  // namespace
}  // namespace gpupass::cli
