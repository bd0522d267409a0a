// SPDX-License-Identifier: GPL-2.0-or-later
// Cards in the words of engines that know no CDI.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>

#include "gpupass/container/parts.hpp"
#include "gpupass/core/json.hpp"
#include "gpupass/core/names.hpp"
#include "gpupass/core/printable.hpp"

namespace gpupass::container {
namespace {

constexpr std::array k_engines = {core::Name<Engine>{Engine::docker, "docker"},
                                  core::Name<Engine>{Engine::podman, "podman"},
                                  core::Name<Engine>{Engine::compose, "compose"},
                                  core::Name<Engine>{Engine::lxc, "lxc"},
                                  core::Name<Engine>{Engine::libvirt_lxc, "libvirt-lxc"},
                                  core::Name<Engine>{Engine::nspawn, "systemd-nspawn"}};

using Words = std::vector<std::string>;

/// The groups that may open nodes which not everybody may.
std::set<gid_t> groups_of(const Parts& parts) {
  std::set<gid_t> groups;
  for (const auto& node : parts.nodes) {
    if (!node.for_everybody() && node.group != 0) groups.insert(node.group);
  }
  return groups;
}

Words docker_words(const Parts& parts) {
  Words words;
  for (const auto& node : parts.nodes) words.push_back("--device=" + node.path);
  for (const auto group : groups_of(parts)) words.push_back(fmt::format("--group-add={}", group));
  if (parts.locks_memory) words.emplace_back("--ulimit=memlock=-1:-1");
  for (const auto& mount : parts.mounts)
    words.push_back(fmt::format("--volume={}:{}{}", mount.host, mount.container, mount.socket ? "" : ":ro"));
  for (const auto& one : parts.environment) words.push_back("--env=" + one);
  return words;
}

/// A quoted value of YAML, which has the escapes of JSON. Compose takes `$NAME` for a variable, and `$$` for
/// `$`.
std::string compose_value(const std::string& text) {
  std::string value;
  for (const char c : text) value += c == '$' ? std::string("$$") : std::string(1, c);
  return core::Json(value).dump();
}

std::string compose_list(std::string_view key, const Words& words) {
  auto text = words.empty() ? "" : fmt::format("    {}:\n", key);
  for (const auto& word : words) text += fmt::format("      - {}\n", compose_value(word));
  return text;
}

/// A whole file with one service, which others extend: its lists are joined with theirs. The short form of a
/// volume ends at a colon, and makes a folder on the host where its file is gone.
std::string compose_file(const Parts& parts) {
  std::string text =
      "# A service of compose.yaml has it by: extends: {file: THIS FILE, service: card}\n"
      "# An update of the driver gives its files other names: write this file anew then.\n"
      "services:\n"
      "  card:\n";
  Words devices, groups;
  for (const auto& node : parts.nodes) devices.push_back(fmt::format("{0}:{0}", node.path));
  for (const auto group : groups_of(parts)) groups.push_back(std::to_string(group));
  text += compose_list("devices", devices) + compose_list("group_add", groups);
  if (parts.locks_memory) text += "    ulimits:\n      memlock: -1\n";
  if (!parts.mounts.empty()) text += "    volumes:\n";
  for (const auto& mount : parts.mounts)
    text += fmt::format(
        "      - type: bind\n        source: {}\n        target: {}\n{}"
        "        bind:\n          create_host_path: false\n",
        compose_value(mount.host), compose_value(mount.container),
        mount.socket ? "" : "        read_only: true\n");
  return text + compose_list("environment", parts.environment);
}

Words nspawn_words(const Parts& parts) {
  Words words;
  for (const auto& node : parts.nodes) {
    words.push_back("--bind=" + node.path);
    words.push_back("--property=DeviceAllow=" + node.path);
  }
  if (parts.locks_memory) words.emplace_back("--rlimit=MEMLOCK=infinity");
  for (const auto& mount : parts.mounts)
    words.push_back(
        fmt::format("--{}={}:{}", mount.socket ? "bind" : "bind-ro", mount.host, mount.container));
  for (const auto& one : parts.environment) words.push_back("--setenv=" + one);
  return words;
}

/// LXC does not mount through a symbolic link, which /usr/lib64 is in containers that do not use it.
bool is_twin(const Mount& mount) {
  return mount.container.starts_with("/usr/lib64/");
}

/// LXC has no way to say a node by its path: the number is that of now.
std::string lxc_lines(const Parts& parts, bool unified) {
  std::string text = "# These are the current numbers: a driver may get others after a restart.\n";
  for (const auto& node : parts.nodes) {
    text += fmt::format("lxc.{}.devices.allow = c {} rw\n", unified ? "cgroup2" : "cgroup",
                        node.found.empty() ? node.expected : node.found);
    text +=
        fmt::format("lxc.mount.entry = {} {} none bind,create=file 0 0\n", node.path, node.path.substr(1));
  }
  if (parts.locks_memory) text += "lxc.prlimit.memlock = unlimited\n";
  for (const auto& mount : parts.mounts)
    text +=
        fmt::format("lxc.mount.entry = {} {} none {}{}bind,create=file 0 0\n", mount.host,
                    mount.container.substr(1), mount.socket ? "" : "ro,", is_twin(mount) ? "optional," : "");
  for (const auto& one : parts.environment) text += fmt::format("lxc.environment = {}\n", one);
  return text;
}

/// Elements of <devices>. libvirt asks the node for its number when the container starts. No path needs to be
/// escaped: is_one_word() has seen them.
std::string libvirt_elements(const Parts& parts) {
  std::string text;
  for (const auto& node : parts.nodes)
    text += fmt::format(
        "<hostdev mode='capabilities' type='misc'>\n  <source><char>{}</char></source>\n</hostdev>\n",
        node.path);
  for (const auto& mount : parts.mounts)
    text += fmt::format(
        "<filesystem type='mount'>\n  <source dir='{}'/>\n  <target dir='{}'/>\n{}</filesystem>\n",
        mount.host, mount.container, mount.socket ? "" : "  <readonly/>\n");
  return text;
}

bool is_one_word(const std::string& path) {
  constexpr std::string_view k_plain = "/._-+:@%=,~";
  return std::ranges::all_of(path, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           k_plain.find(c) != std::string_view::npos;
  });
}

}  // namespace

std::optional<Engine> engine_named(std::string_view name) {
  return core::value_in(k_engines, name);
}

std::string engine_names() {
  Words names;
  for (const auto& row : k_engines) names.emplace_back(row.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

Result<std::string> flags(const Parts& parts, Engine engine, bool unified) {
  for (const auto& mount : parts.mounts) {
    if (engine == Engine::compose && core::is_printable(mount.host)) continue;
    if (!is_one_word(mount.host) || mount.host.find_first_of(":,") != std::string::npos)
      return fail(ErrorKind::invalid, fmt::format("'{}' cannot be a part of a command line", mount.host),
                  "use a CDI file instead: `gpupass container write`");
  }
  switch (engine) {
    case Engine::docker:
    case Engine::podman:
      return fmt::format("{}\n", fmt::join(docker_words(parts), " "));
    case Engine::nspawn:
      return fmt::format("{}\n", fmt::join(nspawn_words(parts), " "));
    case Engine::compose:
      return compose_file(parts);
    case Engine::libvirt_lxc:
      return libvirt_elements(parts);
    case Engine::lxc:
      break;
  }
  return lxc_lines(parts, unified);
}

}  // namespace gpupass::container
