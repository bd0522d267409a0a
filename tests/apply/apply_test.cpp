// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/apply/apply.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "gpupass/holds.hpp"
#include "support/fake_hypervisor.hpp"
#include "support/fake_kernel.hpp"

namespace gpupass {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const PciAddress k_gpu{0, 1, 0, 0};
const PciAddress k_audio{0, 1, 0, 1};
const char* const k_gpu_name = "0000:01:00.0";
const char* const k_audio_name = "0000:01:00.1";

Hold bound_hold(const PciAddress& device, const std::string& driver) {
  Hold hold;
  hold.device = device;
  hold.identity.vendor = 0x10de;
  hold.identity.device = 0x2330;
  hold.original_driver = driver;
  hold.bound = true;
  hold.since = "now";
  hold.boot_id = "b00t";
  return hold;
}

/// The plan of `gpupass bind` for a card of two functions, written out.
Plan bind_plan() {
  const auto gpu = bound_hold(k_gpu, "nvidia");
  const auto audio = bound_hold(k_audio, "snd_hda_intel");
  return {"bind the card",
          Direction::take,
          "",
          {k_gpu, k_audio},
          {KeepHold{gpu}, KeepHold{audio}, LoadModule{"vfio-pci"}, SetDriverOverride{k_gpu, "vfio-pci"},
           SetDriverOverride{k_audio, "vfio-pci"}, Unbind{k_gpu, "nvidia"}, Unbind{k_audio, "snd_hda_intel"},
           ProbeDriver{k_gpu, "vfio-pci"}, ProbeDriver{k_audio, "vfio-pci"}}};
}

class Apply : public testing::Test {
 protected:
  Apply() {
    kernel.add_device(k_gpu_name, "nvidia").add_device(k_audio_name, "snd_hda_intel");
    before = test::snapshot(tree.at("/sys"));
  }

  std::string holds() { return test::snapshot(tree.at("/var/lib/gpupass/holds")); }

  Result<void> run(const Plan& plan) {
    apply::Doors doors{kernel, libvirt, nullptr, std::chrono::milliseconds(50), {}, interrupted};
    return apply::execute(plan, doors);
  }

  test::Tree tree;
  test::FakeKernel kernel{tree};
  DomainStore* libvirt = nullptr;
  std::function<bool()> interrupted;
  std::string before;  // everything that a failed command must leave as it was
};

TEST_F(Apply, BindsBothFunctionsAndKeepsNoJournal) {
  ASSERT_TRUE(run(bind_plan()));
  EXPECT_EQ(kernel.driver(k_gpu_name), "vfio-pci");
  EXPECT_EQ(kernel.driver(k_audio_name), "vfio-pci");
  EXPECT_EQ(load_hold(kernel, k_gpu).value()->original_driver, "nvidia");
  EXPECT_TRUE(load_journals(kernel)->empty());
}

TEST_F(Apply, NothingIsEverWrittenToNewIdOrRemove) {
  ASSERT_TRUE(run(bind_plan()));
  for (const auto& write : kernel.writes()) {
    EXPECT_THAT(write, Not(HasSubstr("new_id")));
    EXPECT_THAT(write, Not(HasSubstr("/remove")));
  }
}

TEST_F(Apply, TheIntentIsOnDiskBeforeTheKernelIsTouched) {
  std::vector<std::size_t> journals;
  kernel.before_write = [&](std::size_t) {
    const auto found = load_journals(kernel);
    ASSERT_EQ(found->size(), 1U);
    const auto& last = found->front().entries.back();
    EXPECT_EQ(last.state, StepState::intent);
    journals.push_back(last.step);
  };
  ASSERT_TRUE(run(bind_plan()));
  EXPECT_THAT(journals, ElementsAre(3, 4, 5, 6, 7, 8));
}

TEST_F(Apply, AFailureAnywherePutsEverythingBack) {
  const std::vector<std::string> places = {
      "/sys/bus/pci/devices/0000:01:00.0/driver_override",
      "/sys/bus/pci/devices/0000:01:00.1/driver_override", "/sys/bus/pci/drivers/nvidia/unbind",
      "/sys/bus/pci/drivers/snd_hda_intel/unbind", "/sys/bus/pci/drivers_probe"};
  for (const auto& place : places) {
    for (const int error : {EBUSY, ENODEV, EACCES}) {
      kernel.refuse(place, error);
      const auto result = run(bind_plan());
      ASSERT_FALSE(result) << place;
      EXPECT_THAT(result.error().what, HasSubstr(place));
      EXPECT_TRUE(result.error().also.empty()) << describe(result.error());
      EXPECT_EQ(test::snapshot(tree.at("/sys")), before) << place;
      EXPECT_EQ(holds(), "");
      EXPECT_TRUE(load_journals(kernel)->empty());
    }
  }
}

TEST_F(Apply, AProbeThatIsSwallowedIsSeen) {
  kernel.reject_probe("vfio-pci", k_audio_name);
  const auto result = run(bind_plan());
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().what, HasSubstr("vfio-pci did not take 0000:01:00.1"));
  EXPECT_THAT(result.error().hint, HasSubstr("dmesg"));
  EXPECT_EQ(test::snapshot(tree.at("/sys")), before);
}

TEST_F(Apply, ADriverThatGivesTheDeviceUpAgainIsSeenAtTheEnd) {
  kernel.before_write = [this](std::size_t) {
    // The first function falls off its new driver while the second is bound.
    if (kernel.driver(k_gpu_name) == "vfio-pci" && kernel.driver(k_audio_name).empty())
      kernel.give_up(k_gpu_name);
  };
  const auto result = run(bind_plan());
  kernel.before_write = {};
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().what, HasSubstr("released it again"));
  EXPECT_EQ(test::snapshot(tree.at("/sys")), before);
}

TEST_F(Apply, ADriverThatWasThereBeforeIsNeverUndone) {
  ASSERT_TRUE(kernel.run({{"modprobe", "vfio-pci"}, "", {}}));
  kernel.refuse("/sys/bus/pci/drivers_probe", EBUSY);
  ASSERT_FALSE(run(bind_plan()));
  EXPECT_THAT(kernel.programs(), Not(Contains("modprobe -r vfio-pci")));
}

TEST_F(Apply, TheOriginalDriverComesBackEvenWhenAnotherWouldTakeTheCard) {
  kernel.add_driver("nouveau").prefer(k_gpu_name, "nouveau");
  kernel.reject_probe("vfio-pci", k_gpu_name);
  ASSERT_FALSE(run(bind_plan()));
  EXPECT_EQ(kernel.driver(k_gpu_name), "nvidia");
  EXPECT_EQ(tree.text("/sys/bus/pci/devices/0000:01:00.0/driver_override"), "(null)\n");
}

TEST_F(Apply, WhatCannotBeUndoneIsReportedBesideTheFirstError) {
  kernel.reject_probe("vfio-pci", k_audio_name).reject_probe("nvidia", k_gpu_name);
  const auto result = run(bind_plan());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::partial);
  EXPECT_THAT(result.error().what, HasSubstr("vfio-pci did not take 0000:01:00.1"));
  ASSERT_EQ(result.error().also.size(), 1U);
  EXPECT_THAT(describe(result.error().also.front()), HasSubstr("nvidia did not take 0000:01:00.0"));
  EXPECT_EQ(kernel.driver(k_audio_name), "snd_hda_intel");  // the undo went on past the failure
  ASSERT_EQ(load_journals(kernel)->size(), 1U);

  apply::Doors doors{kernel, nullptr, nullptr, std::chrono::milliseconds(50), {}, {}};
  kernel.accept_probe("nvidia", k_gpu_name);
  EXPECT_EQ(recover(load_journals(kernel)->front(), doors).outcome, Recovery::undone);
  EXPECT_EQ(test::snapshot(tree.at("/sys")), before);
}

TEST_F(Apply, AnUnbindThatDoesNotReturnLeavesThatDeviceAloneAndPutsTheRestBack) {
  kernel.block_unbind("snd_hda_intel", k_audio_name);
  const auto result = run(bind_plan());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::timeout);
  EXPECT_THAT(result.error().what, HasSubstr("state D"));
  EXPECT_THAT(result.error().what, HasSubstr("vfio_unregister_group_dev"));
  EXPECT_EQ(kernel.driver(k_gpu_name), "nvidia");
  const auto writes = kernel.writes();
  const auto blocked =
      std::find(writes.begin(), writes.end(), "/sys/bus/pci/drivers/snd_hda_intel/unbind <- 0000:01:00.1");
  ASSERT_NE(blocked, writes.end());
  for (auto after = blocked + 1; after != writes.end(); ++after)
    EXPECT_THAT(*after, Not(HasSubstr(k_audio_name)));
  EXPECT_TRUE(load_hold(kernel, k_audio).value()) << "status must still show it";

  // Later the driver has let go: the outcome is read, and the device goes home.
  kernel.release(k_audio_name);
  apply::Doors doors{kernel, nullptr, nullptr, std::chrono::milliseconds(50), {}, {}};
  EXPECT_EQ(recover(load_journals(kernel)->front(), doors).outcome, Recovery::undone);
  EXPECT_EQ(test::snapshot(tree.at("/sys")), before);
  EXPECT_EQ(holds(), "");
}

TEST_F(Apply, AProbeThatDoesNotReturnLeavesThatDeviceAndItsModuleAlone) {
  kernel.block_probe("vfio-pci", k_audio_name);
  const auto result = run(bind_plan());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::timeout);
  EXPECT_EQ(kernel.driver(k_gpu_name), "nvidia");
  EXPECT_THAT(kernel.programs(), Not(Contains("modprobe -r vfio-pci")));
  EXPECT_EQ(kernel.writes().back(), "/sys/bus/pci/devices/0000:01:00.0/driver_override <- ")
      << "nothing more of the device that is stuck";

  kernel.release(k_audio_name);
  apply::Doors doors{kernel, nullptr, nullptr, std::chrono::milliseconds(50), {}, {}};
  EXPECT_EQ(recover(load_journals(kernel)->front(), doors).outcome, Recovery::undone);
  EXPECT_THAT(kernel.programs(), Contains("modprobe -r vfio-pci"));
  EXPECT_EQ(test::snapshot(tree.at("/sys")), before);
  EXPECT_EQ(holds(), "");
}

TEST_F(Apply, RecoveryOfADeviceThatIsStillStuckTouchesNothing) {
  kernel.block_unbind("snd_hda_intel", k_audio_name);
  ASSERT_FALSE(run(bind_plan()));
  const auto stuck = test::snapshot(tree.at("/sys"));
  apply::Doors doors{kernel, nullptr, nullptr, std::chrono::milliseconds(50), {}, {}};
  const auto report = recover(load_journals(kernel)->front(), doors);
  EXPECT_NE(report.outcome, Recovery::undone);
  EXPECT_EQ(test::snapshot(tree.at("/sys")), stuck);
  EXPECT_EQ(load_journals(kernel)->size(), 1U);
}

TEST_F(Apply, AnInterruptPutsEverythingBack) {
  interrupted = [this] { return kernel.writes().size() >= 3; };
  const auto result = run(bind_plan());
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().what, HasSubstr("interrupted"));
  EXPECT_EQ(test::snapshot(tree.at("/sys")), before);
}

/// What a power cut is to a program.
struct PowerCut : std::exception {};

TEST_F(Apply, APowerCutAtAnyWriteIsRecoveredFrom) {
  for (std::size_t cut = 0;; ++cut) {
    const auto start = kernel.writes().size();
    kernel.before_write = [&](std::size_t count) {
      if (count == start + cut) throw PowerCut();
    };
    bool survived = false;
    try {
      survived = run(bind_plan()).has_value();
    } catch (const PowerCut&) {
      survived = false;
    }
    kernel.before_write = {};
    if (survived) {
      EXPECT_GT(cut, 4U);
      break;
    }
    const auto journals = load_journals(kernel);
    ASSERT_EQ(journals->size(), 1U) << "cut " << cut;
    apply::Doors doors{kernel, nullptr, nullptr, std::chrono::milliseconds(50), {}, {}};
    EXPECT_FALSE(apply::preview_recovery(journals->front(), doors).empty());
    const auto report = recover(journals->front(), doors);
    ASSERT_EQ(report.outcome, Recovery::undone) << "cut " << cut;
    EXPECT_EQ(test::snapshot(tree.at("/sys")), before) << "cut " << cut;
    EXPECT_EQ(holds(), "") << "cut " << cut;
    EXPECT_TRUE(load_journals(kernel)->empty());
  }
}

TEST_F(Apply, ALineThatTheDiskLostLeavesNoCardOnVfio) {
  ASSERT_TRUE(kernel.run({{"modprobe", "vfio-pci"}, "", {}}));
  before = test::snapshot(tree.at("/sys"));
  const auto is_probe = [](const std::string& line) { return line.find("drivers_probe") != line.npos; };
  for (const std::ptrdiff_t probed : {1, 2}) {
    const auto earlier = std::ranges::count_if(kernel.writes(), is_probe);
    kernel.after_change = [&](const test::FakeKernel::Change& change) {
      if (is_probe(change.what) && std::ranges::count_if(kernel.writes(), is_probe) == earlier + probed)
        throw PowerCut();
      return 0;
    };
    EXPECT_THROW((void)run(bind_plan()), PowerCut);
    kernel.after_change = {};
    const auto file = load_journals(kernel)->front().path();
    const auto text = tree.text(file);
    tree.file(file, text.substr(0, text.size() - 25));  // of the line that announced the probe
    apply::Doors doors{kernel, nullptr, nullptr, std::chrono::milliseconds(50), {}, {}};
    const auto report = recover(load_journals(kernel)->front(), doors);
    ASSERT_EQ(report.outcome, Recovery::undone) << probed << ": " << report.error->what;
    EXPECT_EQ(test::snapshot(tree.at("/sys")), before) << probed;
    EXPECT_EQ(holds(), "");
  }
}

TEST_F(Apply, ACardThatSomebodyElseBoundIsLeftThere) {
  ASSERT_TRUE(kernel.run({{"modprobe", "vfio-pci"}, "", {}}));
  kernel.before_write = [](std::size_t) { throw PowerCut(); };  // before the first override
  EXPECT_THROW((void)run(bind_plan()), PowerCut);
  kernel.before_write = {};
  const std::vector<std::pair<std::string, std::string>> by_hand = {
      {"/sys/bus/pci/devices/0000:01:00.0/driver_override", "vfio-pci"},
      {"/sys/bus/pci/drivers/nvidia/unbind", k_gpu_name},
      {"/sys/bus/pci/drivers_probe", k_gpu_name}};
  for (const auto& [path, text] : by_hand)
    ASSERT_TRUE(kernel.write({path, text, std::chrono::seconds(1)})) << path;
  ASSERT_EQ(kernel.driver(k_gpu_name), "vfio-pci");
  apply::Doors doors{kernel, nullptr, nullptr, std::chrono::milliseconds(50), {}, {}};
  EXPECT_EQ(recover(load_journals(kernel)->front(), doors).outcome, Recovery::undone);
  EXPECT_EQ(kernel.driver(k_gpu_name), "vfio-pci") << "the plan had not come to its driver";
}

Plan unbind_plan() {
  return {"unbind the card",
          Direction::give_back,
          "",
          {k_gpu, k_audio},
          {Unbind{k_gpu, "vfio-pci"}, Unbind{k_audio, "vfio-pci"}, SetDriverOverride{k_gpu, "nvidia"},
           ProbeDriver{k_gpu, "nvidia"}, SetDriverOverride{k_gpu, ""},
           SetDriverOverride{k_audio, "snd_hda_intel"}, ProbeDriver{k_audio, "snd_hda_intel"},
           SetDriverOverride{k_audio, ""}, DropHold{k_gpu}, DropHold{k_audio}}};
}

TEST_F(Apply, AGiveBackThatHadNotBegunIsNotCarriedOut) {
  ASSERT_TRUE(run(bind_plan()));
  const auto bound = test::snapshot(tree.at("/sys"));
  apply::Doors doors{kernel, nullptr, nullptr, std::chrono::milliseconds(50), {}, {}};
  for (const auto* const behind : {"", "{damage\n"}) {
    ASSERT_TRUE(Journal::start(kernel, unbind_plan(), "b00t"));
    const auto file = load_journals(kernel)->front().path();
    tree.file(file, tree.text(file) + behind);
    EXPECT_EQ(recover(load_journals(kernel)->front(), doors).outcome, Recovery::undone) << behind;
    EXPECT_EQ(test::snapshot(tree.at("/sys")), bound) << behind;
    EXPECT_TRUE(load_journals(kernel)->empty()) << behind;
  }
}

TEST_F(Apply, ThereAndBackLeavesTheMachineByteForByte) {
  ASSERT_TRUE(kernel.run({{"modprobe", "vfio-pci"}, "", {}}));
  before = test::snapshot(tree.at("/sys"));
  ASSERT_TRUE(run(bind_plan()));
  ASSERT_TRUE(run(unbind_plan()));
  EXPECT_EQ(test::snapshot(tree.at("/sys")), before);
  EXPECT_EQ(holds(), "");
}

TEST_F(Apply, AnInterruptedGiveBackIsFinished) {
  ASSERT_TRUE(kernel.run({{"modprobe", "vfio-pci"}, "", {}}));
  before = test::snapshot(tree.at("/sys"));
  for (std::size_t cut = 0; cut < 8; ++cut) {
    ASSERT_TRUE(run(bind_plan()));
    const auto start = kernel.writes().size();
    kernel.before_write = [&](std::size_t count) {
      if (count == start + cut) throw PowerCut();
    };
    EXPECT_THROW((void)run(unbind_plan()), PowerCut) << cut;
    kernel.before_write = {};
    apply::Doors doors{kernel, nullptr, nullptr, std::chrono::milliseconds(50), {}, {}};
    EXPECT_EQ(recover(load_journals(kernel)->front(), doors).outcome, Recovery::finished) << cut;
    EXPECT_EQ(test::snapshot(tree.at("/sys")), before) << cut;
    EXPECT_EQ(holds(), "");
  }
}

TEST_F(Apply, AfterARebootAModuleThatSomebodyElseLoadedStays) {
  kernel.before_write = [](std::size_t) { throw PowerCut(); };
  EXPECT_THROW((void)run(bind_plan()), PowerCut);
  kernel.before_write = {};
  tree.file("/proc/sys/kernel/random/boot_id", "another\n");
  apply::Doors doors{kernel, nullptr, nullptr, std::chrono::milliseconds(50), {}, {}};
  EXPECT_EQ(recover(load_journals(kernel)->front(), doors).outcome, Recovery::undone);
  EXPECT_THAT(kernel.programs(), Not(Contains("modprobe -r vfio-pci")));
}

// ---- domains ---------------------------------------------------------------------------------

const std::string k_without =
    "<domain><name>vm1</name><os><type machine='q35'>hvm</type></os><devices></devices></domain>";
const std::string k_hostdev =
    "<hostdev mode='subsystem' type='pci' managed='yes'><source>"
    "<address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></source></hostdev>";

std::string with_hostdev(std::string xml) {
  return xml.insert(xml.find("</devices>"), k_hostdev);
}

class ApplyToDomain : public Apply {
 protected:
  ApplyToDomain() { libvirt = &guest; }
  Plan attach_plan() {
    auto plan = bind_plan();
    plan.uri = "fake:///";
    plan.steps.emplace_back(DefineDomain{"vm1", k_without, with_hostdev(k_without)});
    plan.steps.emplace_back(AttachLive{"vm1", k_gpu, k_hostdev});
    return plan;
  }
  test::FakeDomainStore<> guest{"vm1", k_without, k_without};
};

TEST_F(ApplyToDomain, ConfiguresAndPlugsIn) {
  ASSERT_TRUE(run(attach_plan()));
  EXPECT_EQ(guest.config(), with_hostdev(k_without));
  EXPECT_EQ(guest.live(), with_hostdev(k_without));
}

TEST_F(ApplyToDomain, ARefusedPlugPutsTheConfigurationAndTheCardBack) {
  guest.refuse_attach = true;
  const auto result = run(attach_plan());
  ASSERT_FALSE(result);
  EXPECT_THAT(describe(result.error()), HasSubstr("QEMU says no"));
  EXPECT_EQ(guest.config(), k_without);
  EXPECT_EQ(test::snapshot(tree.at("/sys")), before);
}

TEST_F(ApplyToDomain, ARefusedDefinitionNeverReachesTheGuest) {
  guest.refuse_define = true;
  ASSERT_FALSE(run(attach_plan()));
  EXPECT_THAT(guest.calls, Not(Contains("attach")));
  EXPECT_EQ(test::snapshot(tree.at("/sys")), before);
}

TEST_F(ApplyToDomain, AConfigurationThatChangedMeanwhileIsNotOverwritten) {
  const auto edited =
      "<domain><name>vm1</name><title>mine</title><os><type "
      "machine='q35'>hvm</type></os><devices></devices></domain>";
  guest.set_config(edited);
  const auto result = run(attach_plan());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::busy);
  EXPECT_EQ(guest.config(), edited);
  EXPECT_EQ(test::snapshot(tree.at("/sys")), before);
}

TEST_F(ApplyToDomain, LibvirtMayWaitForTheGuestLongerThanWeWaitForLibvirt) {
  ASSERT_TRUE(run(attach_plan()));
  guest.answers_in_time = false;
  const Plan detach{
      "detach", Direction::give_back, "fake:///", {k_gpu}, {DetachLive{"vm1", k_gpu, k_hostdev}}};
  EXPECT_TRUE(run(detach));
  EXPECT_EQ(hostdev_functions(guest.live())->size(), 0U);
}

TEST_F(ApplyToDomain, AGuestThatDoesNotLetGoIsATimeoutAndNothingElseHappens) {
  ASSERT_TRUE(run(attach_plan()));
  guest.guest_lets_go = false;
  const Plan detach{
      "detach",
      Direction::give_back,
      "fake:///",
      {k_gpu},
      {DetachLive{"vm1", k_gpu, k_hostdev}, DefineDomain{"vm1", with_hostdev(k_without), k_without}}};
  const auto result = run(detach);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::timeout);
  EXPECT_EQ(guest.config(), with_hostdev(k_without));
  EXPECT_EQ(kernel.driver(k_gpu_name), "vfio-pci");
}

TEST_F(ApplyToDomain, UndoingAfterSomebodyEditedTheDomainTakesOutOnlyOurPart) {
  auto plan = attach_plan();
  kernel.before_write = {};
  // Cut after the definition: as if the power went before the guest got the card.
  guest.refuse_attach = true;
  guest.on_attach = [&] {
    auto edited = guest.config();
    edited.insert(edited.find("<os>"), "<title>mine</title>");
    guest.set_config(edited);
  };
  ASSERT_FALSE(run(plan));
  EXPECT_THAT(guest.config(), HasSubstr("<title>mine</title>"));
  EXPECT_EQ(hostdev_functions(guest.config())->size(), 0U);
}

// ---- calls of libvirt that take effect and are reported as failed ----------------------------------

const Error k_broken{ErrorKind::hypervisor, "the connection broke", {}, {}, {}};
const Error k_late{ErrorKind::timeout, "libvirt did not answer", {}, {}, {}};

TEST_F(ApplyToDomain, ADefinitionThatTookEffectIsDoneWhateverLibvirtSays) {
  for (const auto& said : {k_broken, k_late}) {
    guest.set_config(k_without);
    guest.after_define = said;
    auto plan = attach_plan();
    plan.steps.pop_back();  // the domain is off
    ASSERT_TRUE(run(plan)) << said.what;
    EXPECT_EQ(guest.config(), with_hostdev(k_without));
    EXPECT_TRUE(load_journals(kernel)->empty());
    plan = {"detach",
            Direction::give_back,
            "fake:///",
            {k_gpu},
            {DefineDomain{"vm1", with_hostdev(k_without), k_without}}};
    guest.after_define = said;
    ASSERT_TRUE(run(plan)) << said.what;
    EXPECT_EQ(guest.config(), k_without);
    EXPECT_TRUE(load_journals(kernel)->empty());
  }
}

TEST_F(ApplyToDomain, APlugThatTookEffectIsDoneWhateverLibvirtSays) {
  for (const auto& said : {k_broken, k_late}) {
    guest.set_live(k_without);
    guest.after_attach = said;
    const Plan attach{"attach", Direction::take, "fake:///", {k_gpu}, {AttachLive{"vm1", k_gpu, k_hostdev}}};
    ASSERT_TRUE(run(attach)) << said.what;
    EXPECT_EQ(guest.live(), with_hostdev(k_without));
    guest.after_detach = said;
    const Plan detach{
        "detach", Direction::give_back, "fake:///", {k_gpu}, {DetachLive{"vm1", k_gpu, k_hostdev}}};
    ASSERT_TRUE(run(detach)) << said.what;
    EXPECT_EQ(hostdev_functions(guest.live())->size(), 0U);
  }
}

/// A domain that gets spare ports with its card, as attach gives them.
const std::string k_with_spare = [] {
  auto xml = with_hostdev(k_without);
  return xml.insert(xml.find("</devices>"),
                    "<controller type='pci' index='7' model='pcie-root-port'><alias "
                    "name='ua-gpupass-spare-1'/></controller>");
}();

TEST_F(ApplyToDomain, WhatCannotBeReadBackIsUndoneWithItsSparePorts) {
  for (const bool reported : {true, false}) {
    if (reported) guest.after_define = k_broken;
    kernel.before_write = {};
    auto plan = attach_plan();
    plan.steps.back() = DefineDomain{"vm1", k_without, k_with_spare};
    plan.steps.erase(plan.steps.end() - 2);
    // The look before the definition is answered, the one after it is not; the undoing is.
    int defined = 0;
    guest.on_define = [&] { guest.unreadable = defined++ == 0 ? 1 : 0; };
    const auto result = run(plan);
    ASSERT_FALSE(result);
    EXPECT_NE(result.error().kind, ErrorKind::partial) << describe(result.error());
    EXPECT_EQ(guest.config(), k_without);
    EXPECT_EQ(test::snapshot(tree.at("/sys")), before);
    EXPECT_TRUE(load_journals(kernel)->empty());
  }
}

TEST_F(ApplyToDomain, ADetachThatCannotBeReadBackIsRecoveredFromLater) {
  guest.set_config(k_with_spare);
  guest.after_define = k_broken;
  guest.on_define = [&] { guest.unreadable = 100; };
  const Plan detach{
      "detach", Direction::give_back, "fake:///", {k_gpu}, {DefineDomain{"vm1", k_with_spare, k_without}}};
  const auto result = run(detach);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::partial);
  EXPECT_EQ(guest.config(), k_without) << "it took effect all the same";
  guest.unreadable = 0;
  guest.on_define = {};
  apply::Doors doors{kernel, libvirt, nullptr, std::chrono::milliseconds(50), {}, {}};
  EXPECT_EQ(recover(load_journals(kernel)->front(), doors).outcome, Recovery::undone);
  EXPECT_EQ(guest.config(), k_with_spare);
  EXPECT_TRUE(load_journals(kernel)->empty());
}

TEST_F(ApplyToDomain, AnUndoAfterAnUnknownOutcomeKeepsWhatSomebodyElseEdited) {
  guest.after_define = k_broken;
  guest.on_define = [&] { guest.unreadable = 100; };
  auto plan = attach_plan();
  plan.steps.back() = DefineDomain{"vm1", k_without, k_with_spare};
  plan.steps.erase(plan.steps.end() - 2);
  ASSERT_FALSE(run(plan));
  guest.unreadable = 0;
  guest.on_define = {};
  auto edited = guest.config();
  edited.insert(edited.find("<os>"), "<title>mine</title>");
  guest.set_config(edited);
  apply::Doors doors{kernel, libvirt, nullptr, std::chrono::milliseconds(50), {}, {}};
  EXPECT_EQ(recover(load_journals(kernel)->front(), doors).outcome, Recovery::undone);
  EXPECT_THAT(guest.config(), HasSubstr("<title>mine</title>"));
  EXPECT_THAT(guest.config(), Not(HasSubstr("ua-gpupass-spare")));
  EXPECT_EQ(hostdev_functions(guest.config())->size(), 0U);
}

// ---- files ----------------------------------------------------------------------------------------

/// A file that is changed, one that is new, one that goes, and what makes a menu of them; then a step that
/// fails where a test wants it.
class Files : public Apply {
 protected:
  Files() {
    tree.file("/etc/changed", "before\n").file("/etc/gone", "gone\n");
    kernel.add_program("/usr/sbin/update-menu");
    etc = test::snapshot(tree.at("/etc"));
  }
  [[nodiscard]] Plan plan(Direction direction) const {
    return {
        "change files",
        direction,
        "",
        {k_gpu},
        {SetFiles{"change them",
                  {{"/etc/changed", "after\n", 0644}, {"/etc/new", "new\n", 0755}, {"/etc/gone", {}, 0644}},
                  {"/usr/sbin/update-menu"},
                  {"/usr/sbin/update-menu"}},
         SetDriverOverride{k_gpu, "vfio-pci"}}};
  }
  /// The power goes when the menu is to be made.
  void cut(Direction direction) {
    kernel.before_program = [](const std::string&) { throw PowerCut(); };
    EXPECT_THROW((void)run(plan(direction)), PowerCut);
    kernel.before_program = {};
  }
  Recovery recovered() {
    apply::Doors doors{kernel, libvirt, nullptr, std::chrono::milliseconds(50), {}, {}};
    return recover(load_journals(kernel)->front(), doors).outcome;
  }
  std::string etc;
};

TEST_F(Files, AreWrittenAndTheirProgramRuns) {
  ASSERT_TRUE(run(plan(Direction::take)));
  EXPECT_EQ(tree.text("/etc/changed"), "after\n");
  EXPECT_EQ(tree.text("/etc/new"), "new\n");
  EXPECT_NE(std::filesystem::status(tree.at("/etc/new")).permissions() & std::filesystem::perms::others_exec,
            std::filesystem::perms::none);
  EXPECT_FALSE(kernel.exists("/etc/gone"));
  EXPECT_THAT(kernel.programs(), ElementsAre("/usr/sbin/update-menu"));
}

TEST_F(Files, AreAsTheyWereWhenALaterStepFails) {
  kernel.refuse("/sys/bus/pci/devices/0000:01:00.0/driver_override", EBUSY);
  EXPECT_FALSE(run(plan(Direction::take)));
  EXPECT_EQ(test::snapshot(tree.at("/etc")), etc);
  EXPECT_THAT(kernel.programs(), ElementsAre("/usr/sbin/update-menu", "/usr/sbin/update-menu"))
      << "the menu is made of what is there again";
}

TEST_F(Files, ThatAreAlreadySoAreNeverTakenBack) {
  Plan own{"note it", Direction::take, "", {k_gpu}, {}};
  own.steps = {SetFiles{"note it", {{"/etc/note", "noted\n", 0644}}, {}, {}},
               SetDriverOverride{k_gpu, "vfio-pci"}};
  tree.file("/etc/note", "noted\n");
  std::filesystem::permissions(tree.at("/etc/note"), std::filesystem::perms(0644));
  kernel.refuse("/sys/bus/pci/devices/0000:01:00.0/driver_override", EBUSY);
  EXPECT_FALSE(run(own));
  EXPECT_EQ(tree.text("/etc/note"), "noted\n");
}

TEST_F(Files, APowerCutBeforeTheProgramIsRecoveredFrom) {
  cut(Direction::take);
  EXPECT_EQ(recovered(), Recovery::undone);
  EXPECT_EQ(test::snapshot(tree.at("/etc")), etc);
  EXPECT_THAT(kernel.programs(), ElementsAre("/usr/sbin/update-menu"));

  cut(Direction::give_back);
  EXPECT_EQ(recovered(), Recovery::finished);
  EXPECT_EQ(tree.text("/etc/changed"), "after\n");
  EXPECT_THAT(kernel.programs(), ElementsAre("/usr/sbin/update-menu", "/usr/sbin/update-menu"));
}

TEST_F(Files, AGiveBackThatCannotGoOnKnowsHowItWasBeforeTheCut) {
  cut(Direction::give_back);
  kernel.refuse("/sys/bus/pci/devices/0000:01:00.0/driver_override", EBUSY);
  EXPECT_EQ(recovered(), Recovery::undone);
  EXPECT_EQ(test::snapshot(tree.at("/etc")), etc) << "not as the cut had left it";
}

}  // namespace
}  // namespace gpupass
