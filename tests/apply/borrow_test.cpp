// SPDX-License-Identifier: GPL-2.0-or-later
// What is borrowed goes back, by whoever borrowed it or by recover; what nothing brings back is finished.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gpupass/apply/apply.hpp"
#include "support/fake_hypervisor.hpp"
#include "support/fake_kernel.hpp"
#include "support/guest_tools.hpp"

namespace gpupass {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const PciAddress k_gpu{0, 1, 0, 0};
const char* const k_domain = "<domain type='kvm'><name>vm1</name><devices></devices></domain>";

class Borrow : public testing::Test {
 protected:
  Borrow() {
    kernel.add_device("0000:01:00.0", "nvidia");
    kernel.on_run = [this](const Program& program) -> std::optional<ProgramEnd> {
      if (program.argv.front() == fails) return ProgramEnd{1, "", "it does not want to"};
      return test::guest_tool(tree, program.argv);
    };
    before = test::snapshot(tree.at("/sys"));
  }

  apply::Doors doors() {
    apply::Doors all{kernel, &libvirt, nullptr, std::chrono::milliseconds(50), {}, {}};
    all.life = &libvirt;
    return all;
  }
  [[nodiscard]] Plan run_plan() const {
    return {"run vm1",
            Direction::take,
            "fake:///",
            {k_gpu},
            {LoadModule{"vfio-pci"}, SetDriverOverride{k_gpu, "vfio-pci"}, Unbind{k_gpu, "nvidia"},
             ProbeDriver{k_gpu, "vfio-pci"}, StartDomain{"vm1", {k_gpu}, 1, false}}};
  }
  [[nodiscard]] std::string sys() const { return test::snapshot(tree.at("/sys")); }
  RecoveryReport recover_the_one() {
    const auto journals = load_journals(kernel).value();
    EXPECT_EQ(journals.size(), 1U);
    auto all = doors();
    return recover(journals.front(), all);
  }

  test::Tree tree;
  test::FakeKernel kernel{tree};
  test::FakeHypervisor libvirt{"vm1", k_domain, ""};
  std::string before;
  std::string fails;  // this program does
};

TEST_F(Borrow, StaysInTheJournalUntilItIsPutBack) {
  auto borrowed = borrow(run_plan(), doors());
  ASSERT_TRUE(borrowed);
  EXPECT_TRUE(libvirt.domain("vm1")->running);
  EXPECT_EQ(kernel.driver("0000:01:00.0"), "vfio-pci");
  const auto journals = load_journals(kernel).value();
  ASSERT_EQ(journals.size(), 1U);
  EXPECT_FALSE(journals.front().ended()) << "though every step of it is done";
  ASSERT_TRUE(borrowed->put_back());
  EXPECT_FALSE(libvirt.domain("vm1")->running);
  EXPECT_EQ(sys(), before);
  EXPECT_TRUE(load_journals(kernel)->empty());
  EXPECT_TRUE(borrowed->put_back()) << "once is enough";
}

TEST_F(Borrow, IsPutBackByRecoverWhereItsOwnerIsGone) {
  {
    const auto borrowed = borrow(run_plan(), doors());
    ASSERT_TRUE(borrowed);
  }
  EXPECT_EQ(recover_the_one().outcome, Recovery::undone);
  EXPECT_FALSE(libvirt.domain("vm1")->running);
  EXPECT_EQ(sys(), before);
}

TEST_F(Borrow, ThatFailsLeavesNothing) {
  ASSERT_TRUE(libvirt.start("vm1"));
  const auto borrowed = borrow(run_plan(), doors());
  ASSERT_FALSE(borrowed);
  EXPECT_EQ(borrowed.error().kind, ErrorKind::busy);
  EXPECT_TRUE(libvirt.domain("vm1")->running) << "somebody else started it";
  EXPECT_EQ(sys(), before);
  EXPECT_TRUE(load_journals(kernel)->empty());
}

TEST_F(Borrow, ThatIsKeptStays) {
  auto borrowed = borrow(run_plan(), doors());
  ASSERT_TRUE(borrowed);
  borrowed->keep();
  EXPECT_TRUE(load_journals(kernel)->empty());
  EXPECT_EQ(kernel.driver("0000:01:00.0"), "vfio-pci");
}

/// A device is not unbound below a guest that has it.
TEST_F(Borrow, OfAGuestThatDoesNotEndLeavesItsDevicesAlone) {
  auto borrowed = borrow(run_plan(), doors());
  ASSERT_TRUE(borrowed);
  libvirt.guest_lets_go = false;
  const auto back = borrowed->put_back();
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().kind, ErrorKind::partial);
  EXPECT_EQ(kernel.driver("0000:01:00.0"), "vfio-pci");
  libvirt.guest_lets_go = true;
  EXPECT_EQ(recover_the_one().outcome, Recovery::undone);
  EXPECT_EQ(sys(), before);
}

TEST_F(Borrow, OfAGuestThatMayBeEndedEndsIt) {
  auto plan = run_plan();
  std::get<StartDomain>(plan.steps.back()).may_be_ended = true;
  auto borrowed = borrow(plan, doors());
  ASSERT_TRUE(borrowed);
  libvirt.guest_lets_go = false;
  ASSERT_TRUE(borrowed->put_back());
  EXPECT_EQ(libvirt.calls.back(), "destroy");
  EXPECT_EQ(sys(), before);
}

class GuestFiles : public Borrow {
 protected:
  Result<void> run(const Plan& plan) {
    auto all = doors();
    return apply::execute(plan, all);
  }
  [[nodiscard]] Plan deletion() const {
    return {"delete",
            Direction::give_back,
            "fake:///",
            {},
            {DefineDomain{"vm1", k_domain, ""}, RemoveFile{"/g/disk.qcow2"}, RemoveFile{"/g/seed.iso"},
             RemoveFolder{"/g"}}};
  }
};

TEST_F(GuestFiles, AreMadeAndTakenBackWithWhatFailed) {
  fails = "xorriso";
  const Plan plan{"create",
                  Direction::take,
                  "",
                  {},
                  {MakeFolder{"/g"}, MakeDisk{"/g/disk.qcow2", "/image", "raw", 1},
                   MakeSeed{"/g/seed.iso", "", "", "", {}, ""}, OpenFolder{"/g"}}};
  const auto failed = run(plan);
  ASSERT_FALSE(failed);
  EXPECT_THAT(describe(failed.error()), HasSubstr("it does not want to"));
  EXPECT_FALSE(kernel.exists("/g"));
  fails.clear();
  ASSERT_TRUE(run(plan));
  EXPECT_TRUE(kernel.exists("/g/seed.iso"));
  EXPECT_EQ(run(plan).error().kind, ErrorKind::refused) << "what is there is somebody's";
  EXPECT_TRUE(kernel.exists("/g/disk.qcow2"));
}

TEST_F(GuestFiles, OfWhichNoneIsRemovedAllIsAsItWas) {
  tree.file("/g/disk.qcow2").file("/g/seed.iso");
  fails = "rm";
  const auto failed = run(deletion());
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind, ErrorKind::system);
  EXPECT_EQ(libvirt.calls, (std::vector<std::string>{"undefine", "define"}));
  EXPECT_TRUE(load_journals(kernel)->empty());
}

TEST_F(GuestFiles, OfWhichOneIsRemovedTheRestIsFinished) {
  tree.file("/g/disk.qcow2").file("/g/seed.iso");
  kernel.on_run = [this](const Program& program) -> std::optional<ProgramEnd> {
    if (program.argv.back() == fails) return ProgramEnd{1, "", "it does not want to"};
    return test::guest_tool(tree, program.argv);
  };
  fails = "/g/seed.iso";
  const auto failed = run(deletion());
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind, ErrorKind::partial);
  EXPECT_THAT(failed.error().hint, HasSubstr("`gpupass recover` finishes the rest"));
  EXPECT_FALSE(libvirt.domain("vm1")) << "it would have no disk";
  fails.clear();
  EXPECT_EQ(recover_the_one().outcome, Recovery::finished);
  EXPECT_FALSE(kernel.exists("/g"));
}

}  // namespace
}  // namespace gpupass
