// SPDX-License-Identifier: GPL-2.0-or-later
// A disk is held by what is mounted from it or swaps to it, itself or through layers: partitions,
// LVM, encryption, RAID, bcache (each names what it stands on in `slaves`), the several disks of a
// btrfs, the several controllers of one NVMe disk.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "core/printable.hpp"
#include "core/text.hpp"
#include "discover/holders/holders.hpp"

namespace gpupass::discovery {
namespace {

/// A line of mountinfo: "36 35 259:2 / /boot rw - ext4 /dev/nvme0n1p2 rw".
struct Mount {
  std::string device;   // major:minor; 0:… where the file system is not on one disk
  std::string subtree;  // which part of the file system is mounted
  std::string point, type, source;
};

/// Blanks and backslashes of a path stand in mountinfo and swaps as \040.
std::string unescape(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto code =
        text[i] == '\\' && i + 3 < text.size() ? core::parse_number(text.substr(i + 1, 3), 8) : std::nullopt;
    plain += code ? static_cast<char>(*code) : text[i];
    if (code) i += 3;
  }
  return core::printable(plain);
}

std::optional<Mount> parse_mount(std::string_view line) {
  const auto fields = core::words(line);
  std::size_t dash = 6;  // behind a number of optional fields
  while (dash < fields.size() && fields[dash] != "-") ++dash;
  if (dash + 2 >= fields.size()) return std::nullopt;
  return Mount{std::string(fields[2]), std::string(fields[3]), unescape(fields[4]),
               core::printable(fields[dash + 1]), unescape(fields[dash + 2])};
}

bool lies_within(std::string_view path, std::string_view folder) {
  return folder == "/" || path == folder || (path.starts_with(folder) && path[folder.size()] == '/');
}

/// Finds the PCI functions below a block device.
class Disks {
 public:
  Disks(const Host& host, Holders& holders) : host_(host), holders_(holders) {}

  /// `link` leads to the block device: "/sys/dev/block/259:2", "/sys/class/block/nvme0n1p2". False when
  /// there is none.
  [[nodiscard]] bool hold(const std::string& link, HolderKind kind, const std::string& use) {
    std::set<std::string> seen;  // a hostile tree may stand on itself
    const auto path = host_.resolve(link);
    if (path) descend(*path, kind, use, seen);
    return path.has_value();
  }

 private:
  void descend(const std::string& path, HolderKind kind, const std::string& use,
               std::set<std::string>& seen) {
    if (!seen.insert(path).second) return;
    const auto node = "/dev/" + core::printable(path.substr(path.rfind('/') + 1));
    if (const auto function = function_of(path)) {
      holders_.push_back({*function, kind, node, use, 0, ""});
      return;
    }
    for (const auto& below : {path, path.substr(0, path.rfind('/'))}) {  // of a partition: its disk's
      for (const auto& slave : list(below + "/slaves")) {
        if (const auto next = host_.resolve(fmt::format("{}/slaves/{}", below, slave)))
          descend(*next, kind, use, seen);
      }
    }
    hold_controllers(path, node, kind, use);
  }

  /// A disk that several NVMe controllers may reach lies in a subsystem, beside links to them:
  /// /sys/devices/virtual/nvme-subsystem/nvme-subsys0/{nvme0n1,nvme0,nvme1}.
  void hold_controllers(const std::string& path, const std::string& node, HolderKind kind,
                        const std::string& use) {
    const auto at = path.find("/nvme-subsys");
    if (at == path.npos) return;
    const auto start = path.find("/nvme-subsys", at + 1);  // …/nvme-subsystem/nvme-subsys0
    if (start == path.npos) return;
    const auto subsystem = path.substr(0, path.find('/', start + 1));
    for (const auto& name : list(subsystem)) {
      const auto controller = host_.resolve(fmt::format("{}/{}", subsystem, name));
      const auto function = controller ? function_of(*controller) : std::nullopt;
      if (function) holders_.push_back({*function, kind, node, use, 0, ""});
    }
  }

  [[nodiscard]] std::vector<std::string> list(const std::string& path) const {
    return host_.list(path).value_or(std::vector<std::string>{});
  }

  const Host& host_;
  Holders& holders_;
};

/// The disk's name in /dev that a source has, followed where udev made it: /dev/mapper/root is a link to
/// the kernel's /dev/dm-0. Nothing for a source that is no device ("tmpfs", "rpool/ROOT").
std::optional<std::string> disk_of(const Host& host, const std::string& source) {
  if (!source.starts_with("/dev/")) return std::nullopt;
  const auto node = host.resolve(source).value_or(source);
  return node.substr(node.rfind('/') + 1);
}

/// All disks of the btrfs that this one is of; itself where the kernel does not tell.
std::vector<std::string> btrfs_disks(const Host& host, const std::string& name) {
  for (const auto& id : host.list("/sys/fs/btrfs").value_or(std::vector<std::string>{})) {
    const auto disks = host.list(fmt::format("/sys/fs/btrfs/{}/devices", id));
    if (disks && std::ranges::find(*disks, name) != disks->end()) return *disks;
  }
  return {name};
}

/// Holds the disks of a file system that has none for itself: those its source names, "/dev/sda2", of
/// bcachefs "/dev/sda2:/dev/sdb2".
bool hold_source(const Host& host, const Mount& mount, Disks& disks) {
  bool found = false;
  for (const auto source : core::split(mount.source, ':')) {
    const auto name = disk_of(host, std::string(source));
    if (!name) continue;
    for (const auto& disk : btrfs_disks(host, *name)) {
      found |= disks.hold("/sys/class/block/" + disk, HolderKind::mount, mount.point);
    }
  }
  return found;
}

/// False when there must be disks below a mount and they could not be found.
bool hold_mount(const Host& host, const Mount& mount, Disks& disks) {
  if (!mount.device.starts_with("0:")) {
    return disks.hold("/sys/dev/block/" + mount.device, HolderKind::mount, mount.point);
  }
  // Of ZFS the kernel does not tell on which disks a pool lies.
  constexpr std::array k_on_disks = {"btrfs", "bcachefs", "zfs"};
  return hold_source(host, mount, disks) || std::ranges::find(k_on_disks, mount.type) == k_on_disks.end();
}

constexpr const char* k_mounts = "/proc/self/mountinfo";

/// The mounts as the first process sees them; those of this process where that may not be read.
Result<std::string> read_mounts(const Host& host) {
  constexpr std::size_t k_limit = 64U << 20U;
  if (auto text = host.read("/proc/1/mountinfo", k_limit); text && !text->empty()) return text;
  return host.read(k_mounts, k_limit);
}

void read_mounted(const Host& host, Disks& disks, Problems& problems) {
  const auto text = text_or_note(problems, k_mounts, read_mounts(host));
  std::map<std::string, std::vector<std::string>> seen;  // device → what of it is mounted
  for (const auto line : core::split(text, '\n')) {
    const auto mount = parse_mount(line);
    if (!mount) {
      note(problems, k_mounts, "line " + excerpt(line) + " is no mount");
      continue;
    }
    // A part of what is mounted already, shown at a second place, holds nothing more.
    auto& subtrees = seen[mount->device];
    const auto holds_it = [&](const std::string& subtree) { return lies_within(mount->subtree, subtree); };
    if (std::ranges::any_of(subtrees, holds_it)) continue;
    subtrees.push_back(mount->subtree);
    if (!hold_mount(host, *mount, disks)) {
      note(problems, k_mounts,
           fmt::format("the disks below {} ({} {}) cannot be found", mount->point, mount->type,
                       mount->source));
    }
  }
}

/// A line of /proc/swaps behind the heading: "/dev/nvme0n1p3 partition 999420 0 -2". A swap file
/// lies on a mounted file system, which holds the disk.
void read_swaps(const Host& host, Disks& disks, Problems& problems) {
  constexpr const char* k_swaps = "/proc/swaps";
  auto read = host.read(k_swaps);
  if (!read && read.error().kind == ErrorKind::not_found) return;  // a kernel without swap
  const auto text = text_or_note(problems, k_swaps, std::move(read));
  for (const auto line : core::split(text, '\n')) {
    const auto fields = core::words(line);
    if (fields.size() < 2 || fields[1] != "partition") continue;
    const auto name = disk_of(host, unescape(fields[0]));
    if (!name || !disks.hold("/sys/class/block/" + *name, HolderKind::swap, "swap")) {
      note(problems, k_swaps, "the disk of " + excerpt(fields[0]) + " cannot be found");
    }
  }
}

}  // namespace

void read_disks(const Host& host, Holders& holders, Problems& problems) {
  Disks disks(host, holders);
  read_mounted(host, disks, problems);
  read_swaps(host, disks, problems);
}

}  // namespace gpupass::discovery
