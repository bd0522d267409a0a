// SPDX-License-Identifier: GPL-2.0-or-later
// Whatever a step or its undo is said to have come to, the machine is looked at: for a kernel file, a
// program, a file of the host and a call of libvirt alike, when a command puts back and when `recover` does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "gpupass/apply/apply.hpp"
#include "gpupass/holds.hpp"
#include "support/fake_kernel.hpp"
#include "support/faulty_libvirt.hpp"
#include "support/in_memory.hpp"

namespace gpupass {
namespace {

const bool k_in_memory = test::in_memory();

using testing::Contains;
using testing::Not;
using Change = test::FakeKernel::Change;

const PciAddress k_gpu{0, 1, 0, 0};
const PciAddress k_audio{0, 1, 0, 1};
const char* const k_gpu_name = "0000:01:00.0";
const char* const k_audio_name = "0000:01:00.1";

const std::string k_hostdev =
    "<hostdev mode='subsystem' type='pci' managed='yes'><source>"
    "<address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></source></hostdev>";
const std::string k_without = "<domain><name>vm1</name><devices><emulator/></devices></domain>";
const std::string k_with = "<domain><name>vm1</name><devices><emulator/>" + k_hostdev + "</devices></domain>";

Hold hold_of_gpu() {
  Hold hold;
  hold.device = k_gpu;
  hold.identity.vendor = 0x10de;
  hold.identity.device = 0x2330;
  hold.original_driver = "nvidia";
  hold.since = "now";
  hold.boot_id = "b00t";
  return hold;
}

/// One kind of step, on a machine where it has something to do.
struct Kind {
  const char* name;
  Step step;
  std::string does;    // its change, as the fake kernel names it, from the beginning
  std::string undoes;  // a change of its undo
};

void PrintTo(const Kind& kind, std::ostream* out) {
  *out << kind.name;
}

const std::string k_override = "kernel /sys/bus/pci/devices/0000:01:00.0/driver_override";
const std::string k_hold_file = "/var/lib/gpupass/holds/0000:01:00.0.json";

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all{
      {"driver_override", SetDriverOverride{k_gpu, "vfio-pci"}, k_override, k_override},
      {"unbind", Unbind{k_gpu, "nvidia"}, "kernel /sys/bus/pci/drivers/nvidia/unbind",
       "kernel /sys/bus/pci/drivers_probe"},
      {"unbind_by_override", Unbind{k_gpu, "nvidia"}, "kernel /sys/bus/pci/drivers/nvidia/unbind",
       k_override},
      {"probe", ProbeDriver{k_gpu, "vfio-pci"}, "kernel /sys/bus/pci/drivers_probe",
       "kernel /sys/bus/pci/drivers/vfio-pci/unbind"},
      {"module", LoadModule{"vfio-pci"}, "run modprobe vfio-pci", "run modprobe -r vfio-pci"},
      {"keep_hold", KeepHold{hold_of_gpu()}, "write " + k_hold_file, "remove " + k_hold_file},
      {"drop_hold", DropHold{k_gpu}, "remove " + k_hold_file, "write " + k_hold_file},
      {"files", SetFiles{"change it", {{"/etc/file", "after\n", 0644}}, {}, {}}, "write /etc/file",
       "write /etc/file"},
      {"define", DefineDomain{"vm1", k_without, k_with}, "libvirt define", "libvirt define"},
      {"attach_live", AttachLive{"vm1", k_gpu, k_hostdev}, "libvirt attach_live", "libvirt detach_live"},
      {"detach_live", DetachLive{"vm2", k_gpu, k_hostdev}, "libvirt detach_live", "libvirt attach_live"},
  };
  return all;
}

/// What a power cut is to a program.
struct PowerCut {};

class UnknownOutcome : public testing::TestWithParam<Kind> {
 protected:
  UnknownOutcome() {
    kernel.add_device(k_gpu_name, "nvidia").add_device(k_audio_name, "snd_hda_intel");
    const auto& step = GetParam().step;
    if (!std::holds_alternative<LoadModule>(step)) kernel.add_driver("vfio-pci");
    if (std::holds_alternative<ProbeDriver>(step)) {
      tree.file("/sys/bus/pci/devices/0000:01:00.0/driver_override", "vfio-pci\n");
      kernel.give_up(k_gpu_name);
    }
    if (std::holds_alternative<DropHold>(step)) {
      EXPECT_TRUE(save_hold(kernel, hold_of_gpu()));
    }
    tree.file("/etc/file", "before\n").dir("/var/lib/gpupass/holds");
    before = state();
    kernel.before_change = [this](const Change& change) { return before_change(change); };
    kernel.after_change = [this](const Change& change) {
      return !change.what.starts_with("libvirt read ") && is_at(change, reported) ? EIO : 0;
    };
  }

  [[nodiscard]] std::string state() const {
    std::string text;
    for (const auto* const folder : {"/sys", "/etc", "/var/lib/gpupass/holds"})
      text += test::snapshot(tree.at(folder));
    for (const auto& [name, domain] : domains)
      text += fmt::format("{}: {}, running with {} devices\n", name, domain.config,
                          hostdev_functions(domain.live)->size());
    return text;
  }

  /// The step, and behind it one that fails without having done anything.
  [[nodiscard]] static Plan plan() {
    return {"change it",
            Direction::take,
            "",
            {k_gpu, k_audio},
            {GetParam().step, SetDriverOverride{k_audio, "vfio-pci"}}};
  }
  apply::Doors doors() {
    apply::Doors doors{kernel, &libvirt, nullptr, std::chrono::milliseconds(50), {}, {}};
    doors.observe = [this](const StepEvent& event) { events.push_back(event); };
    return doors;
  }
  Result<void> run() {
    auto here = doors();
    return apply::execute(plan(), here);
  }
  Recovery recovered() {
    auto here = doors();
    const auto journals = load_journals(kernel);
    return journals->empty() ? Recovery::ended : recover(journals->front(), here).outcome;
  }
  /// The machine stops before this change.
  void cut_at(const std::string& change) {
    cut = change;
    EXPECT_THROW((void)run(), PowerCut);
    cut = "";
    ASSERT_EQ(load_journals(kernel)->size(), 1U);
  }
  void expect_all_put_back() {
    EXPECT_EQ(state(), before);
    EXPECT_TRUE(load_journals(kernel)->empty());
  }

  test::Tree tree;
  test::FakeKernel kernel{tree};
  test::LibvirtDomains domains{{"vm1", {k_without, k_without}}, {"vm2", {k_without, k_with}}};
  test::FaultyLibvirt libvirt{domains, kernel};
  std::vector<StepEvent> events;
  std::string before;

  std::string second = "kernel /sys/bus/pci/devices/0000:01:00.1/driver_override";
  std::string cut;         // the machine stops before this change
  std::string refused;     // this one fails, and does nothing
  std::string reported;    // this one is done, and said to have failed
  bool only_back = false;  // the last two, only once the second step was refused

 private:
  [[nodiscard]] bool is_at(const Change& change, const std::string& what) const {
    return !what.empty() && (!only_back || goes_back) && change.what.starts_with(what);
  }
  int before_change(const Change& change) {
    if (!cut.empty() && change.what.starts_with(cut)) throw PowerCut();
    if (change.what.starts_with(second)) {
      goes_back = true;
      return EBUSY;
    }
    return is_at(change, refused) ? EIO : 0;
  }
  bool goes_back = false;
};

TEST_P(UnknownOutcome, OfAnUndoThatTookEffectIsPutBack) {
  reported = GetParam().undoes;
  only_back = true;
  const auto result = run();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::busy) << describe(result.error());
  expect_all_put_back();
}

TEST_P(UnknownOutcome, OfAnUndoThatDidNothingIsNotPutBack) {
  refused = GetParam().undoes;
  only_back = true;
  const auto result = run();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::partial) << describe(result.error());
  EXPECT_NE(state(), before);
  refused.clear();
  EXPECT_EQ(recovered(), Recovery::undone);
  expect_all_put_back();
}

TEST_P(UnknownOutcome, OfWhatRecoverDidIsLookedAt) {
  cut_at(second);
  reported = GetParam().undoes;
  EXPECT_EQ(recovered(), Recovery::undone);
  expect_all_put_back();
}

TEST_P(UnknownOutcome, OfWhatRecoverCouldNotDoIsNotPutBack) {
  cut_at(second);
  refused = GetParam().undoes;
  EXPECT_EQ(recovered(), Recovery::failed);
  EXPECT_NE(state(), before);
  refused.clear();
  EXPECT_EQ(recovered(), Recovery::undone);
  expect_all_put_back();
}

TEST_P(UnknownOutcome, OfAStepThatTookEffectIsDoneOrPutBack) {
  reported = GetParam().does;
  const auto result = run();
  ASSERT_FALSE(result);  // by the second step, if not by this one
  EXPECT_NE(result.error().kind, ErrorKind::partial) << describe(result.error());
  expect_all_put_back();
}

TEST_P(UnknownOutcome, OfAStepThatACutCameBehindIsUndoneByRecover) {
  kernel.after_change = [](const Change& change) {
    if (change.what.starts_with(GetParam().does)) throw PowerCut();
    return 0;
  };
  EXPECT_THROW((void)run(), PowerCut);
  kernel.after_change = {};
  EXPECT_NE(state(), before);
  EXPECT_EQ(recovered(), Recovery::undone);
  expect_all_put_back();
}

TEST_P(UnknownOutcome, OfAStepThatDidNothingIsNotUndone) {
  refused = GetParam().does;
  const auto result = run();
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().kind, ErrorKind::partial) << describe(result.error());
  for (const auto& event : events) EXPECT_NE(event.state, StepState::undone) << event.text;
  expect_all_put_back();
}

INSTANTIATE_TEST_SUITE_P(Kinds, UnknownOutcome, testing::ValuesIn(kinds()),
                         [](const testing::TestParamInfo<Kind>& one) { return std::string(one.param.name); });

// ---- files with a program -------------------------------------------------------------------------

class FilesWithProgram : public testing::Test {
 protected:
  FilesWithProgram() {
    kernel.add_device(k_gpu_name, "nvidia");
    kernel.add_program("/usr/sbin/make", 1).add_program("/usr/sbin/make-again");
    tree.file("/etc/file", "before\n").file("/etc/other", "before\n");
  }
  void fails(ErrorKind kind) {
    const Plan plan{"change it",
                    Direction::take,
                    "",
                    {k_gpu},
                    {SetFiles{"change it",
                              {{"/etc/file", "after\n", 0644}, {"/etc/other", "after\n", 0644}},
                              {"/usr/sbin/make"},
                              {"/usr/sbin/make-again"}}}};
    apply::Doors doors{kernel, nullptr, nullptr, std::chrono::milliseconds(50), {}, {}};
    const auto result = apply::execute(plan, doors);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, kind) << describe(result.error());
  }
  void expect_as_before() {
    EXPECT_EQ(tree.text("/etc/file"), "before\n");
    EXPECT_EQ(tree.text("/etc/other"), "before\n");
  }
  test::Tree tree;
  test::FakeKernel kernel{tree};
};

TEST_F(FilesWithProgram, ThatWereNotWrittenHaveNothingMadeOfThemAgain) {
  kernel.before_change = [](const Change& change) { return change.what == "write /etc/file" ? ENOSPC : 0; };
  fails(ErrorKind::system);
  expect_as_before();
  EXPECT_THAT(kernel.programs(), Not(Contains("/usr/sbin/make-again")));
}

TEST_F(FilesWithProgram, ThatWereWrittenInPartHave) {
  kernel.before_change = [](const Change& change) { return change.what == "write /etc/other" ? ENOSPC : 0; };
  fails(ErrorKind::system);
  expect_as_before();
  EXPECT_THAT(kernel.programs(), Contains("/usr/sbin/make-again"));
}

TEST_F(FilesWithProgram, ThatWereWrittenHave) {
  fails(ErrorKind::system);
  expect_as_before();
  EXPECT_THAT(kernel.programs(), Contains("/usr/sbin/make-again"));
}

/// How far a program came that failed does not show.
TEST_F(FilesWithProgram, ThatWereSoAlreadyHave) {
  for (const auto* const file : {"/etc/file", "/etc/other"}) {
    tree.file(file, "after\n");
    std::filesystem::permissions(tree.at(file), std::filesystem::perms(0644));
  }
  fails(ErrorKind::system);
  EXPECT_THAT(kernel.programs(), Contains("/usr/sbin/make-again"));
}

TEST_F(FilesWithProgram, AreNotPutBackWhereNothingCouldBeMadeOfThemAgain) {
  kernel.add_program("/usr/sbin/make-again", 1);
  fails(ErrorKind::partial);
  expect_as_before();
}

}  // namespace
}  // namespace gpupass
