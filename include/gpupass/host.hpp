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
#include "gpupass/kvm.hpp"

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
  std::vector<std::string> stack;  // innermost first, from /proc/PID/stack; empty if not readable

  bool operator==(const Unfinished&) const = default;
};

/// How a kernel write ended, if it did not fail: it returned, or it is still running.
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

/// Reads are ordinary file reads below root(), so a captured host can stand in for a real one. Whatever
/// changes something, runs something or tells the time is virtual, so a test can answer as a kernel would. A
/// captured machine refuses everything that changes or runs something, with one error of kind refused, so
/// that no command needs to check.
class Host {
 public:
  explicit Host(std::filesystem::path root = "/");
  virtual ~Host() = default;
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  [[nodiscard]] const std::filesystem::path& root() const { return root_; }
  /// True for a tree that stands for another machine: it can be read, never changed.
  [[nodiscard]] bool captured() const { return captured_; }
  /// The refusal of a captured machine.
  [[nodiscard]] Result<void> changeable() const;
  /// A path of the host as a path of this process: for messages and tests. What is below a captured root is
  /// opened by open_file() and its like only.
  [[nodiscard]] std::filesystem::path at(std::string_view path) const;

  // ---- reading. No path below a captured root leads out of it, by whatever links -------------------
  /// The whole file. Errors: not_found, denied, system; invalid, if it is larger than the limit in bytes:
  /// half a file is never taken for one.
  [[nodiscard]] Result<std::string> read(std::string_view path, std::size_t limit = 1U << 20U) const;
  /// What it begins with, at most `size` bytes.
  [[nodiscard]] Result<std::string> read_start(std::string_view path, std::size_t size) const;
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
  /// Who may do what with a file, 0644; 0 for one that is not there.
  [[nodiscard]] mode_t mode_of(std::string_view path) const;
  /// A descriptor of a file or folder, as open(2) with O_CLOEXEC gives it; -1 with errno.
  [[nodiscard]] int open_file(std::string_view path, int flags) const;

  // ---- files of the host; what was written is there after a power cut ------------------------------
  /// The whole file with this mode, or the one that was there before. A symbolic link stays one: what it
  /// leads to is replaced. Folders are made, for everybody to enter.
  [[nodiscard]] virtual Result<void> write_file(const std::string& path, const std::string& text,
                                                mode_t mode = 0600);
  /// A file that the user named as the place of a result: a path of the machine that gpupass runs on,
  /// relative to the current folder, whatever machine is looked at. Error: refused, in the tree of a captured
  /// machine.
  [[nodiscard]] virtual Result<void> write_output(const std::string& file, const std::string& text);
  /// Appends a line, given without its newline, to an existing file. What follows the last newline, an
  /// incomplete line, is cut off first.
  [[nodiscard]] virtual Result<void> append_line(const std::string& path, const std::string& line);
  /// It is not an error if it does not exist.
  [[nodiscard]] virtual Result<void> remove_file(const std::string& path);
  /// Another name in the same folder; never that of another file.
  [[nodiscard]] virtual Result<void> rename_file(const std::string& path, const std::string& name);
  /// Removes what write_file left half-written in a folder when it was killed. A captured machine's stay.
  void clear_leftovers(const std::string& folder);
  /// A lock's file, made where it is not there, for nobody but its owner: its descriptor.
  [[nodiscard]] virtual Result<int> open_lock(const std::string& path);

  // ---- doing ---------------------------------------------------------------------------------------
  /// Error: whatever errno the kernel answered with, as a kind, with path and text in `what`.
  [[nodiscard]] virtual Result<WriteEnd> write(const KernelWrite& request);
  /// Runs a program and waits for it. A name without a slash is looked for in program_folders(), whatever
  /// PATH says. Errors: not_found (no such program), timeout (it was killed).
  [[nodiscard]] virtual Result<ProgramEnd> run(const Program& program);
  /// Becomes another program, found likewise. Returns only if that failed.
  [[nodiscard]] virtual Error become(const std::vector<std::string>& argv);
  /// Checks that root may run or install a file of gpupass: nobody but root can change it, or any folder or
  /// link in its path. Error: refused, naming what an ordinary user can change.
  [[nodiscard]] virtual Result<void> only_root_can_write(const std::string& path) const;
  [[nodiscard]] virtual std::chrono::system_clock::time_point now() const;
  [[nodiscard]] virtual KvmProbe probe_kvm() const;
  /// What a process that did not return is doing now; nothing once it has ended.
  [[nodiscard]] virtual std::optional<Unfinished> look_at(pid_t pid) const;

 protected:
  /// A root that is not a captured machine although it is not "/": in tests, where writes are answered.
  enum class Alive { yes };
  Host(std::filesystem::path root, Alive) : root_(std::move(root)), captured_(false) {}

 private:
  std::filesystem::path root_;
  bool captured_;
};

}  // namespace gpupass
