// SPDX-License-Identifier: GPL-2.0-or-later
// Every way in which a machine can fall short of CUDA, and that it is told apart from the others.
#include "bench/cuda/diagnosis.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gpupass::bench::cuda {
namespace {

using ::testing::HasSubstr;

constexpr int k_runtime = 13000;

MachineFacts whole_machine() {
  return {
      .bus_seen = true,
      .cards = {{"0000:02:00.0", "nvidia"}},
      .kernel_module = "580.159.04",
      .nodes = {{"/dev/nvidiactl", "", false}, {"/dev/nvidia0", "", false}, {"/dev/nvidia-uvm", "", false}}};
}

DriverFacts whole_driver() {
  return {.load_error = "", .library = "580.159.04", .init = 0, .api = 13000, .cards = 1};
}

DriverFacts driver_that_answers(int code) {
  auto driver = whole_driver();
  driver.init = code;
  driver.cards = 0;
  return driver;
}

Error problem(const MachineFacts& machine, const DriverFacts& driver, int runtime = k_runtime,
              int ordinal = 0) {
  const auto result = diagnose(machine, driver, runtime, ordinal);
  EXPECT_FALSE(result) << "nothing was found to be missing";
  return result ? Error{} : result.error();
}

void expect_problem(const Error& error, ErrorKind kind, const std::string& what, const std::string& hint) {
  EXPECT_EQ(error.kind, kind) << error.what;
  EXPECT_THAT(error.what, HasSubstr(what));
  EXPECT_THAT(error.hint, HasSubstr(hint));
}

TEST(Diagnosis, NothingIsMissingWhereTheDriverWorks) {
  EXPECT_TRUE(diagnose(whole_machine(), whole_driver(), k_runtime, 0));
}

TEST(Diagnosis, FilesProveNothingAgainstADriverThatWorks) {
  EXPECT_TRUE(diagnose({}, whole_driver(), k_runtime, 0));
}

TEST(Diagnosis, NoCardOnTheBus) {
  auto machine = whole_machine();
  machine.cards.clear();
  expect_problem(problem(machine, driver_that_answers(100)), ErrorKind::not_found, "no NVIDIA card",
                 "passed through");
}

TEST(Diagnosis, CardHeldForGuests) {
  auto machine = whole_machine();
  machine.cards = {{"0000:02:00.0", "vfio-pci"}};
  expect_problem(problem(machine, driver_that_answers(100)), ErrorKind::not_found,
                 "0000:02:00.0 is held for guests", "gpupass detach");
}

TEST(Diagnosis, OneCardHeldForGuestsIsNoProblemBesideOneThatIsNot) {
  auto machine = whole_machine();
  machine.cards = {{"0000:01:00.0", "vfio-pci"}, {"0000:02:00.0", "nvidia"}};
  machine.nodes.front() = {"/dev/nvidiactl", "No such file or directory", true};
  expect_problem(problem(machine, driver_that_answers(999)), ErrorKind::not_found, "/dev/nvidiactl",
                 "nvidia-modprobe");
}

TEST(Diagnosis, DriverNotLoaded) {
  auto machine = whole_machine();
  machine.cards = {{"0000:02:00.0", "nouveau"}};
  machine.kernel_module.reset();
  expect_problem(problem(machine, driver_that_answers(100)), ErrorKind::not_found,
                 "not loaded; nouveau has 0000:02:00.0", "modprobe nvidia");
}

TEST(Diagnosis, DriverLoadedThatHasNotTakenTheCard) {
  auto machine = whole_machine();
  machine.cards = {{"0000:02:00.0", ""}};
  expect_problem(problem(machine, driver_that_answers(100)), ErrorKind::system, "has not taken 0000:02:00.0",
                 "dmesg");
}

TEST(Diagnosis, DriverNotLoadedWhereTheBusIsHidden) {
  DriverFacts driver;
  driver.load_error = "libcuda.so.1: cannot open shared object file";
  expect_problem(problem({}, driver), ErrorKind::not_found, "nvidia is not loaded", "container");
}

TEST(Diagnosis, NoDeviceNode) {
  auto machine = whole_machine();
  machine.nodes.back() = {"/dev/nvidia-uvm", "No such file or directory", true};
  expect_problem(problem(machine, driver_that_answers(999)), ErrorKind::not_found,
                 "there is no device node /dev/nvidia-uvm", "nvidia-modprobe");
}

TEST(Diagnosis, NoNodeAtAllOnAHostIsNoContainersTrouble) {
  auto machine = whole_machine();
  for (auto& node : machine.nodes) node = {node.path, "No such file or directory", true};
  const auto error = problem(machine, driver_that_answers(100));
  EXPECT_EQ(error.what, "there is no device node /dev/nvidiactl");
}

TEST(Diagnosis, DeviceNodeThatCannotBeOpened) {
  auto machine = whole_machine();
  machine.nodes.front() = {"/dev/nvidiactl", "Operation not permitted", false, true};
  expect_problem(problem(machine, driver_that_answers(100)), ErrorKind::denied,
                 "/dev/nvidiactl cannot be opened: Operation not permitted", "mode and owner");
}

TEST(Diagnosis, NoLibrary) {
  DriverFacts driver;
  driver.load_error = "libcuda.so.1: cannot open shared object file: No such file or directory";
  expect_problem(problem(whole_machine(), driver), ErrorKind::not_found, "libcuda.so.1",
                 "install the driver's user-space part");
}

// ---- in a container ----

MachineFacts container() {
  auto machine = whole_machine();
  machine.contained = true;
  return machine;
}

const char* const k_write = "`gpupass container write`, then start it with --device gpupass/card=ADDRESS";
const char* const k_flags = "$(gpupass container flags ADDRESS --engine docker)";

TEST(DiagnosisInAContainer, WithoutAnyNodeItWasStartedWithoutACard) {
  auto machine = container();
  for (auto& node : machine.nodes) node = {node.path, "No such file or directory", true};
  DriverFacts driver;
  driver.load_error = "libcuda.so.1: cannot open shared object file";
  const auto error = problem(machine, driver);
  expect_problem(error, ErrorKind::not_found, "this container has no card", k_write);
  EXPECT_THAT(error.hint, HasSubstr(k_flags));
}

TEST(DiagnosisInAContainer, WithSomeNodesItWasGivenAPart) {
  auto machine = container();
  machine.nodes.back() = {"/dev/nvidia-uvm", "No such file or directory", true};
  expect_problem(problem(machine, driver_that_answers(999)), ErrorKind::not_found,
                 "there is no device node /dev/nvidia-uvm, but other nodes of the card exist",
                 "a part of the card");
}

TEST(DiagnosisInAContainer, WithNodesAndNoLibrary) {
  DriverFacts driver;
  driver.load_error = "libcuda.so.1: cannot open shared object file: No such file or directory";
  expect_problem(problem(container(), driver), ErrorKind::not_found, "the card's device nodes exist",
                 k_write);
}

TEST(DiagnosisInAContainer, WithALibraryOfAnotherVersion) {
  auto driver = driver_that_answers(803);
  driver.library = "575.57.08";
  const auto error = problem(container(), driver);
  expect_problem(error, ErrorKind::unsupported, "575.57.08 and 580.159.04", "is the image's own, 575.57.08");
  EXPECT_THAT(error.hint, HasSubstr(k_write));
}

TEST(DiagnosisInAContainer, WithANodeThatItsControlGroupDoesNotAllow) {
  auto machine = container();
  machine.nodes.front() = {"/dev/nvidiactl", "Operation not permitted", false, true};
  expect_problem(problem(machine, driver_that_answers(100)), ErrorKind::denied,
                 "the container's device cgroup does not allow it", "daemon-reload");
}

TEST(DiagnosisInAContainer, WithANodeThatIsForAGroup) {
  auto machine = container();
  machine.nodes.front() = {"/dev/nvidiactl", "Permission denied", false};
  expect_problem(problem(machine, driver_that_answers(100)), ErrorKind::denied, "Permission denied",
                 "--group-add");
}

TEST(DiagnosisInAContainer, WithANodeOfAnotherNumber) {
  auto machine = container();
  machine.nodes.back() = {"/dev/nvidia-uvm", "No such device or address", false, false, true};
  expect_problem(problem(machine, driver_that_answers(999)), ErrorKind::system, "no driver has its number",
                 k_write);
}

TEST(Diagnosis, LibraryAndModuleOfTwoVersions) {
  auto driver = driver_that_answers(803);
  driver.library = "575.57.08";
  expect_problem(problem(whole_machine(), driver), ErrorKind::unsupported,
                 "different versions (CUDA error 803): 575.57.08 and 580.159.04", "reboot");
}

TEST(Diagnosis, AModuleOfUnknownVersionIsNoOtherVersion) {
  auto machine = whole_machine();
  machine.kernel_module = "";
  expect_problem(problem(machine, driver_that_answers(802)), ErrorKind::system, "(CUDA error 802)",
                 "fabric manager");
}

TEST(Diagnosis, RuntimeNewerThanTheDriver) {
  auto driver = whole_driver();
  driver.api = 12080;
  expect_problem(problem(whole_machine(), driver), ErrorKind::unsupported,
                 "(CUDA error 35): it supports CUDA 12.8, but this program needs 13.0",
                 "the guest's own driver");
}

TEST(Diagnosis, WithinAMajorVersionAnOlderDriverServes) {
  EXPECT_TRUE(diagnose(whole_machine(), whole_driver(), 13020, 0));
}

struct Answered {
  int code;
  ErrorKind kind;
  const char* what;
  const char* hint;
};

class DriverAnswers : public ::testing::TestWithParam<Answered> {};

TEST_P(DriverAnswers, IsExplained) {
  const auto& expected = GetParam();
  expect_problem(problem(whole_machine(), driver_that_answers(expected.code)), expected.kind, expected.what,
                 expected.hint);
}

INSTANTIATE_TEST_SUITE_P(
    Diagnosis, DriverAnswers,
    ::testing::Values(Answered{35, ErrorKind::unsupported, "(CUDA error 35)", "in a guest"},
                      Answered{100, ErrorKind::not_found, "(CUDA error 100, once 38)",
                               "CUDA_VISIBLE_DEVICES"},
                      Answered{999, ErrorKind::system, "(CUDA error 999, once 30)", "nvidia-uvm"},
                      Answered{802, ErrorKind::system, "(CUDA error 802)", "fabric manager"},
                      Answered{803, ErrorKind::unsupported, "(CUDA error 803)", "container"},
                      Answered{804, ErrorKind::unsupported, "(CUDA error 804)", "LD_LIBRARY_PATH"},
                      Answered{12345, ErrorKind::system, "(CUDA error 12345)", "dmesg"}),
    [](const auto& answered) { return std::to_string(answered.param.code); });

TEST(Diagnosis, CardsThatAreHidden) {
  auto driver = whole_driver();
  driver.cards = 0;
  expect_problem(problem(whole_machine(), driver), ErrorKind::not_found, "(CUDA error 100, once 38)", "MIG");
}

TEST(Diagnosis, OrdinalThatIsNotThere) {
  expect_problem(problem(whole_machine(), whole_driver(), k_runtime, 1), ErrorKind::not_found,
                 "there is no card 1: CUDA sees 1", "--device");
  expect_problem(problem(whole_machine(), whole_driver(), k_runtime, -1), ErrorKind::not_found, "no card -1",
                 "");
}

}  // namespace
}  // namespace gpupass::bench::cuda
