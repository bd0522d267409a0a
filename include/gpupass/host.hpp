// SPDX-License-Identifier: GPL-2.0-or-later
// The seam: everything gpupass reads from or does to the operating system goes through a Host.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gpupass/error.hpp"

namespace gpupass {

/// One write to a kernel file, done in a child process of its own because the kernel may never
/// return from it (an unbind waits for whoever still has the device open).
struct KernelWrite {
  std::string path;                   // below the root: "/sys/bus/pci/drivers/nvidia/unbind"
  std::string text;                   // written in one write(2)
  std::chrono::milliseconds timeout;  // how long to wait for the child
  int keep_fd = -1;                   // a lock that must stay held for as long as the child lives; -1: none
};

/// A child that was still inside the kernel when the wait for it ended. It cannot be killed; its
/// outcome is open.
struct Unfinished {
  pid_t pid = 0;
  std::string state;               // "D (disk sleep)", from /proc/PID/status
  std::vector<std::string> stack;  // innermost first, from /proc/PID/stack; empty where not readable

  bool operator==(const Unfinished&) const = default;
};

/// How a kernel write ended, when it did not fail: it returned, or it is still under way.
struct WriteEnd {
  std::optional<Unfinished> unfinished;
};

struct Program {
  std::vector<std::string> argv;
  std::string input = {};  // given to its standard input
  std::chrono::milliseconds timeout = std::chrono::seconds(30);
};

struct ProgramEnd {
  int status = 0;      // exit status; 128 + signal when killed by one
  std::string output;  // standard output
  std::string errors;  // standard error
};

/// What asking the kernel for a virtual machine showed; each step is only tried after the one before.
struct KvmProbe {
  bool node_present = false;  // /dev/kvm exists
  bool opened = false;
  int api_version = 0;           // 12 on every kernel since 2.6.22; 0: not answered
  bool machine_created = false;  // KVM_CREATE_VM gave a machine
  std::string error;             // the first thing that failed; empty when nothing did
  bool denied = false;           // what failed was this user's permission, not the machine
  bool operator==(const KvmProbe&) const = default;
};

/// Reads are ordinary file reads below root(), so a captured host can stand in for a real one.
/// Whatever changes something, runs something or tells the time is virtual, so a test can answer
/// as a kernel would.
class Host {
 public:
  explicit Host(std::filesystem::path root = "/");
  virtual ~Host() = default;
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  [[nodiscard]] const std::filesystem::path& root() const { return root_; }
  /// True for a tree that stands for another machine: it can be read, never changed.
  [[nodiscard]] bool captured() const { return captured_; }
  /// A path of the host as a path of this process.
  [[nodiscard]] std::filesystem::path at(std::string_view path) const;

  /// The whole file, at most limit bytes of it. Errors: not_found, denied, system.
  [[nodiscard]] Result<std::string> read(std::string_view path, std::size_t limit = 1U << 20U) const;
  /// A one-value kernel file without its trailing newline.
  [[nodiscard]] Result<std::string> attribute(std::string_view path) const;
  /// Attributes whose read may block while a driver lets go of its device (driver_override, uevent).
  /// They are read in a child; an element is an error of kind timeout where it did not answer.
  [[nodiscard]] virtual std::vector<Result<std::string>> guarded_attributes(
      const std::vector<std::string>& paths, std::chrono::milliseconds timeout) const;
  /// Names in a directory, sorted, without . and ..
  [[nodiscard]] Result<std::vector<std::string>> list(std::string_view path) const;
  /// The last component of a symbolic link's target: the driver's name, the group's number.
  [[nodiscard]] Result<std::string> link_name(std::string_view path) const;
  /// Where a link leads, as a path of the host without the root before it.
  [[nodiscard]] Result<std::string> resolve(std::string_view path) const;
  [[nodiscard]] bool exists(std::string_view path) const;

  /// Error: whatever errno the kernel answered with, as a kind, with path and text in `what`.
  [[nodiscard]] virtual Result<WriteEnd> write(const KernelWrite& request);
  /// Runs a program and waits for it. Errors: not_found (no such program), timeout (it was killed).
  [[nodiscard]] virtual Result<ProgramEnd> run(const Program& program);
  [[nodiscard]] virtual std::chrono::system_clock::time_point now() const;
  [[nodiscard]] virtual KvmProbe probe_kvm() const;
  /// What a process that did not return is doing now; nothing once it is gone.
  [[nodiscard]] virtual std::optional<Unfinished> look_at(pid_t pid) const;

 protected:
  /// A root that is no captured machine although it is not "/": the writes are answered by somebody.
  enum class Alive { yes };
  Host(std::filesystem::path root, Alive) : root_(std::move(root)), captured_(false) {}

 private:
  std::filesystem::path root_;
  bool captured_;
};

}  // namespace gpupass
