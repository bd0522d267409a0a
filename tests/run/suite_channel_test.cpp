// SPDX-License-Identifier: GPL-2.0-or-later
// The host's side of the channel with the guest's own script at the other end of a socket.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

#include "gpupass/bench/machine/sha256.hpp"
#include "gpupass/run/suite.hpp"
#include "support/golden.hpp"
#include "support/tree.hpp"

namespace gpupass::run {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

constexpr seconds k_generous{120};

/// A guest that is a process: `program` served with its descriptor 3 on what connects to a socket.
class Guest {
 public:
  Guest(const std::string& path, const std::vector<std::string>& program,
        const std::vector<std::string>& environment)
      : listener_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    if (bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        listen(listener_, 1) != 0)
      std::abort();
    child_ = fork();
    if (child_ == 0) serve(program, environment);
  }
  Guest(const Guest&) = delete;
  Guest& operator=(const Guest&) = delete;
  ~Guest() {
    kill(child_, SIGTERM);
    waitpid(child_, nullptr, 0);
    close(listener_);
  }

 private:
  static std::vector<char*> pointers(const std::vector<std::string>& words) {
    std::vector<char*> all;
    for (const auto& word : words) all.push_back(const_cast<char*>(word.c_str()));
    all.push_back(nullptr);
    return all;
  }
  [[noreturn]] void serve(const std::vector<std::string>& program,
                          const std::vector<std::string>& environment) const {
    dup2(accept(listener_, nullptr, nullptr), 3);
    execve(program[0].c_str(), pointers(program).data(), pointers(environment).data());
    _exit(127);
  }

  int listener_;
  pid_t child_ = 0;
};

class ByChannel : public testing::Test {
 protected:
  ByChannel() { tree.file("/bin/note", ""); }

  /// What the guest's gpupass-bench is, as a script.
  void guest_has(const std::string& script) { program("/bin/gpupass-bench", script); }
  void program(const std::string& path, const std::string& text) {
    tree.file(path, text);
    std::filesystem::permissions(tree.at(path), std::filesystem::perms::owner_all);
  }
  Result<std::unique_ptr<Suite>> suite(
      const std::string& served_by = test::source("/scripts/provision/serve-bench"),
      milliseconds patience = k_generous) {
    guest = std::make_unique<Guest>(
        socket_path, std::vector<std::string>{served_by, "-"},
        std::vector<std::string>{"PATH=" + tree.at("/bin").string() + ":/usr/bin:/bin",
                                 "GPUPASS_SERVE_FOLDER=" + tree.at("/served").string()});
    return suite_by_channel(
        socket_path, [this] { return watched; }, patience);
  }

  test::Tree tree;
  std::string socket_path = tree.at("/socket").string();
  Result<void> watched;
  std::unique_ptr<Guest> guest;
};

TEST_F(ByChannel, RunsTheSuiteAndBringsItsResult) {
  guest_has("#!/bin/sh\necho '{\"said\":' \"\\\"$*\\\"\" '}'\necho three >&2\nexit 3\n");
  const auto channel = suite();
  ASSERT_TRUE(channel) << describe(channel.error());
  const auto end = (*channel)->run({"--role", "guest", "--filter=pci.*"}, k_generous);
  ASSERT_TRUE(end) << describe(end.error());
  EXPECT_EQ(end->status, 3);
  EXPECT_EQ(end->result, "{\"said\": \"--role guest --filter=pci.* --format json\" }\n");
  EXPECT_EQ(end->errors, "three\n");
}

TEST_F(ByChannel, PutsAnotherProgramThere) {
  guest_has("#!/bin/sh\necho old\n");
  const auto channel = suite();
  ASSERT_TRUE(channel) << describe(channel.error());
  EXPECT_EQ((*channel)->program_sum().value(), bench::sha256("#!/bin/sh\necho old\n"));
  auto ours = std::string("#!/bin/sh\necho new; exit\n");
  for (int i = 0; i < 300'000; ++i) ours += static_cast<char>(i);  // more than any buffer on the way
  const auto put = (*channel)->put_program(ours);
  ASSERT_TRUE(put) << describe(put.error());
  EXPECT_EQ((*channel)->program_sum().value(), bench::sha256(ours));
  EXPECT_EQ((*channel)->run({}, k_generous).value().result, "new\n");
}

TEST_F(ByChannel, SaysThatAGuestHasNoProgram) {
  const auto channel = suite();
  ASSERT_TRUE(channel) << describe(channel.error());
  EXPECT_EQ((*channel)->program_sum().value(), "");
  EXPECT_EQ((*channel)->run({}, k_generous).value().status, 127);
}

TEST_F(ByChannel, EndsWhatRunsForAnEarlierRequest) {
  guest_has("#!/bin/sh\necho begun >&2\nsleep 600\necho never\n");
  const auto channel = suite();
  ASSERT_TRUE(channel) << describe(channel.error());
  const auto late = (*channel)->run({}, milliseconds(1));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, ErrorKind::timeout);
  EXPECT_THAT(late.error().what, HasSubstr("nothing of its answer came"));
  EXPECT_TRUE((*channel)->program_sum());
}

/// On a busy machine the next request comes before setsid has made the job a session of its own.
TEST_F(ByChannel, EndsAJobThatHasNotBegun) {
  program("/bin/setsid", "#!/bin/sh\nsleep 5\nexec /usr/bin/setsid \"$@\"\n");
  guest_has("#!/bin/sh\nexec sleep 600\n");
  const auto channel = suite();
  ASSERT_TRUE(channel) << describe(channel.error());
  ASSERT_FALSE((*channel)->run({}, milliseconds(1)));
  EXPECT_TRUE((*channel)->program_sum());
}

TEST_F(ByChannel, IsGivenUpWhereTheGuestIsGone) {
  guest_has("#!/bin/sh\nsleep 600\n");
  const auto channel = suite();
  ASSERT_TRUE(channel) << describe(channel.error());
  watched = fail(ErrorKind::hypervisor, "it is off");
  EXPECT_EQ((*channel)->run({}, k_generous).error().what, "it is off");
  guest.reset();
  watched = {};
  const auto end = (*channel)->run({}, k_generous);
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().kind, ErrorKind::system);
}

TEST_F(ByChannel, IsNoWayWhereNothingAnswers) {
  program("/bin/mute", "#!/bin/sh\nprintf '\\ngpupass 1 someone program 4\\nab' >&3\nexec sleep 600\n");
  const auto channel = suite(tree.at("/bin/mute").string(), milliseconds(1));
  ASSERT_FALSE(channel);
  EXPECT_EQ(channel.error().kind, ErrorKind::timeout);
  EXPECT_EQ(suite_by_channel(
                tree.at("/none").string(), [] { return Result<void>{}; }, k_generous)
                .error()
                .kind,
            ErrorKind::not_found);
}

}  // namespace
}  // namespace gpupass::run
