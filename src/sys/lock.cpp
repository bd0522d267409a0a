// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <thread>
#include <utility>

#include "gpupass/core/json.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/sys/fd.hpp"
#include "gpupass/sys/wait.hpp"

namespace gpupass {
namespace {

constexpr const char* k_folder = "/run/gpupass";
constexpr auto k_time_to_sign =
    std::chrono::milliseconds(200);  // from having a lock to having written it down

constexpr auto k_between_looks = std::chrono::milliseconds(50);

std::string path_of(const std::string& name) {
  return fmt::format("{}/{}.lock", k_folder, name);
}

void write_owner(int fd, const LockOwner& owner) {
  const auto text =
      core::Json{
          {"pid", owner.pid}, {"doing", owner.doing}, {"since", owner.since}, {"in_kernel", owner.in_kernel}}
          .dump() +
      "\n";
  // The content is only informative; the lock itself is the flock. So a failed write is ignored.
  if (ftruncate(fd, 0) == 0) (void)!pwrite(fd, text.data(), text.size(), 0);
}

LockOwner read_owner(const Host& host, const std::string& name) {
  const auto read = [&]() -> Result<LockOwner> {
    GPUPASS_TRY_ASSIGN(const auto text, host.read(path_of(name)));
    return core::read_json(text, name, [](const core::Json& json) {
      return LockOwner{core::number_from_json<pid_t>(json.at("pid")), core::line_from_json(json.at("doing")),
                       core::line_from_json(json.at("since")), json.at("in_kernel")};
    });
  };
  return read().value_or(LockOwner{0, "something unknown", "an unknown time", false});
}

/// A process other than us that has this lock file open: the child of a gpupass that was killed.
pid_t process_with_open(const Host& host, const std::string& name) {
  const auto file = host.at(path_of(name));
  for (const auto& entry : host.list("/proc").value_or(std::vector<std::string>{})) {
    const auto pid = core::parse_number(entry);
    if (!pid || static_cast<pid_t>(*pid) == getpid()) continue;
    std::error_code error;
    for (std::filesystem::directory_iterator fd(host.at("/proc/" + entry + "/fd"), error), end;
         !error && fd != end; fd.increment(error)) {
      std::error_code unreadable;
      if (std::filesystem::read_symlink(fd->path(), unreadable) == file) return static_cast<pid_t>(*pid);
    }
  }
  return 0;
}

/// As written; or, where who wrote it is gone and yet the lock is held, who has the file open: a child that a
/// killed gpupass left inside the kernel, or the next gpupass, which has not written its name yet.
LockOwner find_owner(const Host& host, const std::string& name) {
  auto owner = read_owner(host, name);
  if (owner.in_kernel || (owner.pid > 0 && kill(owner.pid, 0) == 0)) return owner;
  if (const auto pid = process_with_open(host, name); pid > 0) {
    std::this_thread::sleep_for(k_time_to_sign);
    auto again = read_owner(host, name);
    if (again != owner) return again;
    owner.pid = pid;
    owner.in_kernel = true;
  }
  return owner;
}

std::string who(const Host& host, const LockOwner& owner) {
  if (!owner.in_kernel) return fmt::format("process {} ({}) since {}", owner.pid, owner.doing, owner.since);
  auto text =
      fmt::format("process {} is still in the kernel ({}) since {}", owner.pid, owner.doing, owner.since);
  if (const auto now = host.look_at(owner.pid)) {
    text += fmt::format("; state {}", now->state);
    if (!now->stack.empty()) text += fmt::format("; in {}", now->stack.front());
  }
  return text;
}

Failure busy(const Host& host, const std::string& name, const LockOwner& owner) {
  return fail(ErrorKind::busy, fmt::format("{} is busy: {}", name, who(host, owner)),
              owner.in_kernel
                  ? "nothing was changed; it cannot be killed, and ends when its device's last user closes "
                    "it. `gpupass status` shows it, `gpupass recover` cleans up after it"
                  : "nothing was changed; try again when it has ended, or wait longer with --timeout");
}

}  // namespace

Result<Lock> Lock::acquire(Host& host, const std::string& name, const std::string& doing,
                           std::chrono::milliseconds patience,
                           const std::function<void(const LockOwner&)>& waiting) {
  GPUPASS_TRY_ASSIGN(const int opened, host.open_lock(path_of(name)));
  const sys::Fd file(opened);
  LockOwner owner;
  bool told = patience.count() == 0;  // nothing is waited for then
  GPUPASS_TRY_ASSIGN(const bool free, sys::wait_until(patience, k_between_looks, [&]() -> Result<bool> {
                       if (flock(file.get(), LOCK_EX | LOCK_NB) == 0) return true;
                       if (errno != EWOULDBLOCK && errno != EINTR)
                         return Failure(sys::errno_error("lock " + path_of(name), errno));
                       owner = find_owner(host, name);
                       if (owner.in_kernel) return busy(host, name, owner);
                       if (!told && waiting) waiting(owner);
                       told = true;
                       return false;
                     }));
  if (!free) return busy(host, name, owner);
  write_owner(file.get(), {getpid(), doing, core::iso_time(host.now()), false});
  Lock lock(dup(file.get()));  // flock belongs to the open file, which the copy shares
  fcntl(lock.fd_, F_SETFD, FD_CLOEXEC);
  return lock;
}

Result<void> Lock::obtainable(const Host& host, const std::string& name) {
  const auto holder = owner(host, name);
  if (holder && holder->in_kernel) return busy(host, name, *holder);
  return {};
}

std::optional<LockOwner> Lock::owner(const Host& host, const std::string& name) {
  if (host.captured()) return std::nullopt;  // nothing of it runs
  const sys::Fd file(host.open_file(path_of(name), O_RDONLY | O_NOFOLLOW));
  if (!file || flock(file.get(), LOCK_SH | LOCK_NB) == 0) return std::nullopt;
  return find_owner(host, name);
}

void Lock::hand_over(pid_t pid, const std::string& doing, const std::string& since) const {
  write_owner(fd_, {pid, doing, since, true});
}

Lock::Lock(Lock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

Lock& Lock::operator=(Lock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Lock::~Lock() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace gpupass
