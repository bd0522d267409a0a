// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/judge/diagnosis.hpp"
#include "gpupass/judge/judge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gpupass::judge {
namespace {

using testing::Each;
using testing::Field;
using testing::Not;
using testing::SizeIs;

Inventory machine_without_iommu() {
  Inventory inventory;
  inventory.kernel.architecture = "x86_64";
  inventory.iommu = {
      IommuKind::none, false, IommuOff::kernel_option_missing, Ternary::unknown, "DMAR", "", false};
  for (const std::uint8_t bus : {std::uint8_t{1}, std::uint8_t{2}}) {
    Device device;
    device.address = {0, bus, 0, 0};
    inventory.devices.push_back(device);
  }
  return inventory;
}

TEST(Diagnosis, TellsWhatIsSoForEveryTargetOnce) {
  const auto diagnosis = diagnose(machine_without_iommu(), {{{{0, 1, 0, 0}}}, {{{0, 2, 0, 0}}}});
  ASSERT_THAT(diagnosis.patients, SizeIs(2));
  EXPECT_THAT(diagnosis.machine, Each(Field(&Finding::device, std::nullopt)));
  for (const auto& patient : diagnosis.patients)
    EXPECT_THAT(patient.findings, Each(Field(&Finding::device, Not(std::nullopt))));
}

TEST(Diagnosis, BlocksWhereTheMachineDoesAndSaysSoOfEachTarget) {
  const auto diagnosis = diagnose(machine_without_iommu(), {{{{0, 1, 0, 0}}}});
  EXPECT_EQ(worst(diagnosis.machine), Severity::blocks);
  EXPECT_TRUE(diagnosis.blocks);
  EXPECT_EQ(diagnosis.patients.front().judgement.verdict, Verdict::cannot);
  EXPECT_TRUE(diagnose(machine_without_iommu(), {}).blocks);
}

}  // namespace
}  // namespace gpupass::judge
