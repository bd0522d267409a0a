// SPDX-License-Identifier: GPL-2.0-or-later
// The hold of a mediated device, as a gpupass that gives them leaves it: shown, kept apart, and given back by
// no command of this one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

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
#include "support/tree.hpp"

namespace gpupass::cli {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;

constexpr const char* k_domain =
    "<domain type='kvm'><name>vm1</name><os><type arch='x86_64' machine='q35'>hvm</type></os>"
    "<devices><controller type='pci' index='0' model='pcie-root'/></devices></domain>";
const std::string k_uuid = "4b20d080-1b54-4048-85b3-a6a62d165c01";
const std::string k_hold = "/var/lib/gpupass/holds/" + k_uuid + ".json";

class Mediated : public testing::Test {
 protected:
  Mediated() {
    test::PciTree pci(tree.root());
    test::add_card(pci);
    test::add_passthrough_kernel(tree);
    for (const auto* const driver : {"nvidia", "snd_hda_intel", "vfio-pci"}) kernel.add_driver(driver);
    kernel.prefer(test::k_gpu, "nvidia").prefer(test::k_audio, "snd_hda_intel");
    const auto below = "devices/pci0000:00/0000:00:01.0/0000:01:00.0/" + k_uuid;
    tree.dir("/sys/" + below)
        .link("/sys/bus/mdev/devices/" + k_uuid, "../../../" + below)
        .link("/sys/" + below + "/driver", "../../../../../bus/mdev/drivers/vfio_mdev");
    hold({});
  }

  void hold(std::vector<Owner> owners) {
    Hold hold;
    hold.device = MediatedDevice{k_uuid};
    hold.owners = std::move(owners);
    hold.since = "2026-11-22T12:35:21Z";
    hold.boot_id = "b00t";
    ASSERT_TRUE(save_hold(kernel, hold));
    text = tree.text(k_hold);
  }

  int run(const std::vector<std::string>& words) {
    const auto connect = [this](const std::string&,
                                std::chrono::milliseconds) -> Result<std::unique_ptr<Hypervisor>> {
      return std::make_unique<test::SharedHypervisor>(libvirt, others);
    };
    auto said = test::run_line({kernel, connect, test::source(), "fake:///"}, words, {.columns = 200});
    out = std::move(said.out);
    err = std::move(said.err);
    return said.status;
  }

  void expect_refused(const std::vector<std::string>& words, const char* why) {
    const auto sys = test::snapshot(tree.at("/sys"));
    for (const auto* const more : {"--yes", "--dry-run"}) {
      auto line = words;
      line.emplace_back(more);
      EXPECT_EQ(run(line), exit_code(ErrorKind::unsupported)) << words.front() << " " << more << out;
      EXPECT_THAT(err, AllOf(HasSubstr(k_uuid), HasSubstr(why), HasSubstr("nothing was changed")));
    }
    EXPECT_EQ(test::snapshot(tree.at("/sys")), sys) << words.front();
    EXPECT_EQ(tree.text(k_hold), text) << words.front();
    EXPECT_THAT(libvirt.config(), testing::Not(HasSubstr("hostdev")));
  }

  test::Tree tree;
  test::FakeKernel kernel{tree};
  test::FakeHypervisor libvirt{"vm1", k_domain, ""};
  std::map<std::string, std::string> others;
  std::string text, out, err;
};

TEST_F(Mediated, IsShownByStatus) {
  hold({{"vm1", "fake:///"}});
  ASSERT_EQ(run({"status"}), 0) << err;
  EXPECT_THAT(out, ContainsRegex(k_uuid + " +vfio_mdev +- +vm1 \\(off\\) +2026.* +a mediated device\n"));
  ASSERT_EQ(run({"status", "--format", "json"}), 0) << err;
  const auto row = core::Json::parse(out).at("devices").at(0);
  EXPECT_EQ(row.at("device"), k_uuid);
  EXPECT_TRUE(row.at("identity").is_null());
  EXPECT_TRUE(row.at("ids").is_null());
  EXPECT_EQ(row.at("there"), true);
  EXPECT_EQ(row.at("owners").at(0).at("name"), "vm1");
  tree.remove("/sys/bus/mdev/devices/" + k_uuid);
  ASSERT_EQ(run({"status"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("no such mediated device is in this machine now"));
}

TEST_F(Mediated, IsGivenBackByNoCommand) {
  expect_refused({"unbind", "--all"}, "is a mediated device");
  hold({job("one")});
  expect_refused({"unbind", "--for", "one"}, "is a mediated device of job one");
  hold({{"vm1", "fake:///"}});
  expect_refused({"detach", "vm1", "--all"}, "is a mediated device of vm1");
}

TEST_F(Mediated, CannotBeNamed) {
  for (const auto* const command : {"bind", "unbind"})
    expect_refused({command, k_uuid}, "only PCI functions");
  expect_refused({"attach", "vm1", k_uuid}, "only PCI functions");
  expect_refused({"detach", "vm1", k_uuid}, "only PCI functions");
}

TEST_F(Mediated, StandsInNobodysWay) {
  hold({job("one")});
  ASSERT_EQ(run({"attach", "vm1", "01:00"}), 0) << err;
  ASSERT_EQ(run({"status"}), 0) << err;
  EXPECT_THAT(out, AllOf(HasSubstr("0000:01:00.0"), HasSubstr(k_uuid)));
  ASSERT_EQ(run({"detach", "vm1", "--all"}), 0) << err;
  ASSERT_EQ(run({"bind", "01:00", "--for", "two"}), 0) << err;
  ASSERT_EQ(run({"unbind", "--for", "two"}), 0) << err;
  ASSERT_EQ(run({"unbind", "--all"}), 0) << err;
  ASSERT_EQ(run({"recover"}), 0) << err;
  EXPECT_EQ(tree.text(k_hold), text);
}

/// Steps about what is remembered are carried on whatever device they are about.
TEST_F(Mediated, OfAnInterruptedCommandIsRecovered) {
  Hold given;
  given.device = MediatedDevice{k_uuid};
  given.owners = {job("two")};
  Plan plan{"give a part", Direction::take, "", {given.device}, {KeepHold{given}}};
  auto journal = Journal::start(kernel, plan, "b00t");
  ASSERT_TRUE(journal);
  ASSERT_TRUE(journal->append({0, StepState::intent, text.substr(0, text.size() - 1), 0, "", ""}));
  ASSERT_TRUE(save_hold(kernel, given));
  ASSERT_EQ(run({"status"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("unfinished: \"give a part\""));
  ASSERT_EQ(run({"recover"}), 0) << err;
  EXPECT_EQ(tree.text(k_hold), text);
  EXPECT_TRUE(load_journals(kernel)->empty());
  EXPECT_TRUE(kernel.exists("/run/gpupass/" + k_uuid + ".lock"));
}

}  // namespace
}  // namespace gpupass::cli
