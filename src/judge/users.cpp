// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/users.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "gpupass/core/text.hpp"
#include "gpupass/judge/facts.hpp"
#include "gpupass/vfio.hpp"

namespace gpupass::judge {
namespace {

/// Programs that come back when they are killed, with what ends them for good. The kernel cuts a
/// process's name to 15 characters.
struct Known {
  std::string_view process;
  const char* remedy;
};
constexpr const char* k_end_session = "`systemctl isolate multi-user.target` ends the graphical session";
constexpr const char* k_end_sound =
    "as the user it runs as: `systemctl --user stop pipewire.socket pipewire wireplumber`";
constexpr std::array k_known_users = {
    Known{"nvidia-persiste", "`systemctl stop nvidia-persistenced`"},
    Known{"nv-hostengine", "`systemctl stop nvidia-dcgm`"},
    Known{"Xorg", k_end_session},
    Known{"Xwayland", k_end_session},
    Known{"gnome-shell", k_end_session},
    Known{"kwin_wayland", k_end_session},
    Known{"sway", k_end_session},
    Known{"pipewire", k_end_sound},
    Known{"wireplumber", k_end_sound},
    Known{"pulseaudio", "as the user it runs as: `systemctl --user stop pulseaudio.socket pulseaudio`"},
};

constexpr std::uint32_t k_nvme = 0x0108;  // class and subclass

enum class Kind { guest, spdk, dpdk };

/// How the names of programs begin that drive a device themselves, by vfio or on a disk.
struct Program {
  std::string_view begins;
  Kind kind;
  const char* lets_go;  // how to make it let go; null: only its end does
};
constexpr const char* k_spdk =
    "`rpc.py bdev_nvme_detach_controller NAME` makes it release the device (`rpc.py "
    "bdev_nvme_get_controllers` lists the names)";
constexpr const char* k_qemu = "shut that guest down from within";
constexpr std::array k_programs = {
    Program{"qemu-system-", Kind::guest, k_qemu},
    Program{"qemu-kvm", Kind::guest, k_qemu},
    Program{"kvm", Kind::guest, k_qemu},
    Program{"cloud-hypervisor", Kind::guest, "`ch-remote --api-socket SOCKET shutdown-vmm` ends that guest"},
    Program{"crosvm", Kind::guest, "`crosvm stop SOCKET` ends that guest"},
    Program{"firecracker", Kind::guest, k_qemu},
    Program{"stratovirt", Kind::guest, k_qemu},
    Program{"lkvm", Kind::guest, "`lkvm stop --all` ends its guests"},
    Program{"spdk_", Kind::spdk, k_spdk},
    Program{"nvmf_tgt", Kind::spdk, k_spdk},
    Program{"iscsi_tgt", Kind::spdk, k_spdk},
    Program{"vhost", Kind::spdk, k_spdk},
    Program{"reactor_", Kind::spdk, k_spdk},  // how SPDK names its threads
    Program{"ovs-vswitchd", Kind::dpdk, "`ovs-vsctl del-port PORT` makes it release the device"},
    Program{"dpdk-", Kind::dpdk, nullptr},
    Program{"testpmd", Kind::dpdk, nullptr},
    Program{"vpp", Kind::dpdk, nullptr},
    Program{"lcore-worker", Kind::dpdk, nullptr},
};

const Program* program_of(const Holder& process) {
  // The kernel's own thread for vhost is no program: only what has a command line may be SPDK's.
  const auto is_it = [&](const Program& program) {
    const auto cut = program.begins.substr(0, 15);
    return process.program.starts_with(program.begins) || process.process.starts_with(cut);
  };
  const auto found = std::ranges::find_if(k_programs, is_it);
  return found == k_programs.end() ? nullptr : &*found;
}

bool is_guest(const Holder& process) {
  const auto* const program = program_of(process);
  return process.manager == "libvirt" || process.manager == "proxmox" ||
         (program != nullptr && program->kind == Kind::guest);
}

template <class Value>
void add_once(std::vector<Value>& values, const Value& value) {
  if (std::ranges::find(values, value) == values.end()) values.push_back(value);
}

std::string name_child(const std::string& child) {
  return (parse_pci_address(child) ? "virtual function " : "mediated device ") + child;
}

/// "0000:00:02.0", "the mediated device 5bfc… of 0000:00:02.0", "a disk of 0000:05:00.0", "a disk over iSCSI
/// from 10.0.0.5 through 0000:03:00.0".
std::string what_it_has(const User& user) {
  const auto devices = names(user.devices);
  if (!user.children.empty()) {
    std::vector<std::string> children(user.children.size());
    std::ranges::transform(user.children, children.begin(), name_child);
    return fmt::format("the {} of {}", core::enumerate(children), devices);
  }
  if (!user.remote.empty()) return fmt::format("a disk over {} through {}", user.remote, devices);
  return user.by_disk ? "a disk of " + devices : devices;
}

std::string remedy_for_guest(const User& user) {
  const auto& who = user.who;
  if (who.manager != "libvirt") {
    const auto end = command_that_ends(who);
    const auto* const program = program_of(who);
    if (who.manager == "proxmox") return "shut that guest down: " + end;
    return program != nullptr ? fmt::format("{}, or end it: {}", program->lets_go, end) : "end it: " + end;
  }
  const bool can_detach =
      user.by_vfio && (user.children.empty() || parse_pci_address(user.children.front()).has_value());
  const auto part = user.children.empty() ? to_string(user.devices.front()) : user.children.front();
  if (!can_detach) return fmt::format("shut that guest down: `virsh shutdown {}`", who.managed);
  return fmt::format(
      "take it out of that guest: `gpupass detach {0} {1}`; or shut it down: `virsh shutdown {0}`",
      who.managed, part);
}

}  // namespace

std::vector<User> users_of(const Inventory& inventory, const std::vector<PciAddress>& functions) {
  std::vector<User> users;
  for (const auto& holder : inventory.holders) {
    if (holder.kind != HolderKind::process || std::ranges::find(functions, holder.device) == functions.end())
      continue;
    const auto known =
        std::ranges::find_if(users, [&](const User& user) { return user.who.pid == holder.pid; });
    auto& user = known != users.end() ? *known : users.emplace_back(User{holder, {}, {}, {}});
    add_once(user.devices, holder.device);
    add_once(user.nodes, holder.use.empty() ? holder.node : fmt::format("{} ({})", holder.node, holder.use));
    if (!holder.child.empty()) add_once(user.children, holder.child);
    user.by_vfio = user.by_vfio || is_vfio_node(holder.node);
    user.by_disk = user.by_disk || holder.depth > 0;
    const auto* const device = inventory.find(holder.device);
    user.only_nvme = user.only_nvme && device != nullptr && device->class_code >> 8U == k_nvme;
    if (!holder.remote.empty()) user.remote = holder.remote;
  }
  // A virtual function that goes along is no stranger to its parent.
  for (auto& user : users) {
    std::erase_if(user.children, [&](const std::string& child) {
      const auto address = parse_pci_address(child);
      return address && std::ranges::find(user.devices, *address) != user.devices.end();
    });
  }
  return users;
}

std::string what_is(const User& user) {
  if (is_guest(user.who)) {
    const bool named = user.who.manager == "libvirt" || user.who.manager == "proxmox";
    return named ? "the running guest " + user.who.managed : "a running guest";
  }
  const auto* const program = user.by_vfio ? program_of(user.who) : nullptr;
  if (program == nullptr && !user.by_vfio && is_container_engine(user.who.manager))
    return fmt::format("the {} container {}", user.who.manager, user.who.managed);
  if (program == nullptr) return user.by_vfio ? "a driver outside the kernel" : "";
  return program->kind == Kind::spdk ? "SPDK" : "DPDK";
}

std::string describe(const User& user) {
  const auto who = fmt::format("{} (pid {})", user.who.process, user.who.pid);
  const auto nodes = core::enumerate(user.nodes);
  const auto kind = what_is(user);
  if (!kind.empty()) return fmt::format("{} has {}: {} has {} open", kind, what_it_has(user), who, nodes);
  return fmt::format("{} has {} open: {}", who, what_it_has(user), nodes);
}

std::string remedy_for(const User& user) {
  if (is_guest(user.who)) return remedy_for_guest(user);
  const auto known = std::ranges::find(k_known_users, user.who.process, &Known::process);
  if (known != k_known_users.end()) return known->remedy;
  const auto* const program = user.by_vfio ? program_of(user.who) : nullptr;
  const auto end = "end it: " + command_that_ends(user.who);
  if (program == nullptr || program->lets_go == nullptr) return end;
  // What SPDK has besides (DMA engines, virtio) it gives up only at its end.
  if (program->kind == Kind::spdk && !user.only_nvme) return end;
  return fmt::format("{}, or {}", program->lets_go, end);
}

std::string command_that_ends(const Holder& process) {
  const auto& [manager, managed] = std::tie(process.manager, process.managed);
  if (manager == "libvirt") return fmt::format("`virsh shutdown {}`", managed);
  if (manager == "proxmox") return fmt::format("`qm shutdown {}`", managed);
  if (manager == "systemd") return fmt::format("`systemctl stop {}`", managed);
  if (manager == "systemd-user") return fmt::format("`systemctl --user stop {}` as its user", managed);
  if (manager == "docker" || manager == "podman") return fmt::format("`{} stop {}`", manager, managed);
  if (manager == "systemd-nspawn") return fmt::format("`machinectl poweroff {}`", managed);
  if (manager == "kubernetes") return fmt::format("`crictl stop {}` (its pod may start it again)", managed);
  if (manager == "lxc") {
    const bool numbered = core::parse_number(managed).has_value();  // as Proxmox VE names its containers
    return fmt::format("`{} {}`", numbered ? "pct shutdown" : "lxc-stop -n", managed);
  }
  return fmt::format("`kill {}`", process.pid);
}

}  // namespace gpupass::judge
