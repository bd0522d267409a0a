// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/durable_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "sys/fd.hpp"

namespace gpupass::sys {
namespace fs = std::filesystem;
namespace {

Failure failure(const std::string& action, const fs::path& file) {
  return Failure(errno_error(action + " " + file.string(), errno));
}

/// For a file of this mode.
Result<void> make_folder(const fs::path& folder, mode_t mode) {
  if (folder.has_parent_path() && !fs::exists(folder.parent_path()))
    GPUPASS_TRY(make_folder(folder.parent_path(), mode));
  constexpr mode_t k_readers = 0444;
  const mode_t entered = 0700U | (mode & k_readers) | (mode & k_readers) >> 2U;
  if (mkdir(folder.c_str(), entered) != 0 && errno != EEXIST) return failure("make", folder);
  return {};
}

/// A name is durable once its folder is.
Result<void> sync_folder(const fs::path& folder) {
  const Fd handle(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!handle || fsync(handle.get()) != 0) return failure("sync", folder);
  return {};
}

Result<void> write_all(const fs::path& file, int flags, const std::string& text, mode_t mode) {
  const Fd handle(open(file.c_str(), flags | O_WRONLY | O_CREAT | O_CLOEXEC, mode));
  if (!handle) return failure("write", file);
  struct stat before {};
  (void)fstat(handle.get(), &before);
  // On a full disk: the text is there whole or not at all.
  const auto take_back = [&](const char* action) {
    auto error = failure(action, file);
    (void)!ftruncate(handle.get(), before.st_size);
    return error;
  };
  for (std::size_t done = 0; done < text.size();) {
    const auto written = ::write(handle.get(), text.data() + done, text.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return take_back("write");
    done += static_cast<std::size_t>(written);
  }
  if (fsync(handle.get()) != 0) return take_back("sync");
  return {};
}

}  // namespace

Result<void> write_durably(const fs::path& file, const std::string& text, mode_t mode) {
  GPUPASS_TRY(make_folder(file.parent_path(), mode));
  const fs::path temporary = file.string() + ".new";
  GPUPASS_TRY(write_all(temporary, O_TRUNC, text, mode));
  if (rename(temporary.c_str(), file.c_str()) != 0) return failure("write", file);
  return sync_folder(file.parent_path());
}

Result<void> append_durably(const fs::path& file, const std::string& text) {
  constexpr mode_t k_private = 0600;
  GPUPASS_TRY(make_folder(file.parent_path(), k_private));
  const bool is_new = !fs::exists(file);
  GPUPASS_TRY(write_all(file, O_APPEND, text, k_private));
  if (is_new) return sync_folder(file.parent_path());
  return {};
}

Result<void> remove_durably(const fs::path& file) {
  if (unlink(file.c_str()) != 0) {
    if (errno == ENOENT) return {};
    return failure("remove", file);
  }
  return sync_folder(file.parent_path());
}

mode_t mode_of(const fs::path& file) {
  struct stat found {};
  constexpr mode_t k_permissions = 07777;
  return stat(file.c_str(), &found) == 0 ? found.st_mode & k_permissions : 0;
}

}  // namespace gpupass::sys
