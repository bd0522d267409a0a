// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/host.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <chrono>
#include <set>

#include "gpupass/lock.hpp"
#include "gpupass/sys/folder.hpp"
#include "support/tree.hpp"

namespace gpupass {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

class HostTest : public testing::Test {
 protected:
  test::Tree tree;
  Host host{tree.root()};
};

TEST_F(HostTest, ReadsFilesBelowItsRoot) {
  tree.file("/sys/vendor", "0x10de\n").dir("/sys/folder").file("/sys/folder/b").file("/sys/folder/a");
  EXPECT_EQ(host.read("/sys/vendor"), "0x10de\n");
  EXPECT_EQ(host.attribute("/sys/vendor"), "0x10de");
  EXPECT_EQ(host.list("/sys/folder"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(host.read("/sys/absent").error().kind, ErrorKind::not_found);
  EXPECT_EQ(host.list("/sys/vendor").error().kind, ErrorKind::not_found);
  EXPECT_TRUE(host.exists("/sys/folder/a"));
}

TEST_F(HostTest, ReadsNoMoreThanItsLimitAndIsNotHeldUpByAPipe) {
  tree.file("/big", std::string(100000, 'x'));
  EXPECT_EQ(host.read("/big", 100000)->size(), 100000U);
  EXPECT_EQ(host.read("/big", 99999).error().kind, ErrorKind::invalid) << "half a file is not the file";
  EXPECT_EQ(host.read_start("/big", 70000)->size(), 70000U);
  ASSERT_EQ(mkfifo(tree.at("/pipe").c_str(), 0600), 0);
  EXPECT_EQ(host.read("/pipe"), "");
}

TEST_F(HostTest, FollowsLinksWithinItsRootOnly) {
  tree.dir("/sys/drivers/nvidia").link("/sys/devices/card/driver", "../../drivers/nvidia");
  tree.link("/sys/out", "/etc/passwd").link("/sys/loop", "loop");
  EXPECT_EQ(host.link_name("/sys/devices/card/driver"), "nvidia");
  EXPECT_EQ(host.resolve("/sys/devices/card/driver"), "/sys/drivers/nvidia");
  EXPECT_FALSE(host.resolve("/sys/out"));
  EXPECT_FALSE(host.read("/sys/out"));
  EXPECT_FALSE(host.exists("/sys/out"));
  EXPECT_FALSE(host.resolve("/sys/loop"));
  EXPECT_FALSE(host.link_name("/sys/drivers/nvidia"));
}

TEST_F(HostTest, NeverWritesToACapturedMachine) {
  tree.file("/sys/file", "old");
  EXPECT_EQ(host.write({"/sys/file", "new", milliseconds(1000)}).error().kind, ErrorKind::refused);
  EXPECT_EQ(tree.text("/sys/file"), "old");
}

TEST_F(HostTest, ACapturedMachineIsReadWithoutLeavingItAndRefusesEveryChangeWithOneText) {
  test::Tree outside;
  outside.file("/gpupass/0000:01:00.0.lock", "{}").file("/secret", "secret");
  tree.link("/run", outside.at("/").string())
      .link("/var", outside.at("/").string())
      .file("/file", "as it is");
  const auto before = test::snapshot(outside.at("/")) + test::snapshot(tree.at("/"));

  EXPECT_FALSE(host.read("/run/secret"));
  EXPECT_FALSE(host.read_start("/run/secret", 3));
  EXPECT_FALSE(host.attribute("/run/secret"));
  EXPECT_FALSE(host.list("/run/gpupass"));
  EXPECT_FALSE(host.exists("/run/secret"));
  EXPECT_EQ(host.mode_of("/run/secret"), 0U);
  EXPECT_FALSE(host.guarded_attributes({"/run/secret"}, milliseconds(100)).front());
  EXPECT_FALSE(sys::Folder::open(host, "/run/gpupass"));

  const auto refused = host.changeable().error();
  EXPECT_EQ(refused.kind, ErrorKind::refused);
  EXPECT_EQ(host.write_file("/run/new", "x").error(), refused);
  EXPECT_EQ(host.append_line("/file", "x").error(), refused);
  EXPECT_EQ(host.remove_file("/file").error(), refused);
  EXPECT_EQ(host.rename_file("/file", "other").error(), refused);
  EXPECT_EQ(host.open_lock("/run/gpupass/x.lock").error(), refused);
  EXPECT_EQ(host.run({{"true"}}).error(), refused);
  EXPECT_EQ(host.become({"true"}), refused);
  EXPECT_EQ(host.write({"/file", "x", milliseconds(100)}).error(), refused);
  EXPECT_EQ(Lock::acquire(host, "x", "", milliseconds(0)).error(), refused);
  EXPECT_FALSE(host.probe_kvm().opened);
  EXPECT_EQ(test::snapshot(outside.at("/")) + test::snapshot(tree.at("/")), before);
}

TEST_F(HostTest, ADeviceInACapturedTreeIsNotOpened) {
  if (mknod(tree.at("/node").c_str(), S_IFCHR | 0600, makedev(1, 3)) != 0) GTEST_SKIP() << "takes root";
  EXPECT_FALSE(host.read("/node"));
}

TEST_F(HostTest, GuardedAttributesComeInOrderWithTheirErrors) {
  tree.file("/a", "1\n").file("/c", std::string(4000, 'c'));
  const auto values = host.guarded_attributes({"/a", "/absent", "/c"}, milliseconds(2000));
  ASSERT_EQ(values.size(), 3U);
  EXPECT_EQ(values[0], "1");
  EXPECT_EQ(values[1].error().kind, ErrorKind::not_found);
  EXPECT_EQ(values[2]->size(), 4000U);
}

/// The real machine, through a root that is not "/" so that tests can write: a pipe that nobody
/// reads blocks its writer as the kernel would.
class WritingHost : public Host {
 public:
  explicit WritingHost(const test::Tree& tree) : Host(tree.root(), Alive::yes) {}
};

TEST(HostWrite, WritesOnceAndSaysWhatTheKernelAnswered) {
  test::Tree tree;
  tree.file("/file").dir("/folder");
  WritingHost host(tree);
  const auto end = host.write({"/file", "0000:01:00.0", milliseconds(5000)});
  ASSERT_TRUE(end);
  EXPECT_FALSE(end->unfinished);
  EXPECT_EQ(tree.text("/file"), "0000:01:00.0");
  EXPECT_EQ(host.write({"/absent", "x", milliseconds(5000)}).error().kind, ErrorKind::not_found);
  const auto folder = host.write({"/folder", "x", milliseconds(5000)});
  EXPECT_NE(folder.error().what.find("Is a directory"), std::string::npos) << folder.error().what;
}

TEST(HostWrite, AWriteThatDoesNotReturnIsLeftBehindInTime) {
  test::Tree tree;
  ASSERT_EQ(mkfifo(tree.at("/blocks").c_str(), 0600), 0);  // opening it for writing waits for a reader
  WritingHost host(tree);
  const auto start = steady_clock::now();
  const auto end = host.write({"/blocks", "x", milliseconds(200)});
  EXPECT_LT(steady_clock::now() - start, milliseconds(5000));
  ASSERT_TRUE(end);
  ASSERT_TRUE(end->unfinished);
  const Host real;
  const auto now = real.look_at(end->unfinished->pid);
  ASSERT_TRUE(now) << "the child is still there, as one in the kernel would be";
  EXPECT_FALSE(now->state.empty());
  ASSERT_EQ(kill(end->unfinished->pid, SIGKILL), 0);
}

TEST(HostWrite, TheChildKeepsTheDescriptorItIsGivenAndNoOther) {
  test::Tree tree;
  tree.file("/lock").file("/other");
  ASSERT_EQ(mkfifo(tree.at("/blocks").c_str(), 0600), 0);
  WritingHost host(tree);
  const int keep = open(tree.at("/lock").c_str(), O_RDONLY | O_CLOEXEC);
  const int other = open(tree.at("/other").c_str(), O_RDONLY | O_CLOEXEC);
  const auto end = host.write({"/blocks", "x", milliseconds(200), keep});
  ASSERT_TRUE(end && end->unfinished);
  const auto pid = end->unfinished->pid;
  std::set<std::string> open_files;
  for (const auto& fd : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/fd")) {
    open_files.insert(std::filesystem::read_symlink(fd.path()).filename().string());
  }
  EXPECT_TRUE(open_files.contains("lock"));
  EXPECT_FALSE(open_files.contains("other"));
  EXPECT_TRUE(open_files.contains("null"));
  kill(pid, SIGKILL);
  close(keep);
  close(other);
}

TEST(HostRun, GivesInputAndTakesBothOutputs) {
  Host host;
  const auto end = host.run({{"sh", "-c", "cat; echo oops >&2; exit 3"}, std::string(200000, 'x')});
  ASSERT_TRUE(end) << describe(end.error());
  EXPECT_EQ(end->output.size(), 200000U);
  EXPECT_EQ(end->errors, "oops\n");
  EXPECT_EQ(end->status, 3);
}

TEST(HostRun, ArgumentsAreNeverReadByAShell) {
  Host host;
  EXPECT_EQ(host.run({{"echo", "$HOME; `id`"}})->output, "$HOME; `id`\n");
}

TEST(HostRun, ProgramsAreFoundInFixedFoldersWhateverPathSays) {
  test::Tree tree;
  tree.file("/true", "#!/bin/sh\necho planted\n");
  std::filesystem::permissions(tree.at("/true"), std::filesystem::perms::all);
  const std::string before = getenv("PATH");
  setenv("PATH", tree.at("/").c_str(), 1);
  Host host;
  const auto end = host.run({{"true"}});
  const auto environment = host.run({{"env"}});
  setenv("PATH", before.c_str(), 1);
  ASSERT_TRUE(end && environment);
  EXPECT_EQ(end->output, "");
  if (geteuid() == 0) {
    EXPECT_NE(environment->output.find("PATH=/usr/sbin:"), std::string::npos);
  }
}

TEST(HostRun, EndsAProgramThatTakesTooLongAndSaysWhichIsNotThere) {
  Host host;
  const auto start = steady_clock::now();
  const auto slow = host.run({{"sleep", "100"}, "", milliseconds(100)});
  EXPECT_EQ(slow.error().kind, ErrorKind::timeout);
  EXPECT_LT(steady_clock::now() - start, milliseconds(5000));
  EXPECT_EQ(host.run({{"no-such-program"}}).error().kind, ErrorKind::not_found);
}

/// ssh prints what a guest sends.
TEST(Programs, ThatPrintWithoutEndAreEnded) {
  const auto much = Host().run({{"head", "-c", "68000000", "/dev/zero"}});  // of 64 MiB
  ASSERT_FALSE(much);
  EXPECT_EQ(much.error().what, "head prints more than 64 MiB");
  for (const auto* const line : {"yes", "yes >&2"}) {
    const auto begun = std::chrono::steady_clock::now();
    const auto end = Host().run({{"sh", "-c", line}, "", std::chrono::seconds(300)});
    ASSERT_FALSE(end) << line;
    EXPECT_EQ(end.error().kind, ErrorKind::invalid);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(200));
  }
  EXPECT_EQ(Host().run({{"head", "-c", "1000000", "/dev/zero"}})->output.size(), 1'000'000U);
}

}  // namespace
}  // namespace gpupass
