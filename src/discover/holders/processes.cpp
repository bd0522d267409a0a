// SPDX-License-Identifier: GPL-2.0-or-later
// A process holds a device for as long as it has one of its nodes open: /proc/PID/fd shows them as
// links.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "discover/holders/holders.hpp"
#include "gpupass/core/printable.hpp"
#include "gpupass/core/sysfs.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/vfio.hpp"

namespace gpupass::discover {
namespace {

/// What a process has of a function by one node.
struct Hold {
  PciAddress function;
  std::string child = {};  // a mediated device
  std::string use = {};    // a storage layer's name, where its node is the kernel's: /dev/dm-5
  int depth = 0;           // of a disk, as in Holder
  std::string remote = {};
};
using Holds = std::vector<Hold>;

/// Nodes whose name is that of a sysfs class device: /dev/snd/pcmC0D0p is /sys/class/sound/pcmC0D0p.
struct ClassRow {
  std::string_view nodes;  // how their paths begin
  std::string_view class_name;
};
constexpr std::array k_classes = {
    ClassRow{"/dev/dri/", "drm"},
    ClassRow{"/dev/accel/", "accel"},
    ClassRow{"/dev/snd/", "sound"},
    ClassRow{"/dev/vfio/devices/", "vfio-dev"},
    ClassRow{"/dev/fb", "graphics"},
    ClassRow{"/dev/uio", "uio"},
    ClassRow{"/dev/infiniband/uverbs", "infiniband_verbs"},
    ClassRow{"/dev/infiniband/umad", "infiniband_mad"},
    ClassRow{"/dev/nvme", "nvme"},
    ClassRow{"/dev/ng", "nvme-generic"},
    ClassRow{"/dev/sg", "scsi_generic"},
    ClassRow{"/dev/bsg/", "bsg"},
    ClassRow{"/dev/st", "scsi_tape"},
    ClassRow{"/dev/nst", "scsi_tape"},
    ClassRow{"/dev/video", "video4linux"},
};

/// Classes whose nodes a driver does not wait for, but that many programs have open: keyboards, watchdogs.
constexpr std::array<std::string_view, 6> k_let_go = {"input", "hidraw", "watchdog", "rtc", "tty", "net"};

/// A digital television card's node /dev/dvb/adapter0/frontend0 is dvb0.frontend0 in sysfs; of the others the
/// last part is.
std::string class_device_of(std::string_view node) {
  constexpr std::string_view k_dvb = "/dev/dvb/adapter";
  auto name = std::string(node.substr(node.rfind('/') + 1));
  if (!node.starts_with(k_dvb)) return name;
  const auto adapter = node.substr(k_dvb.size());
  return fmt::format("dvb{}.{}", adapter.substr(0, adapter.find('/')), name);
}

std::string without_mark(const std::string& node) {
  constexpr std::string_view k_deleted = " (deleted)";
  return node.ends_with(k_deleted) ? node.substr(0, node.size() - k_deleted.size()) : node;
}

/// Says which functions a device node belongs to.
class Nodes {
 public:
  Nodes(const Host& host, const Inventory& inventory, const Paths& paths, const Blocks& blocks)
      : host_(host), inventory_(inventory), paths_(paths), blocks_(blocks) {}

  struct Held {
    std::string node;
    Hold hold;
  };
  /// Of all nodes that a process has open: what is held through which node. Every disk is told, of other
  /// nodes the first.
  [[nodiscard]] std::vector<Held> held(const std::vector<OpenNode>& nodes) {
    std::vector<Held> held;
    const auto hold = [&](const Holds& holds, const std::string& node) {
      for (const auto& one : holds) {
        const auto same = [&](const Held& other) {
          return other.hold.function == one.function && other.hold.child == one.child &&
                 other.hold.depth == 0;
        };
        if (one.depth > 0 || std::ranges::none_of(held, same)) held.push_back({node, one});
      }
    };
    bool has_card = false;
    for (const auto& node : nodes) {
      const auto& holds = holds_of(node);
      has_card = has_card || (is_nvidia(node.path) && !is_switch(node.path) && !holds.empty());
      hold(holds, node.path);
    }
    // /dev/nvidiactl, -uvm, -modeset and -caps belong to no card. They are taken as holding every card
    // only of a process that says in no other way which card it uses.
    for (const auto& node : nodes) {
      if (!has_card && is_nvidia(node.path) && !is_switch(node.path)) hold(all_nvidia(), node.path);
    }
    return held;
  }

 private:
  static bool is_nvidia(std::string_view node) { return node.starts_with("/dev/nvidia"); }
  static bool is_switch(std::string_view node) { return node.starts_with("/dev/nvidia-nvswitch"); }

  const Holds& holds_of(const OpenNode& node) {
    const auto [found, is_new] = known_.try_emplace(node);
    if (is_new) found->second = look_up(node);
    return found->second;
  }

  [[nodiscard]] Holds look_up(const OpenNode& open) {
    const auto node = without_mark(open.path);
    if (is_switch(node)) return all_switches();
    if (is_nvidia(node)) return nvidia_card(std::string_view(open.path).substr(11));
    const auto block = open.block_number.empty() ? blocks_.named(node) : blocks_.numbered(open.block_number);
    if (block) return disk(*block);
    for (const auto& row : k_classes) {
      if (node.starts_with(row.nodes)) return class_device(row, node);
    }
    if (node.starts_with("/dev/bus/usb/")) return usb_device(node);
    return is_vfio_node(node) ? group(node.substr(k_vfio_nodes.size())) : of_any_class(node);
  }

  /// A node of a driver that is not listed: /dev/apex_0 is /sys/class/apex/apex_0.
  [[nodiscard]] Holds of_any_class(const std::string& node) {
    if (!classes_) {
      classes_ = host_.list(sysfs::k_classes).value_or(std::vector<std::string>{});
      std::erase_if(*classes_, [](const std::string& name) {
        return std::ranges::find(k_let_go, name) != k_let_go.end();
      });
    }
    const auto name = class_device_of(node);
    for (const auto& one : *classes_) {
      const auto path = host_.resolve(sysfs::of_class(one, name));
      if (auto holds = path ? behind(*path) : Holds{}; !holds.empty()) return holds;
    }
    return {};
  }

  [[nodiscard]] Holds disk(const std::string& name) const {
    const auto& label = blocks_.all().at(name).label;
    Holds holds;
    for (const auto& place : blocks_.below(name))
      holds.push_back({place.function, "", label, place.depth + 1, place.remote});
    return holds;
  }

  [[nodiscard]] Holds disk_named(const std::string& name) const {
    return blocks_.all().contains(name) ? disk(name) : Holds{};
  }

  [[nodiscard]] Holds behind(const std::string& path) const {
    Holds holds;
    for (const auto& function : paths_.functions_of(path)) holds.push_back({function});
    // A mediated device is its nearest function's; what lies above knows nothing of it.
    if (!holds.empty()) holds.back().child = mediated_device_of(path);
    return holds;
  }

  [[nodiscard]] Holds class_device(const ClassRow& row, const std::string& node) const {
    const auto name = node.substr(node.rfind('/') + 1);
    const auto path = host_.resolve(sysfs::of_class(row.class_name, name));
    if (!path) return {};
    auto holds = behind(*path);
    // The generic node of an NVMe disk with several controllers lies where the disk does: ng0n1, nvme0n1.
    if (holds.empty() && row.class_name == "nvme-generic") return disk_named("nvme" + name.substr(2));
    return holds;
  }

  /// /dev/bus/usb/001/004 is the device of bus 1 that has the number 4.
  [[nodiscard]] Holds usb_device(const std::string& node) {
    const auto numbers = core::split(std::string_view(node).substr(13), '/');
    const auto all = sysfs::on_bus("usb");
    if (numbers.size() != 2) return {};
    for (const auto& name : host_.list(all).value_or(std::vector<std::string>{})) {
      const auto number = [&](const char* attribute) {
        return core::parse_number(
            host_.attribute(fmt::format("{}/{}/{}", all, name, attribute)).value_or(""));
      };
      if (!number("busnum") || number("busnum") != core::parse_number(numbers[0]) ||
          number("devnum") != core::parse_number(numbers[1]))
        continue;
      const auto path = host_.resolve(all + "/" + name);
      return path ? behind(*path) : Holds{};
    }
    return {};
  }

  /// /dev/vfio/12, a group: of PCI functions, or one that the kernel made for a mediated device.
  /// /dev/vfio/vfio, the container, is every user's and no device's.
  [[nodiscard]] Holds group(const std::string& name) const {
    const auto number = core::parse_number(name);
    if (!number) return {};
    Holds holds;
    if (const auto* const group = inventory_.group(static_cast<int>(*number))) {
      for (const auto& member : group->members) holds.push_back({member});
      return holds;
    }
    const auto members = sysfs::iommu_group(static_cast<long>(*number), "devices");
    for (const auto& member : host_.list(members).value_or(std::vector<std::string>{})) {
      const auto path = host_.resolve(members + "/" + member);
      for (const auto& hold : path ? behind(*path) : Holds{}) holds.push_back(hold);
    }
    return holds;
  }

  /// The card whose node is /dev/nvidiaMINOR.
  [[nodiscard]] Holds nvidia_card(std::string_view minor) {
    const auto number = core::parse_number(minor);
    const auto found = number ? nvidia_minors().find(*number) : nvidia_minors().end();
    return found == nvidia_minors().end() ? Holds{} : Holds{{found->second}};
  }

  [[nodiscard]] Holds all_nvidia() {
    Holds cards;
    for (const auto& [minor, card] : nvidia_minors()) cards.push_back({card});
    return cards;
  }

  /// Which switch is /dev/nvidia-nvswitch0 the driver does not tell: it numbers them as it finds them.
  [[nodiscard]] Holds all_switches() const {
    Holds switches;
    for (const auto& device : inventory_.devices) {
      if (device.driver == "nvidia-nvswitch") switches.push_back({device.address});
    }
    return switches;
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
  const Paths& paths_;
  const Blocks& blocks_;
  std::map<OpenNode, Holds> known_;
  std::optional<std::map<std::uint64_t, PciAddress>> minors_;
  std::optional<std::vector<std::string>> classes_;
};

}  // namespace

void read_processes(const Host& host, const Inventory& inventory, const Paths& paths, const Blocks& blocks,
                    const Scan& scan, Holders& holders) {
  Nodes nodes(host, inventory, paths, blocks);
  for (const auto& process : scan.processes) {
    const auto held = nodes.held(process.nodes);
    if (held.empty()) continue;
    Holder who;
    who.kind = HolderKind::process;
    identify(host, process.pid, who);
    for (const auto& [node, hold] : held) {
      auto holder = who;
      holder.device = hold.function;
      holder.node = core::printable(node);
      holder.use = hold.use == node ? "" : hold.use;
      holder.depth = hold.depth;
      holder.child = hold.child;
      holder.remote = hold.remote;
      holders.push_back(std::move(holder));
    }
  }
}

std::vector<RunningContainer> read_containers(const Host& host, const Scan& scan) {
  std::vector<RunningContainer> containers;
  for (const auto& process : scan.processes) {
    if (process.mount_namespace.empty() || process.mount_namespace == scan.mount_namespace) continue;
    Holder who;
    identify(host, process.pid, who);
    const auto same = [&](const RunningContainer& one) {
      return one.manager == who.manager && one.managed == who.managed;
    };
    if (is_container_engine(who.manager) && std::ranges::none_of(containers, same))
      containers.push_back({process.pid, who.manager, who.managed});
  }
  return containers;
}

}  // namespace gpupass::discover
