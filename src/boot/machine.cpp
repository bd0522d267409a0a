// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/boot/machine.hpp"

#include "gpupass/core/sysfs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace gpupass::boot {
namespace {

constexpr std::array k_boot_partitions = {"/efi", "/boot", "/boot/efi"};

/// Of two that are installed, the one whose configuration is there.
InitramfsTool initramfs_of(const Host& host) {
  if (!program(host, "update-initramfs").empty() && host.exists("/etc/initramfs-tools"))
    return InitramfsTool::initramfs_tools;
  if (!program(host, "mkinitcpio").empty() && host.exists("/etc/mkinitcpio.conf"))
    return InitramfsTool::mkinitcpio;
  return program(host, "dracut").empty() ? InitramfsTool::none : InitramfsTool::dracut;
}

bool started_by_systemd_boot(const Host& host) {
  auto info = host.read(sysfs::k_loader_info).value_or("");
  std::erase(info, '\0');
  return info.find("systemd-boot") != info.npos;
}

Loader loader_of(const Host& host) {
  if (started_by_systemd_boot(host)) return Loader::systemd_boot;
  const bool entries = !loader_entries(host).empty();
  if (entries && !program(host, "grubby").empty()) return Loader::grubby;
  if (host.exists("/etc/default/grub")) return Loader::grub;
  return entries ? Loader::systemd_boot : Loader::unknown;
}

}  // namespace

Machine look_at(const Host& host) {
  const bool systemd = host.exists("/usr/lib/systemd/systemd") || host.exists("/lib/systemd/systemd");
  return {systemd, initramfs_of(host), loader_of(host)};
}

std::string program(const Host& host, const std::string& name) {
  for (const auto* const folder : {"/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/"}) {
    if (host.exists(folder + name)) return folder + name;
  }
  return "";
}

std::vector<std::string> loader_entries(const Host& host) {
  std::vector<std::string> entries;
  for (const auto* const partition : k_boot_partitions) {
    const auto folder = std::string(partition) + "/loader/entries";
    for (const auto& name : host.list(folder).value_or(std::vector<std::string>{})) {
      if (name.ends_with(".conf")) entries.push_back(fmt::format("{}/{}", folder, name));
    }
  }
  return entries;
}

}  // namespace gpupass::boot
