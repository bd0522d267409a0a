// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/lock.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "support/tree.hpp"

namespace gpupass {
namespace {

using std::chrono::milliseconds;

/// A machine that can be changed, below a root.
class Machine : public Host {
 public:
  explicit Machine(const test::Tree& tree) : Host(tree.root(), Alive::yes) {}
};

class LockTest : public testing::Test {
 protected:
  Result<Lock> acquire(milliseconds patience, const std::string& name = "0000:01:00.0") {
    return Lock::acquire(host, name, "attach it to vm1", patience, [this](const LockOwner&) { ++waits; });
  }
  test::Tree tree;
  Machine host{tree};
  int waits = 0;
};

TEST_F(LockTest, OneAtATimeNamingWhoHasIt) {
  const auto first = acquire(milliseconds(0));
  ASSERT_TRUE(first) << describe(first.error());
  const auto second = acquire(milliseconds(120));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::busy);
  EXPECT_NE(second.error().what.find(std::to_string(getpid())), std::string::npos);
  EXPECT_NE(second.error().what.find("attach it to vm1"), std::string::npos);
  EXPECT_EQ(waits, 1);
  EXPECT_EQ(Lock::owner(host, "0000:01:00.0")->pid, getpid());
}

/// Whoever can open a lock's file can hold it.
TEST_F(LockTest, IsForNobodyElse) {
  ASSERT_TRUE(acquire(milliseconds(0)));
  namespace fs = std::filesystem;
  EXPECT_EQ(fs::status(tree.at("/run/gpupass/0000:01:00.0.lock")).permissions(),
            fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(LockTest, DifferentDevicesDoNotWait) {
  const auto first = acquire(milliseconds(0));
  EXPECT_TRUE(acquire(milliseconds(0), "0000:02:00.0"));
  EXPECT_EQ(waits, 0);
}

TEST_F(LockTest, TheSecondGoesOnWhenTheFirstIsDone) {
  auto first = std::make_optional(acquire(milliseconds(0)));
  std::thread later([&] {
    std::this_thread::sleep_for(milliseconds(150));
    first.reset();
  });
  EXPECT_TRUE(acquire(milliseconds(10000)));
  later.join();
  EXPECT_FALSE(Lock::owner(host, "0000:01:00.0"));
}

/// A child that only has the lock's descriptor and sleeps, as one does that is in the kernel.
pid_t child_with_lock() {
  const pid_t pid = fork();
  if (pid == 0) {
    for (;;) pause();
  }
  return pid;
}

TEST_F(LockTest, AChildLeftInTheKernelKeepsTheLockAndIsNamedWithoutWaiting) {
  pid_t child = 0;
  {
    const auto lock = acquire(milliseconds(0));
    child = child_with_lock();
    lock->hand_over(child, "unbind 0000:01:00.0 from nvidia", "2026-11-22T12:00:00Z");
  }
  const auto refused = acquire(milliseconds(60000));  // a test that waited would be seen
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().what.find("still in the kernel"), std::string::npos);
  EXPECT_NE(refused.error().what.find(std::to_string(child)), std::string::npos);
  EXPECT_EQ(waits, 0);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_TRUE(acquire(milliseconds(0)));
}

TEST_F(LockTest, WithoutPermissionItSaysToBeRoot) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can become somebody else";
  const pid_t pid = fork();
  if (pid == 0) {
    const bool dropped = setuid(65534) == 0;
    const auto lock = acquire(milliseconds(0));
    _exit(dropped && !lock && lock.error().kind == ErrorKind::denied && lock.error().hint == "run it as root"
              ? 0
              : 1);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace gpupass
