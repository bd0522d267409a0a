// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/container/lxc_look.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gpupass/core/printable.hpp"
#include "gpupass/core/sysfs.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/sys/device_node.hpp"

namespace gpupass::container {
namespace {

/// Numbers "c 195:0" that devices.allow has and no node that is mounted has any more.
class Numbers {
 public:
  void add(const LxcSetting& setting) {
    const auto words = core::words(setting.value);
    const bool allows = setting.key.ends_with(".devices.allow");
    if (allows && words.size() > 1 && words[0] == "c") allowed_.emplace_back(words[1]);
    if (allows && !words.empty() && words[0] == "a") all_ = true;
    if (setting.key == "lxc.mount.entry" && !words.empty() && words[0].starts_with("/dev/"))
      mounted_.emplace_back(words[0]);
  }

  /// Which parts of it do not match the machine.
  [[nodiscard]] std::vector<std::string> stale(const Host& host) const {
    std::vector<std::string> stale;
    for (const auto& path : mounted_) {
      if (!is_of_cards(path)) continue;
      const auto node = sys::device_node(host, path);
      if (!node) {
        stale.push_back(fmt::format("{} does not exist", path));
      } else if (!all_ && !allowed_.empty() &&
                 std::ranges::none_of(allowed_, [&](const auto& one) { return covers(one, node->number); })) {
        stale.push_back(fmt::format("{} has the number {} now, which no line allows", path, node->number));
      }
    }
    return stale;
  }

 private:
  static bool is_of_cards(std::string_view path) {
    return path.starts_with("/dev/nvidia") || path.starts_with("/dev/dri/") || path.starts_with("/dev/kfd") ||
           path.starts_with("/dev/accel/") || path.starts_with("/dev/vfio/");
  }
  /// "195:*" covers "195:0".
  static bool covers(const std::string& rule, const std::string& number) {
    const auto colon = rule.find(':'), of_number = number.find(':');
    const auto same = [](std::string_view one, std::string_view other) { return one == "*" || one == other; };
    return same(rule.substr(0, colon), number.substr(0, of_number)) &&
           same(rule.substr(std::min(colon, rule.size() - 1) + 1), number.substr(of_number + 1));
  }

  std::vector<std::string> allowed_, mounted_;
  bool all_ = false;
};

LxcContainer container_of(const Host& host, const std::string& folder, const std::string& name,
                          const std::string& config) {
  LxcContainer one{core::printable(name), core::printable(folder + "/" + name + "/config")};
  one.running = lxc_runs(host, folder, name);
  const auto cards = cards_in_lxc(config);
  if (cards) one.cards = *cards;
  if (!cards) one.damage = cards.error().what;
  Numbers numbers;
  for (const auto& setting : lxc_settings(config)) numbers.add(setting);
  // A captured machine has the files that gpupass reads, and no nodes.
  if (!host.captured() || host.exists("/dev/null")) one.stale = numbers.stale(host);
  return one;
}

}  // namespace

std::string lxc_folder(const Host& host) {
  const auto text = host.read("/etc/lxc/lxc.conf").value_or("");
  for (const auto& setting : lxc_settings(text)) {
    if (setting.key == "lxc.lxcpath" && setting.value.starts_with('/')) return std::string(setting.value);
  }
  return "/var/lib/lxc";
}

bool lxc_runs(const Host& host, const std::string& folder, const std::string& name) {
  const auto sockets = host.read("/proc/net/unix", std::size_t{16} << 20U).value_or("");
  const auto socket = fmt::format("@{}/{}/command", folder, name);
  for (const auto line : core::split(sockets, '\n')) {
    if (line.ends_with(socket) && line.size() > socket.size() && line[line.size() - socket.size() - 1] == ' ')
      return true;
  }
  // A name that is too long for a socket's is known by its control group.
  for (const auto* const hierarchy : {"", "/devices", "/systemd"}) {  // of version 2; two of version 1
    if (host.exists(fmt::format("{}{}/lxc.payload.{}", sysfs::k_cgroups, hierarchy, name))) return true;
  }
  return false;
}

std::vector<LxcContainer> read_lxc(const Host& host) {
  constexpr std::size_t k_largest = std::size_t{1} << 20U;
  std::vector<LxcContainer> all;
  const auto folder = lxc_folder(host);
  for (const auto& name : host.list(folder).value_or(std::vector<std::string>{})) {
    const auto config = host.read(fmt::format("{}/{}/config", folder, name), k_largest);
    if (config) all.push_back(container_of(host, folder, name, *config));
  }
  return all;
}

}  // namespace gpupass::container
