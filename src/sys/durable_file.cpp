// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/durable_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <string_view>

#include "gpupass/sys/fd.hpp"
#include "sys/names_in.hpp"
#include "sys/walk.hpp"

namespace gpupass::sys {
namespace fs = std::filesystem;
namespace {

Failure failure(const std::string& action, const fs::path& file) {
  return Failure(errno_error(action + " " + file.string(), errno));
}

/// What gpupass makes for itself everybody may enter and list: what is secret has a mode of its own.
constexpr mode_t k_own_folders = 0755;

Result<Reached> reach(const char* action, const fs::path& file, WalkRules rules) {
  const Fd root(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root) return failure("open", "/");
  rules.trusted_links = true;
  Reached reached;
  errno = walk(root.get(), file.string(), rules, reached);
  if (errno == EPERM)
    return fail(ErrorKind::refused,
                fmt::format("{} {}: the path leads through a symbolic link that an ordinary user made",
                            action, file.string()),
                "nothing was written; name the file that it leads to");
  if (errno == EXDEV)
    return fail(
        ErrorKind::refused,
        fmt::format(
            "{} {}: it is in the tree of --root, which belongs to another machine and is never changed",
            action, file.string()),
        "nothing was written; name a file outside of it");
  if (errno != 0) return failure(action, file);
  return reached;
}

/// A name is durable once its folder is.
Result<void> sync_folder(int folder, const fs::path& file) {
  const Fd handle(openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!handle || fsync(handle.get()) != 0) return failure("sync", file.parent_path());
  return {};
}

/// 0, or an errno.
int write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

// ---- a file that is being written, before it has its name -----------------------------------------

constexpr std::size_t k_longest_name = 200;  // of 255, so that there is room for the rest

constexpr std::string_view k_ours = ".gpupass-";

/// Hidden, and with no ending that anything reads: neither libvirt's hooks nor those of an initramfs.
std::string temporary_prefix(const std::string& name) {
  return fmt::format(".{}{}", name.substr(0, k_longest_name), k_ours);
}

/// Of a hidden name: ".FILE.gpupass-PID-COUNT"
bool is_temporary(std::string_view name) {
  const auto mark = name.rfind(k_ours);
  return mark != name.npos && mark > 0 &&
         name.find_first_not_of("0123456789-", mark + k_ours.size()) == name.npos;
}

/// Whoever writes one holds its lock, so one without was left by a gpupass that was killed.
void remove_leftovers(int folder, const std::string& prefix) {
  const auto names = names_in(folder);
  if (!names) return;
  for (const auto& other : *names) {
    if (!other.starts_with(prefix) || !is_temporary(other)) continue;
    const Fd file(openat(folder, other.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat status {};
    if (file && fstat(file.get(), &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == geteuid() &&
        flock(file.get(), LOCK_EX | LOCK_NB) == 0)
      (void)unlinkat(folder, other.c_str(), 0);
  }
}

struct Temporary {
  Fd file;
  std::string name;
};

/// For nobody else until it is whole.
Result<Temporary> make_temporary(int folder, const fs::path& file, const std::string& name) {
  for (int count = 0;; ++count) {
    Temporary made{{}, fmt::format("{}{}-{}", temporary_prefix(name), getpid(), count)};
    made.file =
        Fd(openat(folder, made.name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    constexpr int k_tries = 100;  // somebody may have put those names there
    if (!made.file && errno == EEXIST && count < k_tries) continue;
    if (!made.file) return failure("write", file);
    (void)flock(made.file.get(), LOCK_EX | LOCK_NB);
    return made;
  }
}

Result<void> fill(const Temporary& temporary, const std::string& text, mode_t mode, const fs::path& file) {
  errno = write_all(temporary.file.get(), text);
  if (errno != 0) return failure("write", file);
  if (fchmod(temporary.file.get(), mode) != 0) return failure("set the mode of", file);
  if (fsync(temporary.file.get()) != 0) return failure("sync", file);
  return {};
}

Result<void> refuse_what_is_no_file(const Reached& place, const fs::path& file) {
  struct stat status {};
  if (fstatat(place.folder.get(), place.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return {};
  if (S_ISREG(status.st_mode)) return {};
  return fail(ErrorKind::refused, fmt::format("write {}: is not a regular file", file.string()),
              "nothing was written; name a file");
}

// ---- a file of lines ------------------------------------------------------------------------------

/// Where the last whole line of a file ends; -1 with errno.
off_t end_of_lines(int file) {
  std::array<char, 4096> chunk;  // NOLINT(cppcoreguidelines-pro-type-member-init): pread() fills it
  for (auto end = lseek(file, 0, SEEK_END); end != 0;) {
    if (end < 0) return -1;
    const auto size = std::min<off_t>(end, chunk.size());
    const auto got = pread(file, chunk.data(), static_cast<std::size_t>(size), end - size);
    if (got != size) return -1;
    const auto newline = std::string_view(chunk.data(), static_cast<std::size_t>(size)).rfind('\n');
    if (newline != std::string_view::npos) return end - size + static_cast<off_t>(newline) + 1;
    end -= size;
  }
  return 0;
}

}  // namespace

namespace {

Result<void> write_by(const WalkRules& rules, const fs::path& file, const std::string& text, mode_t mode) {
  GPUPASS_TRY_ASSIGN(const auto place, reach("write", file, rules));
  const int folder = place.folder.get();
  GPUPASS_TRY(refuse_what_is_no_file(place, file));
  remove_leftovers(folder, temporary_prefix(place.name));
  GPUPASS_TRY_ASSIGN(const auto temporary, make_temporary(folder, file, place.name));
  auto done = fill(temporary, text, mode, file);
  if (done && renameat(folder, temporary.name.c_str(), folder, place.name.c_str()) != 0)
    done = failure("write", file);
  if (done) return sync_folder(folder, file);
  (void)unlinkat(folder, temporary.name.c_str(), 0);
  return done;
}

}  // namespace

Result<void> write_durably(const fs::path& file, const std::string& text, mode_t mode) {
  return write_by({.make = k_own_folders}, file, text, mode);
}

Result<void> write_output(const fs::path& file, const std::string& text, const fs::path& captured) {
  const auto mask = umask(0);
  umask(mask);
  struct stat root {};
  WalkRules rules{.make = 0777 & ~mask};
  if (!captured.empty() && stat(captured.c_str(), &root) == 0) rules.keep_out = {root.st_dev, root.st_ino};
  return write_by(rules, file, text, 0666 & ~mask);
}

Result<void> append_line_durably(const fs::path& file, const std::string& line) {
  GPUPASS_TRY_ASSIGN(const auto place, reach("write", file, {}));
  const Fd handle(openat(place.folder.get(), place.name.c_str(),
                         O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!handle) return failure("write", file);
  const auto end = end_of_lines(handle.get());
  if (end < 0 || ftruncate(handle.get(), end) != 0) return failure("write", file);
  // On a full disk: the line is there whole or not at all.
  const auto take_back = [&](const char* action) {
    auto error = failure(action, file);
    (void)!ftruncate(handle.get(), end);
    return error;
  };
  errno = write_all(handle.get(), line + "\n");
  if (errno != 0) return take_back("write");
  if (fsync(handle.get()) != 0) return take_back("sync");
  return {};
}

Result<void> remove_durably(const fs::path& file) {
  auto place = reach("remove", file, {.follow_last = false});
  if (!place && place.error().kind == ErrorKind::not_found) return {};
  if (!place) return Failure(std::move(place).error());
  if (unlinkat(place->folder.get(), place->name.c_str(), 0) != 0)
    return errno == ENOENT ? Result<void>{} : failure("remove", file);
  return sync_folder(place->folder.get(), file);
}

Result<void> rename_durably(const fs::path& file, const std::string& name) {
  GPUPASS_TRY_ASSIGN(const auto place, reach("rename", file, {.follow_last = false}));
  const int folder = place.folder.get();
  if (renameat2(folder, place.name.c_str(), folder, name.c_str(), RENAME_NOREPLACE) != 0)
    return failure("rename", file);
  return sync_folder(folder, file);
}

void clear_leftovers(const fs::path& folder) {
  const auto place = reach("open", folder / "any", {.follow_last = false});
  if (place) remove_leftovers(place->folder.get(), ".");
}

Result<int> open_private(const fs::path& file) {
  constexpr mode_t k_private = 0600;
  GPUPASS_TRY_ASSIGN(const auto place, reach("open", file, {.follow_last = false, .make = k_own_folders}));
  const int fd =
      openat(place.folder.get(), place.name.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, k_private);
  if (fd < 0) return failure("open", file);
  return fd;
}

}  // namespace gpupass::sys
