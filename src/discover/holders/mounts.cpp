// SPDX-License-Identifier: GPL-2.0-or-later
#include "discover/holders/mounts.hpp"

#include <algorithm>
#include <set>

#include "gpupass/core/mountinfo.hpp"
#include "gpupass/core/printable.hpp"
#include "gpupass/core/text.hpp"

namespace gpupass::discover {
namespace {

constexpr const char* k_mounts = "/proc/self/mountinfo";
constexpr std::size_t k_longest_mountinfo = 64U << 20U;

std::vector<std::string> sources_of(std::string_view source, std::string_view options) {
  std::vector<std::string> sources;
  const auto plain = unescape(source);
  for (const auto one : core::split(plain, ':'))
    sources.emplace_back(one);  // bcachefs: "/dev/sda2:/dev/sdb2"
  for (const auto option : core::split(options, ',')) {
    for (const std::string_view further : {"logdev=", "rtdev="}) {  // of xfs
      if (option.starts_with(further)) sources.push_back(unescape(option.substr(further.size())));
    }
  }
  return sources;
}

std::optional<Mount> parse_mount(std::string_view line) {
  const auto read = core::mount_line(line);
  if (!read) return std::nullopt;
  return Mount{std::string(read->device),
               std::string(read->subtree),
               unescape(read->point),
               core::printable(read->type),
               sources_of(read->source, read->settings),
               unescape(read->source),
               unescape(read->settings)};
}

/// The mounts as the first process sees them; those of this process where that may not be read.
std::string path_of_host(const Host& host) {
  constexpr const char* k_first = "/proc/1/mountinfo";
  const auto text = host.read_start(k_first, 1);
  return text && !text->empty() ? k_first : k_mounts;
}

}  // namespace

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

Mounts::Mounts(const Host& host, const Scan& scan, Problems& problems) {
  read(host, path_of_host(host), nullptr, problems);
  std::set<std::string> seen{scan.mount_namespace};
  for (const auto& process : scan.processes) {
    if (process.mount_namespace.empty() || !seen.insert(process.mount_namespace).second) continue;
    read(host, "/proc/" + std::to_string(process.pid) + "/mountinfo", &process, problems);
  }
}

void Mounts::read(const Host& host, const std::string& path, const Process* elsewhere, Problems& problems) {
  auto read = host.read(path, k_longest_mountinfo);
  const bool ended = !read && elsewhere != nullptr && read.error().kind != ErrorKind::denied;
  if (ended) return;  // the process, or its namespace with it
  const auto* const noted = elsewhere == nullptr ? k_mounts : "/proc/*/mountinfo";
  const auto text = text_or_note(problems, noted, std::move(read));
  for (const auto line : core::split(text, '\n')) {
    auto mount = parse_mount(line);
    if (!mount) {
      note(problems, noted, "line " + excerpt(line) + " is not a mount");
      continue;
    }
    mount->elsewhere = elsewhere;
    const auto covers = [&](const Mount& other) {
      return other.device == mount->device && core::lies_within(mount->subtree, other.subtree);
    };
    if (elsewhere == nullptr) of_host_.push_back(*mount);
    if (std::ranges::none_of(once_, covers)) once_.push_back(*std::move(mount));
  }
}

const Mount* Mounts::holding(std::string_view file) const {
  const Mount* best = nullptr;
  for (const auto& mount : of_host_) {  // a later one at the same place hides the earlier
    const bool nearer = best == nullptr || mount.point.size() >= best->point.size();
    if (nearer && core::lies_within(file, mount.point)) best = &mount;
  }
  return best;
}

}  // namespace gpupass::discover
