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
  EXPECT_THAT(finding.what, HasSubstr("/dev/kfd does not exist"));
}

TEST(CdiFiles, AreReadOrLeftOut) {
  container::Machine machine;
  machine.files = {file("/etc/cdi/a.json", "0")};
  EXPECT_EQ(only(judge::cdi_files(with(machine), {})).severity, Severity::fine);
  machine.files[0].faults = {"it has a field 'x', which no version knows"};
  EXPECT_THAT(only(judge::cdi_files(with(machine), {})).what, HasSubstr("engines ignore /etc/cdi/a.json"));
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
  machine.files[0].stale = {"/dev/x does not exist", "/dev/y is not there"};
  EXPECT_THAT(only(judge::cdi_current(with(machine), {})).what,
              HasSubstr("/etc/cdi/a.json is out of date: /dev/x does not exist, and 1 more"));
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

TEST(MappedUsers, MatterOnlyToAToolkitThatChangesControlGroups) {
  container::Machine machine;
  machine.engines.mapped_users = "0 100000 65536";
  EXPECT_THAT(judge::mapped_users(with(machine), {}), IsEmpty());
  machine.engines.has_toolkit = true;
  for (const auto* const mode : {"", "auto", "legacy"}) {
    machine.engines.toolkit_mode = mode;
    EXPECT_EQ(only(judge::mapped_users(with(machine), {})).severity, Severity::warns) << mode;
  }
  machine.engines.leaves_cgroups = true;
  EXPECT_THAT(judge::mapped_users(with(machine), {}), IsEmpty());
  machine.engines.leaves_cgroups = false;
  machine.engines.toolkit_mode = "cdi";
  EXPECT_THAT(judge::mapped_users(with(machine), {}), IsEmpty());
  machine.engines.toolkit_mode = "legacy";
  machine.engines.mapped_users = "";
  EXPECT_THAT(judge::mapped_users(with(machine), {}), IsEmpty());
}

/// A card that is divided: one GPU instance with one compute instance.
container::Machine divided() {
  auto machine = nvidia("580.1", "580.1");
  container::Card card{test::at("0000:01:00.0"), {test::at("0000:01:00.0")}, container::Way::nvidia};
  card.nodes = {node("/dev/nvidia0", "195:0", "195:0")};
  machine.cards = {card};
  machine.nvidia->mig_parts = {
      {"gpu0/gi1", "/proc/gi1/access", node("/dev/nvidia-caps/nvidia-cap12", "238:12", "238:12")},
      {"gpu0/gi1/ci0", "/proc/ci0/access", node("/dev/nvidia-caps/nvidia-cap13", "238:13", "238:13")}};
  return machine;
}

TEST(MigNodes, AreThere) {
  auto machine = divided();
  EXPECT_EQ(only(judge::mig_nodes(with(machine), {})).severity, Severity::fine);
  machine.nvidia->mig_parts[1].node.found = "";
  const auto finding = only(judge::mig_nodes(with(machine), {}));
  EXPECT_EQ(finding.severity, Severity::warns);
  EXPECT_EQ(finding.what, "/dev/nvidia-caps/nvidia-cap13, of MIG's gpu0/gi1/ci0, does not exist");
  EXPECT_EQ(finding.remedy, "`nvidia-modprobe -f /proc/ci0/access` makes it");
  machine.nvidia->mig_parts.clear();
  EXPECT_THAT(judge::mig_nodes(with(machine), {}), IsEmpty());
}

TEST(MigNodes, AreNamedByAFileThatWasWrittenSince) {
  auto machine = divided();
  machine.files = {file("/etc/cdi/nvidia.yaml", "0:0")};
  machine.files[0].kind = "nvidia.com/gpu";
  machine.files[0].devices[0].paths = {{"/dev/nvidia-caps/nvidia-cap12"}};
  EXPECT_THAT(
      only(judge::mig_nodes(with(machine), {})).what,
      HasSubstr("/etc/cdi/nvidia.yaml is from before MIG's gpu0/gi1/ci0 was made: no name of it has"));
  machine.files[0].common = {{"/dev/nvidia-caps/nvidia-cap13"}};
  EXPECT_EQ(only(judge::mig_nodes(with(machine), {})).severity, Severity::fine);
  machine.files[0].devices[0].paths.clear();
  machine.files[0].common.clear();
  EXPECT_THAT(only(judge::mig_nodes(with(machine), {})).what, HasSubstr("gpu0/gi1 was made, and 1 more"));
}

TEST(MigNodes, OfACardThatGpupassDescribesWhole) {
  auto machine = divided();
  machine.files = {file("/etc/cdi/gpupass.json", "0000:01:00.0")};
  machine.files[0].kind = container::k_kind;
  machine.files[0].devices[0].paths = {{"/dev/nvidia1"}};
  EXPECT_EQ(only(judge::mig_nodes(with(machine), {})).severity, Severity::fine);
  machine.files[0].devices[0].paths = {{"/dev/nvidia0"}};
  const auto finding = only(judge::mig_nodes(with(machine), {}));
  EXPECT_EQ(finding.device, test::at("0000:01:00.0"));
  EXPECT_THAT(finding.what, HasSubstr("0000:01:00.0 is divided by MIG, and /etc/cdi/gpupass.json gives"));
}

TEST(FabricManager, HasTheSwitches) {
  Inventory inventory;
  container::Card card{test::at("0000:18:00.0"), {test::at("0000:18:00.0")}, container::Way::nvidia};
  inventory.containers.cards = {card};
  auto gpu = test::device("0000:18:00.0", 0x030200, "NVIDIA", "nvidia", 50);
  auto link = test::device("0000:05:00.0", 0x068000, "NVIDIA", "nvidia-nvswitch", 51);
  for (auto* const one : {&gpu, &link}) {
    one->vendor = 0x10de;
    one->bridges = {test::at("0000:00:01.0")};
  }
  inventory.devices = {link, gpu};
  EXPECT_EQ(only(judge::fabric_manager(inventory, {})).severity, Severity::unmeasured);
  inventory.holders_complete = true;
  const auto finding = only(judge::fabric_manager(inventory, {}));
  EXPECT_EQ(finding.severity, Severity::warns);
  EXPECT_THAT(finding.remedy, HasSubstr("systemctl start nvidia-fabricmanager"));
  Holder manager;
  manager.device = link.address;
  manager.process = "nv-fabricmanage";
  inventory.holders = {manager};
  EXPECT_EQ(only(judge::fabric_manager(inventory, {})).severity, Severity::fine);
  inventory.containers.cards[0].way = container::Way::vfio;
  EXPECT_THAT(judge::fabric_manager(inventory, {}), IsEmpty()) << "the cards are guests'";
  inventory.containers.cards[0].way = container::Way::nvidia;
  inventory.devices = {gpu};
  EXPECT_THAT(judge::fabric_manager(inventory, {}), IsEmpty()) << "there is no switch";
}

TEST(NcclNamespaces, AreInCommonOrNot) {
  const auto one = test::at("0000:01:00.0"), other = test::at("0000:02:00.0");
  container::Machine machine;
  machine.containers = {{"docker", "aaa", "web"}};
  machine.ranks = {{one, "docker", "aaa", "python3", 70, "pid:[1] ipc:[1] uts:[1]"},
                   {other, "docker", "bbb", "python3", 71, "pid:[1] ipc:[2] uts:[1]"}};
  const auto finding = only(judge::nccl_namespaces(with(machine), {}));
  EXPECT_EQ(finding.severity, Severity::warns);
  EXPECT_THAT(finding.what,
              HasSubstr("docker container web (python3 with 0000:01:00.0) and docker container bbb "
                        "(python3 with 0000:02:00.0) have NCCL loaded"));
  EXPECT_EQ(finding.evidence.size(), 2U);
  machine.ranks[1].namespaces = machine.ranks[0].namespaces;
  EXPECT_THAT(judge::nccl_namespaces(with(machine), {}), IsEmpty()) << "NCCL takes them for one machine's";
  machine.ranks[1] = {one, "docker", "bbb", "python3", 71, "pid:[2] ipc:[2] uts:[2]"};
  EXPECT_THAT(judge::nccl_namespaces(with(machine), {}), IsEmpty()) << "a card has one rank at most";
  machine.ranks[1] = {other, "docker", "aaa", "python3", 71, "pid:[1] ipc:[2] uts:[1]"};
  EXPECT_THAT(judge::nccl_namespaces(with(machine), {}), IsEmpty()) << "in one container";
}

}  // namespace
}  // namespace gpupass
