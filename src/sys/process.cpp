// SPDX-License-Identifier: GPL-2.0-or-later
// Running a program: argv only, never a shell; bounded in time.
#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include "gpupass/host.hpp"
#include "gpupass/sys/fd.hpp"
#include "gpupass/sys/terminal.hpp"
#include "sys/child.hpp"
#include "sys/programs.hpp"

namespace gpupass {
namespace {

using Clock = std::chrono::steady_clock;

struct Pipe {
  sys::Fd read_end, write_end;
  Pipe() {
    std::array<int, 2> ends{-1, -1};
    if (pipe2(ends.data(), O_CLOEXEC) == 0) {
      read_end = sys::Fd(ends[0]);
      write_end = sys::Fd(ends[1]);
    }
  }
};

struct Streams {
  Pipe in, out, err;
};

std::vector<char*> pointers_to(const std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (const auto& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

/// As a program of root finds others: the same folders again, whatever our own PATH says.
std::vector<std::string> environment_of_programs() {
  constexpr std::string_view k_path = "PATH=";
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (geteuid() != 0 || !std::string_view(*variable).starts_with(k_path)) variables.emplace_back(*variable);
  }
  if (geteuid() == 0)
    variables.push_back(fmt::format("{}{}", k_path, fmt::join(sys::program_folders(), ":")));
  return variables;
}

/// Error: not_found.
Result<std::string> find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) return name;
  for (const auto* const folder : sys::program_folders()) {
    auto path = fmt::format("{}/{}", folder, name);
    if (access(path.c_str(), X_OK) == 0) return path;
  }
  return fail(ErrorKind::not_found, fmt::format("run {}: there is no such program", name),
              fmt::format("programs are looked for in {}", fmt::join(sys::program_folders(), ", ")));
}

Result<pid_t> spawn(const std::vector<std::string>& argv, const Streams& streams) {
  GPUPASS_TRY_ASSIGN(const auto path, find_program(argv.front()));
  const auto words = pointers_to(argv);
  const auto environment = environment_of_programs();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, streams.in.read_end.get(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, streams.out.write_end.get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, streams.err.write_end.get(), STDERR_FILENO);
  pid_t pid = 0;
  const int error =
      posix_spawn(&pid, path.c_str(), &actions, nullptr, words.data(), pointers_to(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return Failure(sys::errno_error("run " + argv.front(), error));
  return pid;
}

// Of one output: what a program prints can come from a guest (ssh), or from a file that a guest wrote.
constexpr std::size_t k_most_output = std::size_t{64} << 20U;

bool says_too_much(const ProgramEnd& end) {
  return end.output.size() > k_most_output || end.errors.size() > k_most_output;
}

/// One round of moving bytes. False once both outputs are closed, or one is too long.
bool pump(Streams& streams, std::string_view& input, ProgramEnd& end, Clock::time_point until) {
  // A signal ends the wait; one that came just before it is seen a second later.
  constexpr std::int64_t k_longest_wait = 1000;
  if (input.empty()) streams.in.write_end.reset();
  std::array<pollfd, 3> waits{pollfd{streams.in.write_end.get(), POLLOUT, 0},
                              pollfd{streams.out.read_end.get(), POLLIN, 0},
                              pollfd{streams.err.read_end.get(), POLLIN, 0}};
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
  if (left <= 0 || poll(waits.data(), waits.size(), static_cast<int>(std::min(left, k_longest_wait))) <= 0)
    return Clock::now() < until;
  if (waits[0].revents != 0) {
    const auto sent = write(streams.in.write_end.get(), input.data(), input.size());
    if (sent > 0) input.remove_prefix(static_cast<std::size_t>(sent));
    if (sent < 0 && errno != EAGAIN) input = {};  // it ended without reading the rest
  }
  std::array<char, 65536> bytes{};
  const auto take = [&bytes](const pollfd& wait, sys::Fd& from, std::string& to) {
    if (wait.revents == 0) return;
    const auto got = read(from.get(), bytes.data(), bytes.size());
    if (got > 0) to.append(bytes.data(), static_cast<std::size_t>(got));
    if (got <= 0) from.reset();
  };
  take(waits[1], streams.out.read_end, end.output);
  take(waits[2], streams.err.read_end, end.errors);
  if (says_too_much(end)) return false;
  return streams.out.read_end || streams.err.read_end;
}

}  // namespace

Result<ProgramEnd> Host::run(const Program& program) {
  GPUPASS_TRY(changeable());
  Streams streams;
  if (!streams.in.read_end || !streams.out.read_end || !streams.err.read_end) {
    return Failure(sys::errno_error("make a pipe", errno));
  }
  GPUPASS_TRY_ASSIGN(const auto pid, spawn(program.argv, streams));
  streams.in.read_end.reset();
  // A pipe that is full must not hold us up: the program may be waiting for us to read its output.
  fcntl(streams.in.write_end.get(), F_SETFL, O_NONBLOCK);
  streams.out.write_end.reset();
  streams.err.write_end.reset();

  // A program that ends without reading its input must not end us.
  struct sigaction ignore {};
  struct sigaction before {};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &ignore, &before);
  ProgramEnd end;
  std::string_view input = program.input;
  const auto until = Clock::now() + program.timeout;
  while (Clock::now() < until && !sys::InterruptsEndPrograms::now() && pump(streams, input, end, until)) {
  }
  sigaction(SIGPIPE, &before, nullptr);

  const bool stop = sys::InterruptsEndPrograms::now();
  const bool too_much = says_too_much(end);
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
  auto status = sys::wait_child(
      pid, stop || too_much ? std::chrono::milliseconds(0) : std::max(left, std::chrono::milliseconds(0)));
  if (status && !too_much) {
    end.status = *status;
    return end;
  }
  if (!status) {
    kill(pid, SIGKILL);
    (void)sys::wait_child(pid, std::chrono::seconds(1));
  }
  if (too_much)
    return fail(ErrorKind::invalid,
                fmt::format("{} prints more than {} MiB", program.argv.front(), k_most_output >> 20U));
  if (stop) return fail(ErrorKind::system, fmt::format("{}: interrupted", program.argv.front()));
  return fail(ErrorKind::timeout,
              fmt::format("{} did not end within {} ms", program.argv.front(), program.timeout.count()));
}

Error Host::become(const std::vector<std::string>& argv) {
  if (auto refused = changeable(); !refused) return std::move(refused).error();
  const auto path = find_program(argv.front());
  if (!path) return path.error();
  execv(path->c_str(), pointers_to(argv).data());
  return sys::errno_error("run " + argv.front(), errno);
}

}  // namespace gpupass
