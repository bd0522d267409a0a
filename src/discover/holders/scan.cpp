// SPDX-License-Identifier: GPL-2.0-or-later
#include "discover/holders/scan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "gpupass/core/sysfs.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/sys/folder.hpp"

namespace gpupass::discover {
namespace {

/// What nearly every process has open, and what belongs to no device.
constexpr std::array<std::string_view, 9> k_everybodys = {"/dev/null",   "/dev/pts/",    "/dev/tty",
                                                          "/dev/zero",   "/dev/urandom", "/dev/ptmx",
                                                          "/dev/random", "/dev/shm/",    "/dev/hugepage"};

bool is_candidate(std::string_view target) {
  return target.starts_with("/dev/") && std::ranges::none_of(k_everybodys, [&](std::string_view known) {
           return target.starts_with(known);
         });
}

/// Error: its files may not be looked at, or it has ended.
Result<std::vector<OpenNode>> open_nodes(const Host& host, const sys::Folder& proc, const std::string& pid) {
  GPUPASS_TRY_ASSIGN(const auto files, proc.folder(pid + "/fd"));
  GPUPASS_TRY_ASSIGN(const auto numbers, files.list());
  std::vector<OpenNode> nodes;
  for (const auto& number : numbers) {
    auto target = files.target(number.c_str());
    if (!target || !*target || !is_candidate(**target)) continue;
    // A container may know a device by any name. In a captured tree the link leads to this machine's.
    const auto block = host.captured() ? std::nullopt : files.block_number(number.c_str());
    const auto character = host.captured() ? std::nullopt : files.character_number(number.c_str());
    const auto node = character ? node_of_number(host, *character) : "";
    nodes.push_back({node.empty() ? std::move(**target) : node, block.value_or("")});
  }
  std::sort(nodes.begin(), nodes.end());
  nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
  return nodes;
}

std::string namespace_of(const sys::Folder& proc, const std::string& pid, const char* kind) {
  const auto target = proc.target(fmt::format("{}/ns/{}", pid, kind).c_str());
  return target ? target->value_or("") : "";
}

std::string of_host(const sys::Folder& proc, const char* kind) {
  auto name = namespace_of(proc, "1", kind);
  return name.empty() ? namespace_of(proc, "self", kind) : name;
}

/// Classes whose nodes lie in a folder of /dev: /sys/dev/char/226:128 leads to …/drm/renderD128.
struct NodeClass {
  std::string_view name, folder;
};
constexpr std::array k_node_classes = {NodeClass{"drm", "/dev/dri/"}, NodeClass{"accel", "/dev/accel/"},
                                       NodeClass{"vfio", "/dev/vfio/"},
                                       NodeClass{"vfio-dev", "/dev/vfio/devices/"}};

/// NVIDIA's driver has a major number of its own, and nothing in sysfs.
std::string nvidia_node(std::uint64_t minor) {
  constexpr std::uint64_t k_control = 255, k_modeset = 254;
  if (minor == k_control) return "/dev/nvidiactl";
  return minor == k_modeset ? "/dev/nvidia-modeset" : fmt::format("/dev/nvidia{}", minor);
}

}  // namespace

std::string node_of_number(const Host& host, const std::string& number) {
  constexpr std::string_view k_nvidia = "195:";
  const auto minor = core::parse_number(std::string_view(number).substr(number.find(':') + 1));
  if (number.starts_with(k_nvidia)) return minor ? nvidia_node(*minor) : "";
  const auto place = host.resolve(sysfs::character_device(number)).value_or("");
  const auto parts = core::split(place, '/');
  if (parts.size() < 2) return "";
  const auto row = std::ranges::find(k_node_classes, parts[parts.size() - 2], &NodeClass::name);
  return row == k_node_classes.end() ? "" : fmt::format("{}{}", row->folder, parts.back());
}

namespace {

/// `look` says which nodes a process has open.
template <class Look>
Scan scan_with(const Host& host, Problems& problems, const Look& look) {
  Scan scan;
  const auto proc = sys::Folder::open(host, "/proc");
  auto names = proc ? proc->list() : Result<std::vector<std::string>>(Failure(proc.error()));
  if (!names) {
    note(problems, "/proc", names.error());
    return scan;
  }
  scan.mount_namespace = of_host(*proc, "mnt");
  scan.network_namespace = of_host(*proc, "net");
  // As /proc lists them; another file system, a capture's, has an order of its own.
  std::ranges::sort(*names, {}, [](const std::string& name) { return core::parse_number(name); });
  std::set<std::string> seen;
  for (const auto& name : *names) {
    const auto pid = core::parse_number(name);
    if (!pid) continue;
    Process process{static_cast<pid_t>(*pid), look(*proc, name), namespace_of(*proc, name, "mnt"),
                    namespace_of(*proc, name, "net")};
    const bool is_new = seen.insert(process.mount_namespace).second;
    const bool is_new_network = seen.insert(process.network_namespace).second;
    if (!process.nodes.empty() || is_new || is_new_network) scan.processes.push_back(std::move(process));
  }
  std::ranges::sort(scan.processes, {}, &Process::pid);
  scan.complete = true;
  return scan;
}

}  // namespace

Scan scan_processes(const Host& host, Problems& problems) {
  std::size_t closed = 0;
  auto scan = scan_with(host, problems, [&](const sys::Folder& proc, const std::string& pid) {
    auto open = open_nodes(host, proc, pid);
    if (!open && open.error().kind != ErrorKind::not_found) ++closed;  // not found: it has ended
    return open.value_or(std::vector<OpenNode>{});
  });
  if (closed > 0) {
    note(problems, "/proc/*/fd",
         fmt::format("the open files of {} process{} cannot be seen", closed, closed == 1 ? "" : "es"));
  }
  scan.complete = scan.complete && closed == 0;
  return scan;
}

Scan scan_namespaces(const Host& host) {
  Problems unsaid;  // without /proc nothing else is known either, and whoever asks for holders is told
  return scan_with(host, unsaid, [](const auto&, const auto&) { return std::vector<OpenNode>{}; });
}

}  // namespace gpupass::discover
