// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/programs.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>
#include <vector>

#include "gpupass/sys/fd.hpp"

namespace gpupass::sys {
namespace fs = std::filesystem;
namespace {

/// Why an ordinary user can change what is at a path; empty: nobody but root can.
std::string changeable_by(const struct stat& found) {
  if (found.st_uid != 0) return fmt::format("it belongs to user {}", found.st_uid);
  if (S_ISLNK(found.st_mode)) return "";
  // In a sticky folder others can add names, but replace none of root's.
  const bool sticky = S_ISDIR(found.st_mode) && (found.st_mode & S_ISVTX) != 0;
  if (sticky) return "";
  if ((found.st_mode & S_IWOTH) != 0)
    return fmt::format("everybody can write to it (mode {:o})", found.st_mode & 07777U);
  if ((found.st_mode & S_IWGRP) != 0 && found.st_gid != 0)
    return fmt::format("group {} can write to it (mode {:o})", found.st_gid, found.st_mode & 07777U);
  return "";
}

Result<void> check(const fs::path& path, const fs::path& file) {
  struct stat found {};
  if (lstat(path.c_str(), &found) != 0) return Failure(errno_error("look at " + path.string(), errno));
  const auto why = changeable_by(found);
  if (why.empty()) return {};
  return fail(ErrorKind::refused,
              fmt::format("{} would be run by root, but an ordinary user can change {}: {}", file.string(),
                          path == file ? "it" : path.string(), why));
}

/// The file and every folder above it.
Result<void> check_all(fs::path path, const fs::path& file) {
  for (;; path = path.parent_path()) {
    GPUPASS_TRY(check(path, file));
    if (path == path.root_path()) return {};
  }
}

}  // namespace

Result<void> refuse_what_others_can_write(const fs::path& file) {
  std::error_code error;
  const auto given = fs::absolute(file, error).lexically_normal();
  const auto real = fs::canonical(given, error);
  if (error) return Failure(errno_error("look at " + file.string(), error.value()));
  // As it is named, with the links on the way; and what that leads to.
  GPUPASS_TRY(check_all(given, file));
  return given == real ? Result<void>{} : check_all(real, file);
}

}  // namespace gpupass::sys
