// SPDX-License-Identifier: GPL-2.0-or-later
#include "discover/holders/scan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "gpupass/core/text.hpp"
#include "gpupass/sys/folder.hpp"

namespace gpupass::discovery {
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
Result<std::vector<OpenNode>> open_nodes(const sys::Folder& proc, const std::string& pid, bool captured) {
  GPUPASS_TRY_ASSIGN(const auto files, proc.folder(pid + "/fd"));
  GPUPASS_TRY_ASSIGN(const auto numbers, files.list());
  std::vector<OpenNode> nodes;
  for (const auto& number : numbers) {
    auto target = files.target(number.c_str());
    if (!target || !*target || !is_candidate(**target)) continue;
    // A container may know a disk by any name. In a captured tree the link leads to this machine's.
    const auto block = captured ? std::nullopt : files.block_number(number.c_str());
    nodes.push_back({std::move(**target), block.value_or("")});
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

}  // namespace

Scan scan_processes(const Host& host, Problems& problems) {
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
  std::size_t closed = 0;
  for (const auto& name : *names) {
    const auto pid = core::parse_number(name);
    if (!pid) continue;
    auto open = open_nodes(*proc, name, host.captured());
    if (!open && open.error().kind != ErrorKind::not_found) ++closed;  // not found: it has ended
    Process process{static_cast<pid_t>(*pid), open.value_or(std::vector<OpenNode>{}),
                    namespace_of(*proc, name, "mnt"), namespace_of(*proc, name, "net")};
    const bool is_new = seen.insert(process.mount_namespace).second;
    const bool is_new_network = seen.insert(process.network_namespace).second;
    if (!process.nodes.empty() || is_new || is_new_network) scan.processes.push_back(std::move(process));
  }
  std::ranges::sort(scan.processes, {}, &Process::pid);
  if (closed > 0) {
    note(problems, "/proc/*/fd", fmt::format("the open files of {} processes may not be seen", closed));
  }
  scan.complete = closed == 0;
  return scan;
}

}  // namespace gpupass::discovery
