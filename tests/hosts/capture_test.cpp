// SPDX-License-Identifier: GPL-2.0-or-later
// scripts/capture-host: what is seen on a capture is what was seen on the machine, and nothing in it
// tells whose machine it was.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "support/command.hpp"
#include "support/golden.hpp"
#include "support/tree.hpp"

namespace gpupass {
namespace {

namespace fs = std::filesystem;

void expect_runs(std::vector<std::string> argv) {
  Host host;
  Program program;
  program.argv = std::move(argv);
  program.timeout = std::chrono::minutes(5);
  const auto end = host.run(program);
  EXPECT_TRUE(end && end->status == 0) << (end ? end->errors : describe(end.error()));
}

/// Runs the script; returns the captured root.
fs::path capture(const test::Tree& folder, const std::string& from = {}) {
  std::vector<std::string> argv{test::source("/scripts/capture-host"), (folder.root() / "captured").string()};
  if (!from.empty()) argv.push_back(from);
  expect_runs(std::move(argv));
  return folder.root() / "captured/root";
}

std::string said(cli::Function function, const fs::path& root, const std::vector<std::string>& arguments) {
  Host host(root);
  const auto said = test::run(function, host, arguments);
  return said.out + said.err;
}

class CaptureHost : public ::testing::TestWithParam<const char*> {};

TEST_P(CaptureHost, OfAMachineHereSaysTheSame) {
  const test::Tree folder;
  const auto machine = fs::path("hosts") / GetParam();
  const auto root = capture(folder, test::fixture(machine / "root").string());
  EXPECT_EQ(said(cli::list, root, {"--all"}), test::read_fixture(machine / "list.txt"));
  EXPECT_EQ(said(cli::groups, root, {"--all"}), test::read_fixture(machine / "groups.txt"));
  EXPECT_EQ(said(cli::doctor, root, {}), test::read_fixture(machine / "doctor.txt"));
}

// The laptop has LVM on an encrypted disk, the server a mirror and a bond; two are no x86, and firmware
// demands memory of two.
INSTANTIATE_TEST_SUITE_P(Machines, CaptureHost,
                         ::testing::Values("laptop", "server-8gpu", "arm64-gpu-server", "gb10-direct-region",
                                           "proliant-rmrr"),
                         [](const auto& machine) {
                           std::string name = machine.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

/// A captured machine is kept as an archive, from which the build makes its tree.
TEST(CaptureHost, ComesOutOfItsArchiveAsItWas) {
  test::Tree folder;
  const auto root = capture(folder, test::fixture("hosts/laptop/root").string());
  folder.dir("machine");
  const auto archive = folder.at("machine/root.tar.gz").string();
  expect_runs({"/usr/bin/tar", "-C", root.string(), "--owner=0", "--group=0", "-czf", archive, "."});
  const auto made = folder.at("made");
  expect_runs({test::source("/tests/hosts/construct"), folder.at("machine").string(), made.string()});
  EXPECT_EQ(test::snapshot(made), test::snapshot(root));
}

std::vector<std::string> secrets_of_this_machine() {
  std::vector<std::string> files{"/proc/sys/kernel/random/boot_id", "/etc/machine-id"};
  for (const auto& interface : fs::directory_iterator("/sys/class/net")) {
    files.push_back(interface.path() / "address");
  }
  std::vector<std::string> secrets;
  for (const auto& file : files) {
    std::string secret;
    if (std::ifstream(file) >> secret && secret != "00:00:00:00:00:00") secrets.push_back(secret);
  }
  return secrets;
}

TEST(CaptureThisHost, SaysTheSameAndTellsNoSecrets) {
  if (geteuid() != 0) GTEST_SKIP() << "capture-host is for root";
  if (!fs::exists("/sys/bus/pci/devices")) GTEST_SKIP() << "this machine has no PCI bus";
  const test::Tree folder;
  const auto root = capture(folder);
  EXPECT_EQ(said(cli::list, root, {"--all"}), said(cli::list, "/", {"--all"}));
  EXPECT_EQ(said(cli::groups, root, {"--all"}), said(cli::groups, "/", {"--all"}));
  const auto everything = test::snapshot(root);
  const auto secrets = secrets_of_this_machine();
  EXPECT_FALSE(secrets.empty());
  for (const auto& secret : secrets) EXPECT_EQ(everything.find(secret), std::string::npos) << secret;
}

TEST(CaptureThisHost, DoesNotWriteOverACapture) {
  test::Tree folder;
  folder.file("captured/root/proc/cmdline", "mine");
  Host host;
  Program program;
  program.argv = {test::source("/scripts/capture-host"), (folder.root() / "captured").string(),
                  test::fixture("hosts/laptop/root").string()};
  const auto end = host.run(program);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->status, 1);
  EXPECT_EQ(folder.text("captured/root/proc/cmdline"), "mine");
}

}  // namespace
}  // namespace gpupass
