// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/sys/folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <array>
#include <cerrno>

#include "sys/names_in.hpp"

namespace gpupass::sys {
namespace {

constexpr std::size_t k_page = 4096;  // a sysfs attribute is at most a page, a link at most PATH_MAX

Failure failure(const std::string& path, int error_number) {
  return Failure(errno_error("read " + path, error_number));
}

/// Of the device of that type that a name leads to.
std::optional<std::string> number_of(int folder, const char* name, mode_t type) {
  struct stat found {};
  if (fstatat(folder, name, &found, 0) != 0 || (found.st_mode & S_IFMT) != type) return std::nullopt;
  return fmt::format("{}:{}", major(found.st_rdev), minor(found.st_rdev));
}

}  // namespace

Result<Folder> Folder::open(const Host& host, const std::string& path) {
  Fd fd(host.open_file(path, O_PATH | O_DIRECTORY));
  if (!fd) return failure(path, errno);
  return Folder(host, path, std::move(fd));
}

Result<Folder> Folder::folder(const std::string& name) const {
  // The name may be a link, which of a captured machine must not lead out.
  if (host_->captured()) return open(*host_, path_of(name));
  Fd fd(openat(fd_.get(), name.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return failure(path_of(name), errno);
  return Folder(*host_, path_of(name), std::move(fd));
}

Result<std::optional<std::string>> Folder::attribute(const char* name) const {
  // No link is followed (an attribute is none, and in a hostile tree it may lead anywhere), and a
  // pipe is read as empty instead of waited for.
  const Fd file(openat(fd_.get(), name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  if (!file && errno == ENOENT) return std::nullopt;
  if (!file) return failure(path_of(name), errno);
  std::array<char, k_page> text;  // NOLINT(cppcoreguidelines-pro-type-member-init): read() fills it
  const auto size = read(file.get(), text.data(), text.size());
  if (size < 0) return failure(path_of(name), errno);
  std::string value(text.data(), static_cast<std::size_t>(size));
  if (value.ends_with('\n')) value.pop_back();
  return value;
}

Result<std::optional<std::string>> Folder::target(const char* name) const {
  std::array<char, k_page> text;  // NOLINT(cppcoreguidelines-pro-type-member-init): readlinkat() fills it
  const auto size = readlinkat(fd_.get(), name, text.data(), text.size());
  if (size < 0 && errno == ENOENT) return std::nullopt;
  if (size < 0) return failure(path_of(name), errno);
  return std::string(text.data(), static_cast<std::size_t>(size));
}

Result<std::vector<std::string>> Folder::list() const {
  auto names = names_in(fd_.get());
  if (!names) return failure(path_, names.error());
  return *std::move(names);
}

Entry Folder::entry(const char* name) const {
  struct stat found {};
  if (fstatat(fd_.get(), name, &found, AT_SYMLINK_NOFOLLOW) != 0) return Entry::none;
  return S_ISREG(found.st_mode) ? Entry::file : Entry::other;
}

std::optional<std::string> Folder::block_number(const char* name) const {
  return number_of(fd_.get(), name, S_IFBLK);
}

std::optional<std::string> Folder::character_number(const char* name) const {
  return number_of(fd_.get(), name, S_IFCHR);
}

}  // namespace gpupass::sys
