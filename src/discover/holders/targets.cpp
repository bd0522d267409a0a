// SPDX-License-Identifier: GPL-2.0-or-later
// What the kernel exports to other machines and to guests: the backstores of LIO (iSCSI, Fibre Channel,
// vhost-scsi) and the namespaces of the NVMe target. Both are set up in configfs.
#include <fmt/format.h>

#include "discover/holders/holders.hpp"
#include "gpupass/core/printable.hpp"
#include "gpupass/core/sysfs.hpp"
#include "gpupass/core/text.hpp"

namespace gpupass::discover {
namespace {

using sysfs::k_lio;
using sysfs::k_nvme_targets;

struct Export {
  std::string name;  // "iblock_0/data", "nqn.2024-01.org.example:disk 1"
  std::string what;  // a device or a file
  const char* layer;
};

class Exports {
 public:
  Exports(const Host& host, Problems& problems) : host_(host), problems_(problems) {}

  [[nodiscard]] std::vector<Export> all() {
    lio();
    nvme();
    return std::move(found_);
  }

 private:
  void add(const std::string& name, const std::string& path, const char* layer) {
    const auto what = host_.attribute(path);
    if (!what && what.error().kind == ErrorKind::denied) note(problems_, path, what.error());
    const auto text = core::printable(core::trim(what.value_or("")));
    if (text.starts_with('/')) found_.push_back({core::printable(name), text, layer});
  }

  [[nodiscard]] std::vector<std::string> list(const std::string& path) {
    auto names = host_.list(path);
    if (!names && names.error().kind == ErrorKind::denied) note(problems_, path, names.error());
    return names.value_or(std::vector<std::string>{});
  }

  void lio() {
    for (const auto& adapter : list(k_lio)) {
      for (const auto& store : list(fmt::format("{}/{}", k_lio, adapter))) {
        const auto name = adapter + "/" + store;
        add(name, fmt::format("{}/{}/udev_path", k_lio, name), "lio");
      }
    }
  }

  [[nodiscard]] bool enabled(const std::string& path) {
    return core::trim(host_.attribute(path + "/enable").value_or("1")) != "0";
  }

  void nvme() {
    for (const auto& subsystem : list(k_nvme_targets)) {
      const auto folder = fmt::format("{}/{}", k_nvme_targets, subsystem);
      for (const auto& number : list(folder + "/namespaces")) {
        const auto path = folder + "/namespaces/" + number;
        if (enabled(path)) add(subsystem + "/namespaces/" + number, path + "/device_path", "nvmet");
      }
      // A whole controller, commands and all.
      const auto whole = folder + "/passthru";
      if (host_.exists(whole) && enabled(whole))
        add(subsystem + "/passthru", whole + "/device_path", "nvmet");
    }
  }

  const Host& host_;
  Problems& problems_;
  std::vector<Export> found_;
};

/// The disks of one namespace controller, "/dev/nvme0", are those that its name begins.
std::vector<std::string> disks_of(const Export& exported, const Blocks& blocks, const Mounts& mounts) {
  if (const auto disk = blocks.named(exported.what)) return {*disk};
  std::vector<std::string> disks;
  const auto controller = exported.what.substr(exported.what.rfind('/') + 1) + "n";
  for (const auto& [name, block] : blocks.all()) {
    if (controller.starts_with("nvme") && name.starts_with(controller)) disks.push_back(name);
  }
  const auto* const mount = disks.empty() ? mounts.holding(exported.what) : nullptr;
  return mount != nullptr ? blocks.of(*mount).value_or(disks) : disks;
}

}  // namespace

void read_targets(const Host& host, const Blocks& blocks, const Mounts& mounts, Holders& holders,
                  Problems& problems) {
  for (const auto& exported : Exports(host, problems).all()) {
    const bool file = !exported.what.starts_with("/dev/");
    const auto disks = disks_of(exported, blocks, mounts);
    if (disks.empty()) {
      note(problems, exported.layer == std::string_view("lio") ? k_lio : k_nvme_targets,
           fmt::format("the disk of {} ({}) cannot be found", exported.name, exported.what));
    }
    for (const auto& disk : disks) {
      for (const auto& place : blocks.below(disk)) {
        holders.push_back({place.function, HolderKind::target, place.node, exported.name, 0, "",
                           exported.layer, place.depth + (file ? 2 : 1)});
        holders.back().remote = place.remote;
      }
    }
  }
}

}  // namespace gpupass::discover
