// SPDX-License-Identifier: GPL-2.0-or-later
// The rules for containers, each on a literal.
#include <gmock/gmock.h>

#include "gpupass/judge/diagnosis.hpp"
#include "gpupass/judge/judge.hpp"
#include "gpupass/judge/rules.hpp"
#include "judge/machine.hpp"

namespace gpupass {
namespace {

using test::only;
using testing::HasSubstr;
using testing::IsEmpty;

Inventory with(container::Machine machine) {
  Inventory inventory;
  inventory.containers = std::move(machine);
  return inventory;
}

container::Node node(std::string path, std::string expected, std::string found) {
  return {std::move(path), std::move(expected), std::move(found), 0666, 0};
}

container::Machine nvidia(std::string kernel, std::string library) {
  container::NvidiaDriver driver;
  driver.version = std::move(kernel);
  driver.library_version = std::move(library);
  driver.library_path = "/usr/lib/libcuda.so." + driver.library_version;
  driver.libraries = {{driver.library_path, "/usr/lib/libcuda.so.1"}};
  container::Machine machine;
  machine.nvidia = std::move(driver);
  return machine;
}

container::CdiFile file(std::string path, std::string device) {
  return {std::move(path), "", "0.5.0", "a.com/b", {{std::move(device), {}}}};
}

TEST(RulesForContainers, FindNothingWhereThereIsNothing) {
  EXPECT_THAT(judge::findings_of(Inventory(), {}, Occasion::container), IsEmpty());
}

TEST(RulesForContainers, AreNotAskedOfGuests) {
  auto machine = nvidia("580.1", "580.1");
  machine.engines.docker_snap = true;
  auto inventory = test::machine();
  inventory.containers = machine;
  EXPECT_EQ(judge::findings_of(inventory, test::card()), judge::findings_of(test::machine(), test::card()));
}

TEST(RulesForContainers, ADiagnosisIsOfTheMachineAndOfNoCard) {
  auto machine = nvidia("580.1", "575.1");
  machine.nvidia->libraries.clear();
  const auto diagnosis = judge::diagnose_for_containers(with(machine));
  EXPECT_TRUE(diagnosis.blocks);
  EXPECT_EQ(only(diagnosis.machine).rule, "driver-versions");
  EXPECT_THAT(diagnosis.patients, IsEmpty());
  EXPECT_FALSE(judge::diagnose_for_containers(Inventory()).blocks);
}

TEST(DriverVersions, AreOneOrNot) {
  EXPECT_EQ(only(judge::driver_versions(with(nvidia("580.1", "580.1")), {})).severity, Severity::fine);
  EXPECT_EQ(only(judge::driver_versions(with(nvidia("580.1", "575.1")), {})).severity, Severity::warns);
  auto without = nvidia("580.1", "");
  without.nvidia->libraries.clear();
  const auto finding = only(judge::driver_versions(with(without), {}));
  EXPECT_EQ(finding.severity, Severity::blocks);
  EXPECT_THAT(finding.what, HasSubstr("there is no libcuda.so.1 of version 580.1"));
}

TEST(DeviceNodes, OfACardNameIt) {
  container::Machine machine;
  container::Card card{test::at("0000:01:00.0"), {test::at("0000:01:00.0")}, container::Way::render};
  card.nodes = {node("/dev/dri/renderD128", "226:128", "226:128")};
  machine.cards = {card};
  EXPECT_EQ(only(judge::device_nodes(with(machine), {})).severity, Severity::fine);
  machine.cards[0].nodes[0].found = "226:129";
  const auto finding = only(judge::device_nodes(with(machine), {}));
  EXPECT_EQ(finding.severity, Severity::blocks);
  EXPECT_EQ(finding.device, test::at("0000:01:00.0"));
}

TEST(DeviceNodes, OfAllCardsOfAWayAreTheMachines) {
  container::Machine machine;
  machine.kfd = {node("/dev/kfd", "510:0", "")};
  EXPECT_THAT(judge::device_nodes(with(machine), {}), IsEmpty()) << "no card needs it";
  machine.cards = {{test::at("0000:03:00.0"), {test::at("0000:03:00.0")}, container::Way::amd}};
  const auto finding = only(judge::device_nodes(with(machine), {}));
  EXPECT_EQ(finding.device, std::nullopt);
  EXPECT_THAT(finding.what, HasSubstr("/dev/kfd is not there"));
}

TEST(CdiFiles, AreReadOrLeftOut) {
  container::Machine machine;
  machine.files = {file("/etc/cdi/a.json", "0")};
  EXPECT_EQ(only(judge::cdi_files(with(machine), {})).severity, Severity::fine);
  machine.files[0].faults = {"it has a field 'x', which no version knows"};
  EXPECT_THAT(only(judge::cdi_files(with(machine), {})).what, HasSubstr("engines leave out /etc/cdi/a.json"));
  machine.files[0] = {"/etc/cdi/a.json"};
  machine.files[0].unread = "no JSON";
  EXPECT_THAT(only(judge::cdi_files(with(machine), {})).what, HasSubstr("/etc/cdi/a.json cannot be read"));
}

TEST(CdiNames, OfOneFolderAreDefinedOnce) {
  container::Machine machine;
  machine.files = {file("/etc/cdi/a.json", "0"), file("/var/run/cdi/b.json", "0")};
  EXPECT_THAT(judge::cdi_names(with(machine), {}), IsEmpty());
  machine.files[1].path = "/etc/cdi/b.json";
  EXPECT_EQ(only(judge::cdi_names(with(machine), {})).severity, Severity::warns);
}

TEST(CdiCurrent, CountsWhatIsNotThere) {
  container::Machine machine;
  machine.files = {file("/etc/cdi/a.json", "0")};
  EXPECT_THAT(judge::cdi_current(with(machine), {}), IsEmpty());
  machine.files[0].stale = {"/dev/x is not there", "/dev/y is not there"};
  EXPECT_THAT(only(judge::cdi_current(with(machine), {})).what,
              HasSubstr("/etc/cdi/a.json is out of date: /dev/x is not there, and 1 more"));
}

TEST(RulesForContainers, OfEngines) {
  container::Machine machine;
  machine.engines = {true, true, "legacy"};
  EXPECT_EQ(only(judge::docker_confined(with(machine), {})).severity, Severity::warns);
  EXPECT_EQ(only(judge::selinux_labels(with(machine), {})).severity, Severity::warns);
  EXPECT_EQ(only(judge::toolkit_legacy(with(machine), {})).severity, Severity::warns);
  machine.engines = {false, false, "cdi"};
  EXPECT_THAT(judge::docker_confined(with(machine), {}), IsEmpty());
  EXPECT_THAT(judge::selinux_labels(with(machine), {}), IsEmpty());
  EXPECT_THAT(judge::toolkit_legacy(with(machine), {}), IsEmpty());
}

}  // namespace
}  // namespace gpupass
