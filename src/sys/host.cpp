// SPDX-License-Identifier: GPL-2.0-or-later
// Reading: ordinary files below a root.
#include "gpupass/host.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "core/text.hpp"
#include "sys/fd.hpp"

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

/// What the file says of its size, bytes: right for what lies on a disk, a guess for what the kernel makes
/// up.
std::size_t size_of(int file) {
  struct stat status {};
  return fstat(file, &status) == 0 ? static_cast<std::size_t>(status.st_size) : 0;
}

}  // namespace

Host::Host(std::filesystem::path root) : root_(std::move(root)), captured_(root_ != "/") {}

std::filesystem::path Host::at(std::string_view path) const {
  return root_ / std::filesystem::path(path).relative_path();
}

namespace {

enum class Until {
  end,          // a read that gives nothing
  short_answer  // a read that gives less than was asked for: the kernel gives an attribute whole, of a page
                // at most
};

Result<std::string> read_file(const std::filesystem::path& file_path, std::string_view path,
                              std::size_t limit, Until until) {
  // Not blocking, so that a pipe in a hostile tree is read as empty instead of waited for.
  const sys::Fd file(open(file_path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return read_failure(path, errno);
  std::string text;
  constexpr std::size_t k_chunk = 4096;
  while (text.size() < limit) {
    const auto have = text.size();
    if (have == k_chunk) text.reserve(std::min(size_of(file.get()) + 1, limit));
    const auto want = std::min(std::max(k_chunk, text.capacity() - have), limit - have);
    text.resize(have + want);
    const auto got = ::read(file.get(), text.data() + have, want);
    text.resize(have + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return read_failure(path, errno);
    if (got == 0 || (until == Until::short_answer && static_cast<std::size_t>(got) < want)) break;
  }
  return text;
}

}  // namespace

Result<std::string> Host::read(std::string_view path, std::size_t limit) const {
  return read_file(at(path), path, limit, Until::end);
}

Result<std::string> Host::attribute(std::string_view path) const {
  constexpr std::size_t k_limit = 1U << 20U;
  GPUPASS_TRY_ASSIGN(auto text, read_file(at(path), path, k_limit, Until::short_answer));
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

Result<std::vector<std::string>> Host::list(std::string_view path) const {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir(at(path).c_str()), closedir);
  if (!folder) return read_failure(path, errno);
  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    const auto* const entry = readdir(folder.get());
    if (entry == nullptr && errno != 0) return read_failure(path, errno);
    if (entry == nullptr) break;
    const std::string_view name(static_cast<const char*>(entry->d_name));
    if (name != "." && name != "..") names.emplace_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

Result<std::string> Host::link_name(std::string_view path) const {
  std::string target(4096, '\0');
  const auto size = readlink(at(path).c_str(), target.data(), target.size());
  if (size < 0) return read_failure(path, errno);
  target.resize(static_cast<std::size_t>(size));
  return target.substr(target.rfind('/') + 1);
}

Result<std::string> Host::resolve(std::string_view path) const {
  std::error_code error;
  const auto real = std::filesystem::canonical(at(path), error);
  if (error) return read_failure(path, error.value());
  if (root_ == "/") return real.string();
  const auto root = std::filesystem::canonical(root_, error).string();
  if (!real.string().starts_with(root + "/")) {
    return fail(ErrorKind::invalid, fmt::format("{} leads out of {}", path, root_.string()));
  }
  return real.string().substr(root.size());
}

bool Host::exists(std::string_view path) const {
  return faccessat(AT_FDCWD, at(path).c_str(), F_OK, 0) == 0;
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
