// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/container/look.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "container/cards.hpp"
#include "container/given.hpp"
#include "container/names.hpp"
#include "container/nvidia.hpp"
#include "gpupass/container/reader.hpp"
#include "gpupass/core/json.hpp"
#include "gpupass/core/printable.hpp"
#include "gpupass/core/sysfs.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/sys/device_node.hpp"

namespace gpupass::container {
namespace {

/// What a file names that is not there any more, each once.
class Stale {
 public:
  Stale(const Host& host, const std::optional<NvidiaDriver>& driver) : host_(host), driver_(driver) {}

  [[nodiscard]] std::vector<std::string> in(const CdiFile& file) {
    std::vector<std::string> stale;
    const auto look = [&](const std::vector<CdiPath>& paths) {
      for (const auto& one : paths) {
        auto what = trouble(one);
        if (!what.empty() && std::ranges::find(stale, what) == stale.end()) stale.push_back(std::move(what));
      }
    };
    look(file.common);
    for (const auto& device : file.devices) look(device.paths);
    return stale;
  }

 private:
  [[nodiscard]] std::string trouble(const CdiPath& one) {
    // A captured machine has the files that gpupass reads, and not what a container would get.
    if (host_.captured() && !host_.exists("/dev/null")) return "";
    if (!exists(one.path)) return fmt::format("{} does not exist{}", one.path, why(one.path));
    if (one.number.empty()) return "";
    const auto node = sys::device_node(host_, one.path);
    if (!node || node->number == one.number) return "";
    return fmt::format("{} has the number {} in it, but is {} now", one.path, one.number, node->number);
  }

  /// For a library of the driver, which has another version now.
  [[nodiscard]] std::string why(const std::string& path) const {
    const auto at = path.find(".so.");
    if (!driver_ || at == std::string::npos || path.substr(at).find('.', 4) == std::string::npos ||
        path.ends_with(driver_->version))
      return "";
    return fmt::format("; the driver has version {} now", driver_->version);
  }

  [[nodiscard]] bool exists(const std::string& path) {
    const auto [found, is_new] = known_.try_emplace(path, false);
    if (is_new) found->second = path.starts_with('/') && host_.exists(path);
    return found->second;
  }

  const Host& host_;
  const std::optional<NvidiaDriver>& driver_;
  std::map<std::string, bool> known_;
};

std::vector<CdiFile> read_files(const Host& host, const std::optional<NvidiaDriver>& driver) {
  constexpr std::size_t k_largest = std::size_t{4} << 20U;
  std::vector<CdiFile> files;
  Stale stale(host, driver);
  for (const std::string folder : {k_static_folder, k_volatile_folder}) {
    for (const auto& name : host.list(folder).value_or(std::vector<std::string>{})) {
      if (!name.ends_with(".json") && !name.ends_with(".yaml")) continue;  // engines read no others
      const auto path = folder + "/" + name;
      const auto text = host.read(path, k_largest);
      auto file = text ? read_cdi(path, *text) : CdiFile{path};
      if (!text) file.unread = text.error().what;
      file.unread = core::printable(file.unread);
      if (host.link_name(path)) file.leads_to = host.resolve(path).value_or("a file that does not exist");
      file.stale = stale.in(file);
      file.path = core::printable(path);
      files.push_back(std::move(file));
    }
  }
  return files;
}

/// Of root here, where that is not root of the machine: "0 100000 65536".
std::string mapped_users(const Host& host) {
  const auto text = host.read("/proc/self/uid_map").value_or("");
  const auto words = core::words(text);
  const bool none = words.size() < 3 || (words[0] == "0" && words[1] == "0");
  return none ? "" : core::printable(fmt::format("{} {} {}", words[0], words[1], words[2]));
}

Engines read_engines(const Host& host) {
  const auto toolkit = host.read(k_toolkit_config);
  const auto value_of = [&](const char* key) {
    const auto values = toml_values(toolkit.value_or(""), key);
    return values && values->size() == 1 ? core::printable(values->front()) : "";
  };
  return {host.exists("/snap/bin/docker"),
          host.attribute(sysfs::k_selinux_enforces) == "1",
          value_of("mode"),
          toolkit.has_value(),
          value_of("no-cgroups") == "true",
          mapped_users(host)};
}

}  // namespace

Machine look_at(const Host& host, const Inventory& inventory) {
  const NodeReader nodes(host);
  Machine machine;
  machine.cards = read_cards(host, inventory, nodes);
  machine.nvidia = read_nvidia(host, nodes, inventory.kernel.architecture);
  machine.kfd = {nodes.of_sysfs("/dev/kfd", sysfs::of_class("kfd", "kfd"))};
  machine.vfio = {nodes.of_sysfs("/dev/vfio/vfio", sysfs::of_class("misc", "vfio"))};
  machine.files = read_files(host, machine.nvidia);
  machine.containers = read_names(host, inventory);
  machine.given = read_given(host, inventory, machine.cards);
  machine.ranks = read_ranks(host, inventory, machine);
  machine.engines = read_engines(host);
  return machine;
}

}  // namespace gpupass::container
