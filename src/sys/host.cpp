// SPDX-License-Identifier: GPL-2.0-or-later
// Reading: ordinary files below a root.
#include "gpupass/host.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "gpupass/core/text.hpp"
#include "gpupass/sys/fd.hpp"
#include "sys/names_in.hpp"
#include "sys/walk.hpp"

namespace gpupass {
namespace sys {
namespace {

ErrorKind kind_of(int error_number) {
  switch (error_number) {
    case ENOENT:
    case ENOTDIR:
    case ENODEV:
    case ENXIO:
      return ErrorKind::not_found;
    case EACCES:
    case EPERM:
    case EROFS:
      return ErrorKind::denied;
    case EBUSY:
      return ErrorKind::busy;
    case EINVAL:
    case EISDIR:
      return ErrorKind::invalid;
    default:
      return ErrorKind::system;
  }
}

}  // namespace

Error errno_error(const std::string& action, int error_number) {
  Error error;
  error.kind = kind_of(error_number);
  error.what = action + ": " + std::strerror(error_number);
  if (error_number == EACCES || (error_number == EPERM && geteuid() != 0)) error.hint = "run it as root";
  return error;
}

}  // namespace sys

namespace {

Failure read_failure(std::string_view path, int error_number) {
  return Failure(sys::errno_error("read " + std::string(path), error_number));
}

/// What the file says of its size, bytes: correct for files on a disk, a guess for those that the kernel
/// generates.
std::size_t size_of(int file) {
  struct stat status {};
  return fstat(file, &status) == 0 ? static_cast<std::size_t>(status.st_size) : 0;
}

enum class Until {
  end,          // a read that gives nothing
  short_answer  // a read that gives less than was asked for: the kernel gives an attribute whole, of a page
                // at most
};

/// At most `size` bytes.
Result<std::string> read_file(const Host& host, std::string_view path, std::size_t size, Until until) {
  // Not blocking, so that a pipe in a hostile tree is read as empty instead of waited for.
  const sys::Fd file(host.open_file(path, O_RDONLY | O_NONBLOCK));
  if (!file) return read_failure(path, errno);
  std::string text;
  constexpr std::size_t k_chunk = 4096;
  while (text.size() < size) {
    const auto have = text.size();
    if (have == k_chunk) text.reserve(std::min(size_of(file.get()) + 1, size));
    const auto want = std::min(std::max(k_chunk, text.capacity() - have), size - have);
    text.resize(have + want);
    const auto got = ::read(file.get(), text.data() + have, want);
    text.resize(have + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return read_failure(path, errno);
    if (got == 0 || (until == Until::short_answer && static_cast<std::size_t>(got) < want)) break;
  }
  return text;
}

Result<std::string> read_whole(const Host& host, std::string_view path, std::size_t limit, Until until) {
  GPUPASS_TRY_ASSIGN(auto text, read_file(host, path, limit + 1, until));
  if (text.size() <= limit) return text;
  return fail(ErrorKind::invalid, fmt::format("read {}: is larger than {} bytes", path, limit));
}

/// Opening a device does something: a captured tree has none that is opened.
bool may_be_opened(int found) {
  struct stat status {};
  return fstat(found, &status) == 0 &&
         (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode) || S_ISFIFO(status.st_mode));
}

}  // namespace

Host::Host(std::filesystem::path root) : root_(std::move(root)), captured_(root_ != "/") {}

Result<void> Host::changeable() const {
  if (!captured_) return {};
  return fail(ErrorKind::refused,
              fmt::format("{} is another machine's tree and is never changed", root_.string()));
}

std::filesystem::path Host::at(std::string_view path) const {
  return root_ / std::filesystem::path(path).relative_path();
}

int Host::open_file(std::string_view path, int flags) const {
  if (!captured_) return open(at(path).c_str(), flags | O_CLOEXEC);
  const sys::Fd root(open(root_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root) return -1;
  const std::string inside(path);
  const sys::Fd found(sys::open_inside(root.get(), inside, O_PATH | (flags & (O_NOFOLLOW | O_DIRECTORY))));
  if (!found) return -1;
  if ((flags & O_PATH) != 0) return fcntl(found.get(), F_DUPFD_CLOEXEC, 0);
  errno = ENXIO;
  return may_be_opened(found.get()) ? sys::open_inside(root.get(), inside, flags) : -1;
}

Result<std::string> Host::read(std::string_view path, std::size_t limit) const {
  return read_whole(*this, path, limit, Until::end);
}

Result<std::string> Host::read_start(std::string_view path, std::size_t size) const {
  return read_file(*this, path, size, Until::end);
}

Result<std::string> Host::attribute(std::string_view path) const {
  constexpr std::size_t k_limit = 1U << 20U;
  GPUPASS_TRY_ASSIGN(auto text, read_whole(*this, path, k_limit, Until::short_answer));
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

Result<std::vector<std::string>> Host::list(std::string_view path) const {
  const sys::Fd folder(open_file(path, O_PATH | O_DIRECTORY));
  if (!folder) return read_failure(path, errno);
  auto names = sys::names_in(folder.get());
  if (!names) return read_failure(path, names.error());
  std::sort(names->begin(), names->end());
  return *std::move(names);
}

Result<std::string> Host::link_name(std::string_view path) const {
  std::string target(4096, '\0');
  const sys::Fd link(captured_ ? open_file(path, O_PATH | O_NOFOLLOW) : -1);
  if (captured_ && !link) return read_failure(path, errno);
  const auto size = captured_ ? readlinkat(link.get(), "", target.data(), target.size())
                              : readlink(at(path).c_str(), target.data(), target.size());
  if (size < 0) return read_failure(path, errno);
  target.resize(static_cast<std::size_t>(size));
  return target.substr(target.rfind('/') + 1);
}

Result<std::string> Host::resolve(std::string_view path) const {
  std::error_code error;
  const sys::Fd found(captured_ ? open_file(path, O_PATH) : -1);
  if (captured_ && !found) return read_failure(path, errno);
  const auto real = captured_
                        ? std::filesystem::read_symlink(fmt::format("/proc/self/fd/{}", found.get()), error)
                        : std::filesystem::canonical(at(path), error);
  if (error) return read_failure(path, error.value());
  if (root_ == "/") return real.string();
  const auto root = std::filesystem::canonical(root_, error).string();
  if (real == root) return "/";
  if (!real.string().starts_with(root + "/")) {
    return fail(ErrorKind::invalid, fmt::format("{} leads out of {}", path, root_.string()));
  }
  return real.string().substr(root.size());
}

bool Host::exists(std::string_view path) const {
  if (!captured_) return faccessat(AT_FDCWD, at(path).c_str(), F_OK, 0) == 0;
  return static_cast<bool>(sys::Fd(open_file(path, O_PATH)));
}

mode_t Host::mode_of(std::string_view path) const {
  struct stat found {};
  constexpr mode_t k_permissions = 07777;
  const sys::Fd file(open_file(path, O_PATH));
  return file && fstat(file.get(), &found) == 0 ? found.st_mode & k_permissions : 0;
}

std::chrono::system_clock::time_point Host::now() const {
  return std::chrono::system_clock::now();
}

std::optional<Unfinished> Host::look_at(pid_t pid) const {
  const auto status = read(fmt::format("/proc/{}/status", pid));
  if (!status) return std::nullopt;
  Unfinished unfinished;
  unfinished.pid = pid;
  for (const auto line : core::split(*status, '\n')) {
    if (line.starts_with("State:")) unfinished.state = core::trim(line.substr(6));
  }
  if (unfinished.state.starts_with('Z')) return std::nullopt;  // out of the kernel, only not reaped yet
  const auto stack = read(fmt::format("/proc/{}/stack", pid)).value_or("");
  for (const auto line : core::split(stack, '\n')) {
    // "[<0>] vfio_unregister_group_dev+0x11d/0x1b0 [vfio]": the address is always hidden.
    const auto close = line.find("] ");
    unfinished.stack.emplace_back(line.starts_with('[') && close != line.npos ? line.substr(close + 2)
                                                                              : line);
  }
  return unfinished;
}

}  // namespace gpupass
