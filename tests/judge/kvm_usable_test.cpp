// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>

#include "gpupass/judge/rules.hpp"
#include "judge/machine.hpp"

namespace gpupass::judge {
namespace {

using test::machine;
using test::only;
using ::testing::Contains;
using ::testing::HasSubstr;

Finding judged(const char* cpu_flag, std::optional<KvmProbe> probe) {
  auto inventory = machine();
  inventory.kvm = {cpu_flag, std::move(probe)};
  return only(kvm_usable(inventory, test::card()));
}

TEST(KvmUsable, IsFineWhenAMachineWasMade) {
  const auto finding = judged("svm", KvmProbe{true, true, 12, true, "", false});
  EXPECT_EQ(finding.severity, Severity::fine);
  EXPECT_THAT(finding.evidence, Contains(Evidence{"/proc/cpuinfo", "flags: svm"}));
}

TEST(KvmUsable, AMachineMadeWithoutTheProcessorsFlagProvesNothing) {
  const auto finding = judged("", KvmProbe{true, true, 12, true, "", false});
  EXPECT_EQ(finding.severity, Severity::blocks);
  EXPECT_EQ(finding.consent, Consent::may_be_given);
  EXPECT_THAT(finding.what, HasSubstr("neither vmx nor svm"));
}

TEST(KvmUsable, IsUnmeasuredWhereTheProcessorCannotBeRead) {
  auto inventory = machine();
  inventory.kvm = {"", std::nullopt};
  inventory.problems = {{"/proc/cpuinfo", "Permission denied"}};
  EXPECT_EQ(only(kvm_usable(inventory, test::card())).severity, Severity::unmeasured);
}

TEST(KvmUsable, IsUnmeasuredOnACapturedHost) {
  const auto finding = judged("vmx", std::nullopt);
  EXPECT_EQ(finding.severity, Severity::unmeasured);
  EXPECT_THAT(finding.remedy, HasSubstr("on the machine itself"));
}

TEST(KvmUsable, ThatThisUserMayNotOpenItSaysNothingOfTheMachine) {
  const auto finding =
      judged("vmx", KvmProbe{true, false, 0, false, "open /dev/kvm: Permission denied", true});
  EXPECT_EQ(finding.severity, Severity::unmeasured);
  EXPECT_THAT(finding.remedy, HasSubstr("usermod -aG kvm $USER"));
}

TEST(KvmUsable, NamesTheModuleOfTheProcessorsMaker) {
  const KvmProbe absent{false, false, 0, false, "/dev/kvm does not exist", false};
  EXPECT_THAT(judged("vmx", absent).remedy, HasSubstr("modprobe kvm_intel"));
  EXPECT_THAT(judged("svm", absent).remedy, HasSubstr("modprobe kvm_amd"));
  EXPECT_EQ(judged("svm", absent).severity, Severity::blocks);
}

TEST(KvmUsable, BlocksAtEachStepThatFails) {
  EXPECT_THAT(judged("vmx", KvmProbe{true, false, 0, false, "No such device", false}).what,
              HasSubstr("cannot be opened"));
  EXPECT_THAT(judged("vmx", KvmProbe{true, true, 0, false, "Inappropriate ioctl", false}).what,
              HasSubstr("does not answer as KVM"));
  EXPECT_THAT(judged("vmx", KvmProbe{true, true, 12, false, "Device or resource busy", false}).what,
              HasSubstr("cannot create a virtual machine"));
}

Finding judged_on(const char* architecture, std::optional<KvmProbe> probe) {
  auto inventory = machine();
  inventory.kernel.architecture = architecture;
  inventory.kvm = {"", std::move(probe)};
  return only(kvm_usable(inventory, test::card()));
}

/// vmx and svm are x86's.
TEST(KvmUsable, OnOtherArchitecturesTheProbeAloneDecides) {
  const KvmProbe works{true, true, 12, true, "", false};
  const KvmProbe absent{false, false, 0, false, "/dev/kvm does not exist", false};
  for (const auto* const architecture : {"aarch64", "riscv64", "ppc64le", "s390x", "loongarch64"}) {
    EXPECT_EQ(judged_on(architecture, works).severity, Severity::fine) << architecture;
    EXPECT_EQ(judged_on(architecture, absent).severity, Severity::blocks) << architecture;
    const auto captured = judged_on(architecture, std::nullopt);
    EXPECT_EQ(captured.severity, Severity::unmeasured) << architecture;
    EXPECT_THAT(captured.what, HasSubstr(architecture));
    for (const auto& finding : {captured, judged_on(architecture, absent)}) {
      EXPECT_THAT(finding.what + finding.remedy, testing::Not(testing::ContainsRegex("vmx|svm|intel|_amd")))
          << architecture;
    }
  }
  EXPECT_THAT(judged_on("aarch64", absent).remedy, HasSubstr("EL2"));
  EXPECT_THAT(judged_on("ppc64le", absent).remedy, HasSubstr("modprobe kvm_hv"));
  EXPECT_EQ(judged_on("", std::nullopt).severity, Severity::unmeasured);
}

}  // namespace
}  // namespace gpupass::judge
