// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/walk.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <vector>

namespace gpupass::sys {
namespace {

constexpr int k_most_links = 40;  // as the kernel's own MAXSYMLINKS

/// Puts the components of a path on a stack, the first on top.
void push(std::vector<std::string>& ahead, std::string_view path) {
  while (!path.empty()) {
    const auto slash = path.rfind('/');
    const auto name = slash == path.npos ? path : path.substr(slash + 1);
    if (!name.empty() && name != ".") ahead.emplace_back(name);
    path = slash == path.npos ? std::string_view() : path.substr(0, slash);
  }
}

/// A link's target; nothing with errno: EINVAL for what is no link.
std::optional<std::string> target_of(int folder, const std::string& name) {
  std::array<char, 4096> text;  // NOLINT(cppcoreguidelines-pro-type-member-init): readlinkat() fills it
  const auto size = readlinkat(folder, name.c_str(), text.data(), text.size());
  if (size < 0) return std::nullopt;
  return std::string(text.data(), static_cast<std::size_t>(size));
}

bool made_by_a_stranger(int folder, const std::string& name) {
  struct stat link {};
  return geteuid() == 0 && fstatat(folder, name.c_str(), &link, AT_SYMLINK_NOFOLLOW) == 0 && link.st_uid != 0;
}

class Way {
 public:
  explicit Way(int root) : root_(root) {}
  [[nodiscard]] int here() const { return folders_.empty() ? root_ : folders_.back().get(); }
  void up() {
    if (!folders_.empty()) folders_.pop_back();
  }
  void to_root() { folders_.clear(); }
  /// 0, or an errno.
  [[nodiscard]] int down(const std::string& name) {
    Fd next(openat(here(), name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!next) return errno;
    folders_.push_back(std::move(next));
    return 0;
  }

 private:
  int root_;
  std::vector<Fd> folders_;  // from the root down
};

bool is(int file, const FileId& other) {
  struct stat status {};
  return fstat(file, &status) == 0 && FileId{status.st_dev, status.st_ino} == other;
}

/// Makes a folder with exactly this mode; one that is there keeps its own. 0, or an errno.
int make_folder(int parent, const std::string& name, mode_t mode) {
  if (mkdirat(parent, name.c_str(), mode) != 0) return errno == EEXIST ? 0 : errno;
  const Fd made(openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat status {};
  if (!made || fstat(made.get(), &status) != 0) return errno;
  constexpr mode_t k_permissions = 0777;
  const auto others = status.st_mode & 07000U;  // a group that the parent hands down stays
  if ((status.st_mode & k_permissions) != mode && fchmod(made.get(), others | mode) != 0) return errno;
  return 0;
}

int arrive(const Way& way, std::string name, Reached& reached) {
  reached = {Fd(fcntl(way.here(), F_DUPFD_CLOEXEC, 0)), std::move(name)};
  return reached.folder ? 0 : errno;
}

}  // namespace

int walk(int root, std::string_view path, const WalkRules& rules, Reached& reached) {
  Way way(root);
  std::vector<std::string> ahead;
  push(ahead, path);
  for (int links = 0; !ahead.empty();) {
    const auto name = std::move(ahead.back());
    ahead.pop_back();
    if (name == "..") {
      way.up();
      continue;
    }
    const bool last = ahead.empty();
    const auto target = target_of(way.here(), name);
    if (!target && errno != EINVAL && errno != ENOENT) return errno;
    if (target && (!last || rules.follow_last)) {
      if (++links > k_most_links) return ELOOP;
      if (rules.trusted_links && made_by_a_stranger(way.here(), name)) return EPERM;
      if (target->starts_with('/')) way.to_root();
      push(ahead, *target);
      continue;
    }
    if (last) return arrive(way, name, reached);
    if (rules.make) {
      if (const int error = make_folder(way.here(), name, *rules.make); error != 0) return error;
    }
    if (const int error = way.down(name); error != 0) return error;
    if (rules.keep_out && is(way.here(), *rules.keep_out)) return EXDEV;
  }
  return arrive(way, ".", reached);
}

int open_walking(int root, const std::string& path, int flags) {
  Reached reached;
  errno = walk(root, path, {.follow_last = (flags & O_NOFOLLOW) == 0}, reached);
  if (errno != 0) return -1;
  return openat(reached.folder.get(), reached.name.c_str(), flags | O_NOFOLLOW | O_CLOEXEC);
}

int open_inside(int root, const std::string& path, int flags) {
  open_how how{};
  how.flags = static_cast<unsigned>(flags | O_CLOEXEC);
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  const auto fd = syscall(SYS_openat2, root, path.c_str(), &how, sizeof how);
  // No such call; one that a container's filter does not know; or the kernel could not tell while others
  // renamed folders.
  const bool unknown = fd < 0 && (errno == ENOSYS || errno == EPERM || errno == EAGAIN);
  return unknown ? open_walking(root, path, flags) : static_cast<int>(fd);
}

}  // namespace gpupass::sys
