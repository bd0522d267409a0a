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

Finding judged(const Inventory& inventory) {
  return only(vfio_pci_available(inventory, test::card()));
}

TEST(VfioPciAvailable, AModuleThatCanBeLoadedIsEnough) {
  const auto finding = judged(machine());
  EXPECT_EQ(finding.severity, Severity::fine);
  EXPECT_THAT(finding.evidence, Contains(Evidence{"/lib/modules/6.1.0-56-amd64", "vfio_pci can be loaded"}));
}

TEST(VfioPciAvailable, ShowsAModuleThatIsLoadedWhereItIs) {
  auto inventory = machine();
  inventory.kernel.modules[1].loaded = true;
  EXPECT_THAT(judged(inventory).evidence, Contains(Evidence{"/sys/module/vfio_pci", "present"}));
}

TEST(VfioPciAvailable, BlocksOnAKernelWithoutIt) {
  auto inventory = machine();
  inventory.kernel.modules = {{"vfio_pci", false, false}, {"vfio_iommu_type1", false, true}};
  const auto finding = judged(inventory);
  EXPECT_EQ(finding.severity, Severity::blocks);
  EXPECT_EQ(finding.consent, Consent::impossible);
  EXPECT_EQ(finding.what, "this kernel (6.1.0-56-amd64) has no vfio_pci");
  EXPECT_THAT(finding.remedy, HasSubstr("CONFIG_VFIO_PCI"));
}

TEST(VfioPciAvailable, BlocksOnAKernelWithoutTheIommuHalfOfVfio) {
  auto inventory = machine();
  inventory.kernel.modules = {{"vfio_pci", true, true}, {"vfio_iommu_type1", false, false}};
  EXPECT_EQ(judged(inventory).what, "this kernel (6.1.0-56-amd64) has no vfio_iommu_type1");
}

TEST(VfioPciAvailable, IsUnmeasuredWhereTheModulesCannotBeListed) {
  auto inventory = machine();
  inventory.kernel.modules = {{"vfio_pci", false, false}, {"vfio_iommu_type1", false, false}};
  inventory.problems = {{"/lib/modules/6.1.0-56-amd64/modules.dep", "No such file or directory"}};
  const auto finding = judged(inventory);
  EXPECT_EQ(finding.severity, Severity::unmeasured);
  EXPECT_EQ(finding.evidence.front().path, "/lib/modules/6.1.0-56-amd64/modules.dep");
}

TEST(VfioPciAvailable, OnPowerAnotherPartMapsMemory) {
  auto inventory = machine();
  inventory.kernel.architecture = "ppc64le";
  inventory.kernel.modules = {{"vfio_pci", true, true}, {"vfio_iommu_spapr_tce", true, true}};
  EXPECT_EQ(judged(inventory).severity, Severity::fine);
  inventory.kernel.architecture = "aarch64";
  EXPECT_EQ(judged(inventory).what, "this kernel (6.1.0-56-amd64) has no vfio_iommu_type1");
  EXPECT_THAT(judged(inventory).remedy, HasSubstr("linux-image-arm64"));
  inventory.kernel.architecture = "";
  EXPECT_EQ(judged(inventory).severity, Severity::unmeasured);
}

TEST(VfioPciAvailable, WarnsWhereIommufdAloneMapsMemory) {
  auto inventory = machine();
  inventory.kernel.modules = {{"vfio_pci", true, true}, {"iommufd", false, true}};
  const auto finding = judged(inventory);
  EXPECT_EQ(finding.severity, Severity::warns);
  EXPECT_THAT(finding.what, HasSubstr("iommufd alone"));
  EXPECT_THAT(finding.remedy, HasSubstr("CONFIG_VFIO_IOMMU_TYPE1"));
}

}  // namespace
}  // namespace gpupass::judge
