// SPDX-License-Identifier: GPL-2.0-or-later
// How the kernel confines this process: control groups, system calls, its view of files. Most of a container
// consists of that.
#include "bench/machine/confinement.hpp"

#include <gnu/libc-version.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "bench/machine/field.hpp"
#include "gpupass/core/mountinfo.hpp"
#include "gpupass/core/printable.hpp"
#include "gpupass/core/sysfs.hpp"
#include "gpupass/core/text.hpp"

namespace gpupass::bench {
namespace {

using Json = nlohmann::json;

/// A limit of a control group, in the file that each version of them has for it.
struct Limit {
  const char* name;
  const char* unified;     // file, of version 2
  const char* controller;  // of version 1
  const char* file;
};
constexpr std::array k_limits = {
    Limit{"cpu", "cpu.max", "cpu", "cpu.cfs_quota_us"},
    Limit{"memory", "memory.max", "memory", "memory.limit_in_bytes"},
    Limit{"processes", "pids.max", "pids", "pids.max"},
};

/// "max", "max 100000", "-1", and what version 1 says of memory without a limit: the largest page-aligned
/// number.
bool is_none(const std::string& value) {
  constexpr std::uint64_t k_no_memory_limit = std::uint64_t{1} << 62U;
  if (value.starts_with("max") || value == "-1") return true;
  const auto number = core::parse_number(value);
  return number && *number >= k_no_memory_limit;
}

/// Of a process: the path of its group of a controller; of version 2 the controller is "".
std::optional<std::string> group_of(const Host& host, std::string_view controller) {
  const auto text = host.read("/proc/self/cgroup").value_or("");
  for (const auto line : core::split(text, '\n')) {
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (first == line.npos || second == line.npos) continue;
    const auto names = core::split(line.substr(first + 1, second - first - 1), ',');
    const bool is_it = controller.empty() ? names.empty() : std::ranges::count(names, controller) > 0;
    if (is_it) return std::string(line.substr(second + 1));
  }
  return std::nullopt;
}

/// The nearest group upwards that has a limit: "none" where none has, as the uppermost never does.
std::string limit_at(const Host& host, const std::string& mount, std::string group, const char* file) {
  for (;;) {
    if (group.ends_with('/')) group.pop_back();
    const auto value = host.attribute(mount + group + "/" + file);
    if (value && !is_none(*value)) return core::printable(*value);
    if (group.empty()) return "none";
    group.erase(group.rfind('/'));
  }
}

Json control_groups(const Host& host) {
  Json facts = Json::object();
  const bool unified = host.exists(sysfs::k_cgroup_controllers);
  if (!unified && !host.exists(sysfs::k_cgroups)) return facts;
  facts["version"] = unified ? "2" : "1";
  for (const auto& limit : k_limits) {
    const auto group = group_of(host, unified ? "" : limit.controller).value_or("");
    const auto mount =
        unified ? std::string(sysfs::k_cgroups) : sysfs::at(sysfs::k_cgroups, limit.controller);
    if (host.exists(mount))
      facts[limit.name] = limit_at(host, mount, group, unified ? limit.unified : limit.file);
  }
  // Of version 2 the devices are a program of the kernel's, which nobody can read as a list.
  if (!unified) {
    const auto group = group_of(host, "devices").value_or("");
    const auto devices = sysfs::at(sysfs::k_cgroups, "devices");
    auto list = host.read(devices + (group == "/" ? "" : group) + "/devices.list");
    if (!list) list = host.read(devices + "/devices.list");
    if (list) {
      std::string words;
      for (const auto line : core::split(*list, '\n'))
        words += (words.empty() ? "" : ", ") + core::printable(line);
      facts["devices"] = words;
    }
  }
  return facts;
}

/// The type of the file system that a path is on, by the longest mount point before it; the last one of
/// several at one place is on top.
std::string file_system_of(const std::string& mounts, std::string_view path) {
  std::string_view type, point;
  for (const auto line : core::split(mounts, '\n')) {
    const auto mount = core::mount_line(line);
    if (!mount || !core::lies_within(path, mount->point) || mount->point.size() < point.size()) continue;
    point = mount->point;
    type = mount->type;
  }
  return core::printable(type);
}

}  // namespace

Json confinement(const Host& host, const std::string& program) {
  Json env = Json::object();
  const auto put = [&](const char* name, const std::string& value) {
    if (!value.empty()) env[name] = core::printable(value);
  };
  if (auto groups = control_groups(host); !groups.empty()) env["cgroup"] = std::move(groups);
  const auto status = host.read("/proc/self/status");
  const auto seccomp = field(status, "Seccomp").value_or("");
  put("seccomp", seccomp == "0" ? "none" : seccomp == "1" ? "strict" : seccomp == "2" ? "filter" : seccomp);
  put("capabilities", field(status, "CapEff").value_or(""));
  const auto mounts = host.read("/proc/self/mountinfo", std::size_t{16} << 20U).value_or("");
  put("root_fs", file_system_of(mounts, "/"));
  put("program_fs", file_system_of(mounts, program));
  env["libraries"] = {{"libc", gnu_get_libc_version()}};
  return env;
}

}  // namespace gpupass::bench
