// SPDX-License-Identifier: GPL-2.0-or-later
// What a machine looks like, read once. Everything after discovery works on this value alone.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gpupass/container/machine.hpp"
#include "gpupass/kvm.hpp"
#include "gpupass/pci_address.hpp"

namespace gpupass {

enum class HeaderType { endpoint, bridge, cardbus, unreadable };

struct Bar {
  int index = 0;            // 0…5; 6 is the expansion ROM
  std::uint64_t start = 0;  // bus address as the kernel assigned it; 0: unassigned
  std::uint64_t size = 0;   // bytes
  bool io = false;          // an I/O port range, not memory
  bool is_64bit = false;
  bool prefetchable = false;
  bool operator==(const Bar&) const = default;
};

/// A PCIe link. Unknown where the function is no PCIe device.
struct Link {
  std::string speed;  // as the kernel says it: "16.0 GT/s PCIe"
  int width = 0;      // lanes
  bool operator==(const Link&) const = default;
};

struct Sriov {
  std::optional<PciAddress> physical_function;  // set on a virtual function
  int total = 0;                                // VFs the physical function could have
  int enabled = 0;
  std::vector<PciAddress> virtual_functions;  // those enabled now
  bool operator==(const Sriov&) const = default;
};

/// One PCI function.
/// PCI's number for NVIDIA, as in Device::vendor.
inline constexpr std::uint16_t k_nvidia = 0x10de;

struct Device {
  PciAddress address;
  std::uint32_t class_code = 0;  // 24 bits: class, subclass, programming interface
  std::uint8_t revision = 0;
  std::uint16_t vendor = 0, device = 0, subsystem_vendor = 0, subsystem_device = 0;
  std::string class_name, vendor_name, device_name, subsystem_name;  // from pci.ids; empty if it has none
  std::optional<std::string> driver;                                 // bound now
  std::vector<std::string> modules;  // kernel modules that say they can drive it
  // Nothing: not set, or could not be read (then a Problem says so)
  std::optional<std::string> driver_override;
  std::optional<int> iommu_group;
  std::vector<PciAddress> bridges;  // towards the root: nearest first, the root port last
  // The function that its root bus lies below (Intel VMD): where that one goes, this one is gone.
  std::optional<PciAddress> controller = std::nullopt;
  HeaderType header_type = HeaderType::endpoint;
  bool is_pcie = false;  // has a PCI Express capability
  std::vector<Bar> bars;
  std::vector<std::string> reset_methods;  // in the kernel's order of preference: "flr", "bus"
  int numa_node = -1;                      // -1: the machine does not say
  std::optional<Link> link_now, link_most;
  std::optional<bool> boot_vga;  // nothing: not a display controller
  std::optional<Sriov> sriov;
  std::string power_state;  // "D0", "D3cold", "unknown"; empty if the kernel has no such file
  std::map<std::string, std::string> serials;  // as of Identity (gpupass/identity.hpp)

  bool operator==(const Device&) const = default;

  /// A display controller of any kind (class 03).
  [[nodiscard]] bool is_gpu() const { return class_code >> 16U == 0x03; }
  /// Joins two buses (header type 1 or 2): it stays on its own driver, whichever group it is in.
  [[nodiscard]] bool connects_buses() const {
    return header_type == HeaderType::bridge || header_type == HeaderType::cardbus;
  }
  /// Of class 06 and no bridge by its header: the processor's or the chipset's own host bridge, ISA bridge
  /// and the like. An NVSwitch or a non-transparent bridge on a card is of class 06, too, and is none of
  /// these.
  [[nodiscard]] bool is_board_part() const;
};

/// A range of bus addresses that the IOMMU may not translate as it likes.
struct ReservedRegion {
  std::uint64_t start = 0, end = 0;  // end is the last byte
  std::string type;                  // "direct", "direct-relaxable", "reserved", "msi"
  bool operator==(const ReservedRegion&) const = default;
};

struct IommuGroup {
  int number = 0;
  std::string type;                 // of the default domain: "DMA", "DMA-FQ", "identity"
  std::vector<PciAddress> members;  // sorted
  std::optional<std::vector<ReservedRegion>> reserved_regions = std::nullopt;  // nothing: not known
  bool operator==(const IommuGroup&) const = default;

  /// Firmware demands that these addresses reach the same memory untranslated, which rules vfio out.
  [[nodiscard]] std::vector<ReservedRegion> direct_regions() const;
};

enum class IommuKind { none, intel_vtd, amd_vi, arm_smmu, other };
/// Why there is no IOMMU in use.
enum class IommuOff {
  not_off,
  kernel_option_missing,  // the firmware has the table, the kernel was told or built not to use it
  kernel_option_off,      // the command line turns it off: intel_iommu=off, amd_iommu=off, iommu=off
  no_firmware_table,      // no DMAR or IVRS: off in the firmware, or not there
  no_cpu_support,         // neither vmx nor svm, nor a table: no virtualisation at all
  no_unit,                // arm64: neither a unit nor a group; the firmware's tables do not tell why
  xen_dom0,               // Xen has the IOMMU; Linux sees no groups though passthrough works
  could_not_tell,
};
enum class Ternary { no, yes, unknown };

struct Iommu {
  IommuKind kind = IommuKind::none;
  bool enabled = false;
  IommuOff off = IommuOff::could_not_tell;
  Ternary interrupt_remapping = Ternary::unknown;
  std::string table;               // the ACPI table found: "DMAR", "IVRS", "IORT"; empty: none
  std::string evidence;            // the path and what it said of interrupt_remapping
  bool unsafe_interrupts = false;  // vfio_iommu_type1 was told to do without interrupt remapping
  std::string unsafe_by = {};      // the file that says so
  bool operator==(const Iommu&) const = default;
};

struct Module {
  std::string name;
  bool loaded = false;     // loaded or built in
  bool available = false;  // loaded, built in, or there to be loaded
  bool operator==(const Module&) const = default;
};

struct Kernel {
  std::string release;
  std::string command_line;
  std::string boot_id;          // a new one for every boot
  std::vector<Module> modules;  // vfio and kvm with their parts, and iommufd
  std::string architecture;     // as `uname -m` says it: "x86_64", "aarch64"; empty: not known
  std::string told_by;          // the file from which the architecture was read
  bool operator==(const Kernel&) const = default;

  [[nodiscard]] bool is_x86() const { return architecture == "x86_64" || architecture == "i686"; }
  [[nodiscard]] bool is_arm64() const { return architecture == "aarch64"; }

  /// The module of that name (with underscores); nothing if it was not looked for.
  [[nodiscard]] const Module* module(std::string_view name) const;
};

struct Kvm {
  std::string cpu_flag;           // x86 only: "vmx", "svm", or empty
  std::optional<KvmProbe> probe;  // nothing on a captured host
  bool operator==(const Kvm&) const = default;
};

enum class HolderKind {
  process,      // has a device node open
  mount,        // a file system on its disk is mounted
  swap,         // its disk holds swap in use
  layer,        // another storage layer has its disk: LVM, encryption, RAID, bcache, a loop device, ZFS
  target,       // its disk is exported to other machines or guests by the kernel: LIO, NVMe
  route,        // a route of the host goes through its network interface
  network,      // its network interface carries what no route of the host shows: guests, a container
  console,      // the kernel's console is on it
  framebuffer,  // a framebuffer that shows no console
};

/// Something on the host that uses a device.
struct Holder {
  PciAddress device;
  HolderKind kind = HolderKind::process;
  std::string node;  // "/dev/dri/card0", "/dev/nvme0n1p2", "eth0", "fb0"
  // mount: the mount point; swap: the device or file; layer: the device or pool on top; target: its name;
  // route: "default" or the network; network: what it carries; console: the console's name
  std::string use;
  pid_t pid = 0;        // process; mount, network: a process of another namespace that has it
  std::string process;  // that process's name
  // layer: "lvm", "crypt", "mpath", "dm", "md", "bcache", "loop", "drbd", "zfs"; target: "lio", "nvmet";
  // route, network: the kind of `upper`: "bond", "bridge", "vlan", "macvtap", "ovs"
  std::string layer = {};
  int depth = 0;           // of what uses a disk: how many layers above the disk it is, 1 on the disk; else 0
  std::string child = {};  // a virtual function or mediated device of the device that is what is used
  std::string program = {};  // process: the file name of its program, which the kernel does not cut
  std::string manager = {};  // what started the process: "libvirt", "proxmox", "systemd", "docker", …
  std::string managed = {};  // what that calls it: the domain, the service, the container
  std::string upper = {};    // route, network: the interface directly above the card's; empty: none
  std::string remote = {};   // of storage that comes over the network: "iSCSI from 10.0.0.5"
  bool operator==(const Holder&) const = default;
};

/// Whether that is what a container was started by, of a holder's manager.
[[nodiscard]] bool is_container_engine(std::string_view manager);

/// A container that runs, by one process of its mount namespace.
struct RunningContainer {
  pid_t pid = 0;
  std::string manager, managed;  // as in Holder
  bool operator==(const RunningContainer&) const = default;
};

/// A libvirt domain that has a device, or a libvirt network that hands it out.
struct DomainUse {
  PciAddress device;
  std::string domain;     // empty: no domain has an interface in the network
  bool running = false;   // the guest has it now; else its configuration alone
  std::string through;    // the element of its XML, where gpupass does not edit that: "<qemu:commandline>"
  std::string mediated;   // the UUID of the device's child that the domain has; empty: the device itself
  std::string network;    // the network that hands it out; empty: none
  std::string node = {};  // a disk or an interface of the device that the domain has; empty: the device
  bool operator==(const DomainUse&) const = default;
};

/// Something that could not be read. Nothing is dropped without one.
struct Problem {
  std::string path;
  std::string what;
  bool operator==(const Problem&) const = default;
};

struct Inventory {
  std::vector<Device> devices;     // sorted by address
  std::vector<IommuGroup> groups;  // sorted by number
  Iommu iommu;
  Kernel kernel;
  Kvm kvm;
  std::vector<Holder> holders;  // sorted by device
  // False: other users' processes could not be looked into, or were not looked for
  bool holders_complete = false;
  std::vector<RunningContainer> running_containers = {};  // each once, sorted by pid
  std::vector<Problem> problems;
  bool sys_read_only = false;  // /sys is mounted so, as in most containers
  // Filled in by who has asked libvirt; discover::read_inventory() does not
  std::vector<DomainUse> domain_uses;
  // Filled in by who has looked (container::look_at); discover::read_inventory() does not
  container::Machine containers = {};
  bool operator==(const Inventory&) const = default;

  [[nodiscard]] const Device* find(const PciAddress& address) const;
  [[nodiscard]] const IommuGroup* group(int number) const;
  /// All functions of the card that address is a function of, in order.
  [[nodiscard]] std::vector<PciAddress> slot_of(const PciAddress& address) const;
};

/// The functions that a selector names, without companions (see gpupass/card.hpp). Errors: not_found; usage
/// when ids or a name match more than one device (it lists them).
[[nodiscard]] Result<std::vector<PciAddress>> resolve(const Selector& selector, const Inventory& inventory);

}  // namespace gpupass
