// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>

#include "gpupass/judge/rules.hpp"
#include "judge/machine.hpp"

namespace gpupass::judge {
namespace {

using test::device_of;
using test::machine;
using test::only;
using test::target;
using ::testing::HasSubstr;

Finding judged(std::optional<std::string> driver, std::vector<std::string> modules) {
  auto inventory = machine();
  device_of(inventory, "0000:01:00.0").driver = std::move(driver);
  device_of(inventory, "0000:01:00.0").modules = std::move(modules);
  return only(driver_returns(inventory, target("0000:01:00.0")));
}

TEST(DriverReturns, EachFunctionGoesBackToItsOwnDriver) {
  const auto findings = driver_returns(machine(), test::card());
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].what, "0000:01:00.0 goes back to nvidia");
  EXPECT_EQ(findings[1].what, "0000:01:00.1 goes back to snd_hda_intel");
  EXPECT_EQ(findings[1].severity, Severity::fine);
}

TEST(DriverReturns, WithoutADriverItGoesBackToHavingNone) {
  const auto finding = judged(std::nullopt, {"nouveau"});
  EXPECT_EQ(finding.severity, Severity::fine);
  EXPECT_THAT(finding.what, HasSubstr("having none"));
}

TEST(DriverReturns, ACardThatIsKeptForGuestsStaysSo) {
  const auto finding = judged("vfio-pci", {"nouveau", "nvidia"});
  EXPECT_EQ(finding.severity, Severity::fine);
  EXPECT_EQ(finding.what,
            "0000:01:00.0 is on vfio-pci already and stays there; nouveau and nvidia could drive it");
}

TEST(DriverReturns, IsUnmeasuredWhereTheModulesAreNotKnown) {
  auto inventory = machine();
  device_of(inventory, "0000:01:00.0").driver = "vfio-pci";
  device_of(inventory, "0000:01:00.0").modules.clear();
  inventory.problems = {{"/lib/modules/6.1.0-56-amd64/modules.alias", "No such file or directory"}};
  EXPECT_EQ(only(driver_returns(inventory, target("0000:01:00.0"))).severity, Severity::unmeasured);
}

TEST(DriverReturns, WarnsWhereNoDriverOfTheHostsIsKnown) {
  const auto finding = judged("vfio-pci", {});
  EXPECT_EQ(finding.severity, Severity::warns);
  EXPECT_FALSE(finding.remedy.empty());
}

}  // namespace
}  // namespace gpupass::judge
