// SPDX-License-Identifier: GPL-2.0-or-later
// Looks at this machine's files for diagnosis, below the host's root.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "bench/cuda/diagnosis.hpp"
#include "gpupass/core/sysfs.hpp"

namespace gpupass::bench::cuda {
namespace {

std::vector<CardOnBus> cards(const Host& host) {
  std::vector<CardOnBus> found;
  for (const auto& address : host.list(sysfs::k_pci_devices).value_or(std::vector<std::string>{})) {
    const auto folder = sysfs::pci_device(address);
    const auto value = [&](const char* name) { return host.attribute(folder + "/" + name).value_or(""); };
    if (value("vendor") != "0x10de" || !value("class").starts_with("0x03")) continue;
    found.push_back({address, host.link_name(folder + "/driver").value_or("")});
  }
  return found;
}

/// The first word of the module's banner that is a version: "NVRM version: … Module  580.159.04  Release …".
/// Empty if there is none.
std::optional<std::string> kernel_module(const Host& host) {
  const auto text = host.read("/proc/driver/nvidia/version");
  if (!text) return std::nullopt;
  std::size_t at = 0;
  while (at < text->size()) {
    auto end = text->find_first_of(" \t\n", at);
    if (end == std::string::npos) end = text->size();
    const auto word = text->substr(at, end - at);
    if (word.find('.') != std::string::npos && word.find_first_not_of("0123456789.") == std::string::npos) {
      return word;
    }
    at = end + 1;
  }
  return "";
}

Node look_at(const Host& host, std::string path) {
  const int fd = open(host.at(path).c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK);
  if (fd >= 0) {
    close(fd);
    return {std::move(path), "", false};
  }
  const int why = errno;
  return {std::move(path), std::strerror(why), why == ENOENT, why == EPERM, why == ENXIO};
}

/// Docker, Podman, systemd-nspawn and LXC each leave a mark of their own.
bool is_container(const Host& host) {
  for (const auto* const mark : {"/.dockerenv", "/run/.containerenv", "/run/systemd/container"}) {
    if (host.exists(mark)) return true;
  }
  const auto environment = host.read("/proc/1/environ").value_or("");
  return ('\0' + environment).find(std::string("\0container=", 11)) != std::string::npos;
}

/// One node a card; a container may have been given the fourth alone. The first stands for a missing one.
std::vector<std::string> card_nodes(const Host& host) {
  constexpr std::string_view k_prefix = "nvidia";
  std::vector<std::string> paths;
  for (const auto& name : host.list("/dev").value_or(std::vector<std::string>{})) {
    if (!name.starts_with(k_prefix) || name.size() == k_prefix.size()) continue;
    if (name.find_first_not_of("0123456789", k_prefix.size()) == std::string::npos)
      paths.push_back("/dev/" + name);
  }
  if (paths.empty()) paths.emplace_back("/dev/nvidia0");
  return paths;
}

}  // namespace

MachineFacts machine_facts(const Host& host) {
  MachineFacts facts;
  facts.contained = is_container(host);
  facts.bus_seen = host.exists(sysfs::k_pci_devices);
  facts.cards = cards(host);
  facts.kernel_module = kernel_module(host);
  facts.nodes.push_back(look_at(host, "/dev/nvidiactl"));
  for (auto& path : card_nodes(host)) facts.nodes.push_back(look_at(host, std::move(path)));
  facts.nodes.push_back(look_at(host, "/dev/nvidia-uvm"));
  return facts;
}

}  // namespace gpupass::bench::cuda
