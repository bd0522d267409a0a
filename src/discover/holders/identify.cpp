// SPDX-License-Identifier: GPL-2.0-or-later
// What a process is: its name, its program, and what started it and can end it in an orderly way.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "discover/holders/scan.hpp"
#include "gpupass/core/printable.hpp"
#include "gpupass/core/text.hpp"

namespace gpupass::discover {
namespace {

struct Manager {
  std::string name, managed;
};

std::vector<std::string> command_line_of(const Host& host, const std::string& process) {
  const auto text = host.read(process + "/cmdline").value_or("");
  std::vector<std::string> words;
  for (const auto word : core::split(text, '\0')) words.push_back(core::printable(word));
  return words;
}

/// The word behind an option; empty if there is none.
std::string value_of(const std::vector<std::string>& words, std::string_view option) {
  const auto found = std::ranges::find(words, option);
  return found == words.end() || found + 1 == words.end() ? "" : *(found + 1);
}

/// libvirt starts QEMU with `-name guest=vm1,debug-threads=on`, Proxmox VE with `-id 101 -name web`.
Manager manager_by(const std::vector<std::string>& words) {
  const auto name = value_of(words, "-name");
  constexpr std::string_view k_guest = "guest=";
  if (name.starts_with(k_guest))
    return {"libvirt", name.substr(k_guest.size(), name.find(',') - k_guest.size())};
  const auto id = value_of(words, "-id");
  if (!id.empty() && core::parse_number(id)) return {"proxmox", id};
  return {};
}

struct Prefix {
  std::string_view of_scope;
  const char* manager;
};
constexpr std::array k_containers = {Prefix{"docker-", "docker"}, Prefix{"libpod-", "podman"},
                                     Prefix{"cri-containerd-", "kubernetes"}, Prefix{"crio-", "kubernetes"}};
constexpr std::string_view k_scope = ".scope";

std::string without(std::string_view text, std::string_view before, std::string_view behind) {
  text.remove_prefix(before.size());
  if (text.ends_with(behind)) text.remove_suffix(behind.size());
  return std::string(text);
}

/// A container's identifier as its runtime lists it: the first 12 digits.
std::string short_id(std::string_view id) {
  constexpr std::size_t k_shown = 12;
  return std::string(id.substr(0, k_shown));
}

/// Containers of LXC ("lxc.payload.web") and of systemd-nspawn ("machine-web.scope"): by name. A guest of
/// libvirt's has such a scope, too, and is known by its command line before.
Manager named_container(std::string_view part) {
  constexpr std::string_view k_payload = "lxc.payload.", k_machine = "machine-",
                             k_service = "systemd-nspawn@";
  if (part.starts_with(k_payload)) return {"lxc", without(part, k_payload, "")};
  if (part.starts_with(k_service)) return {"systemd-nspawn", without(part, k_service, ".service")};
  const bool of_libvirt = part.starts_with("machine-qemu") || part.starts_with("machine-lxc");
  if (!part.starts_with(k_machine) || !part.ends_with(k_scope) || of_libvirt) return {};
  return {"systemd-nspawn", without(part, k_machine, k_scope)};
}

/// Of a container without systemd, whose group is named by its identifier alone: the last part.
Manager by_identifier(std::string_view first, std::string_view last) {
  constexpr std::size_t k_length = 64;
  const bool is_identifier =
      last.size() == k_length && last.find_first_not_of("0123456789abcdef") == last.npos;
  return is_identifier && first == "kubepods" ? Manager{"kubernetes", short_id(last)} : Manager{};
}

/// The control group of a process tells: "/system.slice/ovs-vswitchd.service",
/// "/system.slice/docker-0123….scope", "/lxc/101/ns/init.scope".
Manager manager_in(std::string_view group) {
  const auto parts = core::split(group, '/');
  for (std::size_t i = 0; i < parts.size(); ++i) {
    for (const auto& [of_scope, manager] : k_containers) {
      if (parts[i].starts_with(of_scope)) return {manager, short_id(parts[i].substr(of_scope.size()))};
    }
    if (auto named = named_container(parts[i]); !named.name.empty()) return named;
    if (auto one = by_identifier(parts[i], parts.back()); !one.name.empty()) return one;
    const bool more = i + 1 < parts.size();
    if (parts[i] == "docker" && more) return {"docker", short_id(parts[i + 1])};
    if (parts[i] == "lxc" && more) return {"lxc", std::string(parts[i + 1])};
  }
  const auto is_service = [](std::string_view part) { return part.ends_with(".service"); };
  const auto service = std::find_if(parts.rbegin(), parts.rend(), is_service);
  const bool of_user = std::ranges::find(parts, "user.slice") != parts.end();
  if (service == parts.rend() || (of_user && service->starts_with("user@"))) return {};
  return {of_user ? "systemd-user" : "systemd", std::string(*service)};
}

Manager manager_by_group(const Host& host, const std::string& process) {
  const auto text = host.read(process + "/cgroup").value_or("");
  for (const auto line : core::split(text, '\n')) {  // "0::/system.slice/…", "1:name=systemd:/…"
    if (!line.starts_with("0::") && line.find(":name=systemd:") == line.npos) continue;
    if (auto manager = manager_in(core::printable(line)); !manager.name.empty()) return manager;
  }
  return {};
}

}  // namespace

void identify(const Host& host, pid_t pid, Holder& holder) {
  const auto process = fmt::format("/proc/{}", pid);
  const auto words = command_line_of(host, process);
  holder.pid = pid;
  holder.process = core::printable(host.attribute(process + "/comm").value_or(""));
  if (!words.empty()) holder.program = words.front().substr(words.front().rfind('/') + 1);
  auto manager = manager_by(words);
  if (manager.name.empty()) manager = manager_by_group(host, process);
  holder.manager = manager.name;
  holder.managed = manager.managed;
}

}  // namespace gpupass::discover
