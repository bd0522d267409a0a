// SPDX-License-Identifier: GPL-2.0-or-later
// What is made of journals that were left: the order of errors, who is at work, and what forgetting keeps.
#include "gpupass/session/recover.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "support/desktop.hpp"
#include "support/fake_hypervisor.hpp"
#include "support/fake_kernel.hpp"
#include "support/golden.hpp"

namespace gpupass::session {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

RecoveryReport report_of(Recovery outcome, const std::string& what) {
  return {outcome, Error{ErrorKind::system, what, {}, {}, {}}};
}

TEST(Verdict, IsGoodWhereNothingWentWrong) {
  EXPECT_TRUE(verdict({}, {}));
  EXPECT_TRUE(verdict({{Recovery::ended, {}}, {Recovery::undone, {}}, {Recovery::finished, {}}}, {}));
}

TEST(Verdict, NamesWhatCouldNotBePutRightFirstAndWhatTakesItsTimeLast) {
  const auto end = verdict({report_of(Recovery::still_releasing, "slow"),
                            report_of(Recovery::failed, "first"), report_of(Recovery::not_begun, "second")},
                           {Error{ErrorKind::hypervisor, "libvirt", {}, {}, {}}});
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().what, "first");
  EXPECT_THAT(end.error().hint, HasSubstr("`gpupass recover --forget`"));
  ASSERT_THAT(end.error().also, SizeIs(2));
  EXPECT_EQ(end.error().also[0].what, "libvirt");
  EXPECT_EQ(end.error().also[1].what, "slow");
}

/// An attach that was killed when it had begun its first step.
class Left : public testing::Test {
 protected:
  Left() {
    test::PciTree pci(tree.root());
    test::add_card(pci);
    test::add_passthrough_kernel(tree);
    for (const auto* const driver : {"nvidia", "snd_hda_intel", "vfio-pci"}) kernel.add_driver(driver);
    Plan plan;
    plan.command = "attach 0000:01:00.0 to vm1";
    plan.uri = "fake:///";
    const auto gpu = *parse_pci_address(test::k_gpu);
    plan.devices = {gpu};
    plan.steps = {Unbind{gpu, "nvidia"}, DefineDomain{"vm1", "<before/>", "<after/>"}};
    EXPECT_TRUE(Journal::start(kernel, plan, "boot"));
    journal = load_journals(kernel).value().front();
  }

  test::Tree tree;
  test::FakeKernel kernel{tree};
  Agreed agreed;
  World world{kernel,
              [this](const std::string&, std::chrono::milliseconds) -> Result<std::unique_ptr<Hypervisor>> {
                if (!answers) return fail(ErrorKind::hypervisor, "connect: refused");
                return std::make_unique<test::FakeHypervisor>("vm1", "<before/>", "");
              },
              test::source(), "fake:///"};
  Manner manner{agreed, false, std::chrono::milliseconds(0)};
  JournalRecord journal;
  bool answers = true;
};

TEST_F(Left, IsUndoneAndItsJournalClosed) {
  EXPECT_EQ(recover(world, manner, journal).outcome, Recovery::undone);
  EXPECT_THAT(load_journals(kernel).value(), IsEmpty());
  EXPECT_EQ(recover(world, manner, journal).outcome, Recovery::ended) << "it is closed by now";
}

TEST_F(Left, IsNotBegunWithoutItsLibvirt) {
  answers = false;
  const auto report = recover(world, manner, journal);
  EXPECT_EQ(report.outcome, Recovery::not_begun);
  EXPECT_EQ(report.error->kind, ErrorKind::hypervisor);
  EXPECT_THAT(load_journals(kernel).value(), SizeIs(1));
}

TEST_F(Left, IsLeftToWhoeverIsAtWorkOnIt) {
  const auto lock = Lock::acquire(kernel, test::k_gpu, "attach", std::chrono::milliseconds(0));
  ASSERT_TRUE(lock);
  EXPECT_EQ(recover(world, manner, journal).outcome, Recovery::still_releasing);
  const auto preview = preview_recovery(world, manner, journal);
  ASSERT_TRUE(preview);
  EXPECT_TRUE(preview->under_way);
  EXPECT_EQ(forget(world, manner, journal).error().kind, ErrorKind::busy);
  EXPECT_EQ(preview_forget(world, journal).error().kind, ErrorKind::busy);
  EXPECT_THAT(load_journals(kernel).value(), SizeIs(1));
}

TEST_F(Left, IsForgottenOnceHowTheDomainWasIsKept) {
  const auto forgotten = forget(world, manner, journal);
  ASSERT_TRUE(forgotten);
  ASSERT_THAT(forgotten->kept, SizeIs(1));
  EXPECT_EQ(forgotten->kept.front().domain, "vm1");
  EXPECT_EQ(kernel.read(forgotten->kept.front().file).value(), "<before/>");
  EXPECT_EQ(forgotten->set_aside, "");
  EXPECT_THAT(load_journals(kernel).value(), IsEmpty());
  EXPECT_TRUE(forget(world, manner, journal)->ended);
}

TEST_F(Left, IsNotForgottenWhereNothingCanBeKept) {
  kernel.before_change = [](const test::FakeKernel::Change& change) {
    return change.path.find("/forgotten/") == std::string::npos ? 0 : ENOSPC;
  };
  EXPECT_FALSE(forget(world, manner, journal));
  EXPECT_THAT(load_journals(kernel).value(), SizeIs(1));
}

TEST_F(Left, IsSetAsideWhereItCannotBeRead) {
  journal.damage = "line 1 is not JSON";
  const auto forgotten = forget(world, manner, journal);
  ASSERT_TRUE(forgotten);
  EXPECT_EQ(forgotten->set_aside, journal.path() + ".unreadable");
  EXPECT_TRUE(kernel.exists(forgotten->set_aside));
  EXPECT_THAT(forgotten->kept, SizeIs(1)) << "what of its plan can be read is nowhere else";
}

}  // namespace
}  // namespace gpupass::session
