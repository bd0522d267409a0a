// SPDX-License-Identifier: GPL-2.0-or-later
// A process holds a device for as long as it has one of its nodes open: /proc/PID/fd shows them as
// links. Seeing those of other users takes root.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "core/printable.hpp"
#include "core/text.hpp"
#include "discover/holders/holders.hpp"
#include "sys/folder.hpp"

namespace gpupass::discovery {
namespace {

using Addresses = std::vector<PciAddress>;

/// Nodes whose name is that of a sysfs class device: /dev/snd/pcmC0D0p is /sys/class/sound/pcmC0D0p.
struct ClassRow {
  std::string_view nodes;  // where they lie
  std::string_view class_name;
};
constexpr std::array k_classes = {
    ClassRow{"/dev/dri/", "drm"},
    ClassRow{"/dev/snd/", "sound"},
    ClassRow{"/dev/vfio/devices/", "vfio-dev"},
    ClassRow{"/dev/fb", "graphics"},
};

/// Tells which functions a device node stands for.
class Nodes {
 public:
  Nodes(const Host& host, const Inventory& inventory) : host_(host), inventory_(inventory) {}

  /// Of all nodes that a process has open: which function is held through which node.
  [[nodiscard]] std::map<PciAddress, std::string> held(const std::vector<std::string>& nodes) {
    std::map<PciAddress, std::string> held;
    const auto hold = [&](const Addresses& functions, const std::string& node) {
      for (const auto& function : functions) held.try_emplace(function, node);
    };
    bool has_card = false;
    for (const auto& node : nodes) {
      const auto& functions = functions_of(node);
      has_card = has_card || (is_nvidia(node) && !functions.empty());
      hold(functions, node);
    }
    // /dev/nvidiactl, -uvm and -modeset belong to no card. They are taken as holding every card only
    // of a process that says in no other way which card it uses.
    for (const auto& node : nodes) {
      if (!has_card && is_nvidia(node)) hold(all_nvidia(), node);
    }
    return held;
  }

  /// Whether a node may stand for a PCI function at all: most open files are dismissed here.
  [[nodiscard]] static bool is_candidate(std::string_view target) {
    return is_nvidia(target) || target.starts_with("/dev/vfio/") ||
           std::any_of(k_classes.begin(), k_classes.end(),
                       [&](const ClassRow& row) { return target.starts_with(row.nodes); });
  }

 private:
  static bool is_nvidia(std::string_view node) { return node.starts_with("/dev/nvidia"); }

  const Addresses& functions_of(const std::string& node) {
    const auto [found, is_new] = known_.try_emplace(node);
    if (is_new) found->second = look_up(node);
    return found->second;
  }

  [[nodiscard]] Addresses look_up(const std::string& node) {
    if (is_nvidia(node)) return nvidia_card(std::string_view(node).substr(11));
    for (const auto& row : k_classes) {
      if (node.starts_with(row.nodes)) return class_device(row, node);
    }
    // /dev/vfio/12, a group; /dev/vfio/vfio, the container, is every user's and no device's.
    const auto number = core::parse_number(std::string_view(node).substr(10));
    const auto* const group = number ? inventory_.group(static_cast<int>(*number)) : nullptr;
    return group == nullptr ? Addresses{} : group->members;
  }

  [[nodiscard]] Addresses class_device(const ClassRow& row, const std::string& node) const {
    const auto name = node.substr(node.rfind('/') + 1);
    const auto path = host_.resolve(fmt::format("/sys/class/{}/{}", row.class_name, name));
    const auto function = path ? function_of(*path) : std::nullopt;
    return function ? Addresses{*function} : Addresses{};
  }

  /// The card whose node is /dev/nvidiaMINOR.
  [[nodiscard]] Addresses nvidia_card(std::string_view minor) {
    const auto number = core::parse_number(minor);
    const auto found = number ? nvidia_minors().find(*number) : nvidia_minors().end();
    return found == nvidia_minors().end() ? Addresses{} : Addresses{found->second};
  }

  [[nodiscard]] Addresses all_nvidia() {
    Addresses cards;
    for (const auto& [minor, card] : nvidia_minors()) cards.push_back(card);
    return cards;
  }

  /// /proc/driver/nvidia/gpus/0000:01:00.0/information has a line "Device Minor: 	 0".
  const std::map<std::uint64_t, PciAddress>& nvidia_minors() {
    if (minors_) return *minors_;
    minors_.emplace();
    constexpr const char* k_gpus = "/proc/driver/nvidia/gpus";
    for (const auto& name : host_.list(k_gpus).value_or(std::vector<std::string>{})) {
      const auto card = parse_pci_address(name);
      const auto text = host_.read(fmt::format("{}/{}/information", k_gpus, name)).value_or("");
      for (const auto line : core::split(text, '\n')) {
        if (!card || !line.starts_with("Device Minor:")) continue;
        if (const auto minor = core::parse_number(core::words(line).back())) minors_->emplace(*minor, *card);
      }
    }
    return *minors_;
  }

  const Host& host_;
  const Inventory& inventory_;
  std::map<std::string, Addresses> known_;
  std::optional<std::map<std::uint64_t, PciAddress>> minors_;
};

/// The device nodes that a process has open. Error: its files may not be looked at, or it has ended.
Result<std::vector<std::string>> open_nodes(const sys::Folder& proc, const std::string& pid) {
  GPUPASS_TRY_ASSIGN(const auto files, proc.folder(pid + "/fd"));
  GPUPASS_TRY_ASSIGN(const auto numbers, files.list());
  std::vector<std::string> nodes;
  for (const auto& number : numbers) {
    auto target = files.target(number.c_str());
    if (target && *target && Nodes::is_candidate(**target)) nodes.push_back(std::move(**target));
  }
  std::sort(nodes.begin(), nodes.end());
  return nodes;
}

}  // namespace

bool read_processes(const Host& host, const Inventory& inventory, Holders& holders, Problems& problems) {
  const auto proc = sys::Folder::open(host, "/proc");
  const auto names = proc ? proc->list() : Result<std::vector<std::string>>(Failure(proc.error()));
  if (!names) {
    note(problems, "/proc", names.error());
    return false;
  }
  Nodes nodes(host, inventory);
  std::size_t closed = 0;
  for (const auto& name : *names) {
    const auto pid = core::parse_number(name);
    if (!pid) continue;
    const auto open = open_nodes(*proc, name);
    if (!open && open.error().kind != ErrorKind::not_found) ++closed;  // not found: it has ended
    if (!open || open->empty()) continue;
    const auto process = core::printable(host.attribute("/proc/" + name + "/comm").value_or(""));
    for (const auto& [device, node] : nodes.held(*open)) {
      holders.push_back(
          {device, HolderKind::process, core::printable(node), "", static_cast<pid_t>(*pid), process});
    }
  }
  if (closed > 0) {
    note(problems, "/proc/*/fd", fmt::format("the open files of {} processes may not be seen", closed));
  }
  return closed == 0;
}

}  // namespace gpupass::discovery
