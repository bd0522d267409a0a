// SPDX-License-Identifier: GPL-2.0-or-later
// Room for the cards' memory regions (BARs) in the guest's physical address space.
#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "guest/edit.hpp"
#include "guest/steps.hpp"

namespace gpupass::guest {
namespace {

constexpr auto k_maxphysaddr = libvirt(8, 7, 0);
constexpr auto k_maxphysaddr_limit = libvirt(9, 3, 0);
/// Firmware opens its window below this many bits whatever the processor has, and a page table of four
/// levels, in KVM or in an IOMMU, reaches no further than 48.
constexpr int k_most_bits = 46;
/// What firmware opens without knowing how many bits the processor has.
constexpr std::uint64_t k_classic_window = 32 * k_gibibyte;

/// What a card takes: its regions one after the other, the whole aligned as its largest is.
struct Need {
  std::uint64_t largest = 0;
  std::uint64_t window = 0;
};

Need need_of(const GuestCard& card, const Inventory& inventory) {
  constexpr int k_rom = 6;
  Need need;
  for (const auto& function : card.functions) {
    const auto* const device = inventory.find(function);
    if (device == nullptr) continue;
    for (const auto& bar : device->bars) {
      if (bar.io || !bar.is_64bit || bar.index == k_rom) continue;
      need.largest = std::max(need.largest, bar.size);
      need.window += bar.size;
    }
  }
  if (need.largest != 0) need.window = (need.window + need.largest - 1) / need.largest * need.largest;
  return need;
}

struct Window {
  std::uint64_t bytes = 0;  // a power of two, which firmware can align to itself
  std::string why;
};

Window window_for(const GuestRequest& request, const Inventory& inventory) {
  std::uint64_t sum = k_gibibyte;  // for the small regions of all other devices
  Need most;
  for (const auto& card : request.cards) {
    const auto need = need_of(card, inventory);
    sum += need.window;
    if (need.largest > most.largest) most = need;
  }
  const auto count = request.cards.size();
  return {std::bit_ceil(std::max(sum, k_classic_window)),
          fmt::format("{} region of {}, so {} with its others and in its alignment{}",
                      count == 1 ? "the card has a" : fmt::format("the largest of {} cards has a", count),
                      size_text(most.largest), size_text(most.window),
                      count == 1 ? "" : fmt::format(", and all of them {}", size_text(sum - k_gibibyte)))};
}

bool is_uefi(const virt::Document& domain) {
  const auto* const os = domain.root().FirstChildElement("os");
  return os != nullptr &&
         (virt::attribute_is(*os, "firmware", "efi") || os->FirstChildElement("loader") != nullptr);
}

void write_firmware_window(Element& root, std::uint64_t bytes) {
  auto& sysinfo = section(root, "sysinfo", "os");
  set(sysinfo, "type", "fwcfg");
  auto& entry = append(sysinfo, "entry");
  set(entry, "name", "opt/ovmf/X-PciMmio64Mb");
  set_text(entry, std::to_string(bytes / k_mebibyte));
}

/// The root controller comes first: libvirt numbers it 0.
Element& pcie_root(Element& devices) {
  for (auto* one = devices.FirstChildElement("controller"); one != nullptr;
       one = one->NextSiblingElement("controller")) {
    if (virt::attribute_is(*one, "model", "pcie-root")) return *one;
  }
  auto& made = append(devices, "controller");
  set(made, "type", "pci");
  set(made, "index", "0");
  set(made, "model", "pcie-root");
  return made;
}

void choose_window(Tuning& tuning, int bits) {
  const auto window = window_for(tuning.request, tuning.host.inventory);
  Choice choice{"64-bit PCI window", size_text(window.bytes), window.why,
                "edk2, OvmfPkg/Library/PlatformInitLib/MemDetect.c; QEMU, q35-pcihost.pci-hole64-size", ""};
  if (window.bytes == k_classic_window) {
    choice.why += ": what firmware opens anyhow";
    tuning.choices.push_back(std::move(choice));
    return;
  }
  auto& root = tuning.domain.root();
  auto& hole = virt::child(pcie_root(virt::child(root, "devices")), "pcihole64");
  set(hole, "unit", "GiB");
  set_text(hole, std::to_string(window.bytes / k_gibibyte));
  if (is_uefi(tuning.domain)) write_firmware_window(root, window.bytes);
  if (bits != 0 && tuning.layout.memory() + 2 * window.bytes > std::uint64_t{1}
                                                                   << static_cast<unsigned>(bits)) {
    choice.warning = fmt::format(
        "{} of memory and this window may not fit in the {} bits of physical address that the guest has: if "
        "the "
        "guest does not find the card's memory, give it less memory, or make the region smaller on the host "
        "(resource1_resize, before vfio-pci has the card)",
        size_text(tuning.layout.memory()), bits);
  }
  tuning.choices.push_back(std::move(choice));
}

/// Returns the bits that the guest has; 0 where that is not known.
int choose_bits(Tuning& tuning) {
  const int host_bits = tuning.host.topology.physical_bits;
  const auto version = tuning.host.libvirt.version;
  Choice choice{"physical address bits", "as QEMU has it", "", "libvirt, domain XML: cpu/maxphysaddr", ""};
  auto* const cpu = tuning.domain.root().FirstChildElement("cpu");
  if (version < k_maxphysaddr || cpu == nullptr || !virt::attribute_is(*cpu, "mode", "host-passthrough")) {
    choice.why =
        version < k_maxphysaddr ? "this libvirt cannot say it" : "the profile's CPU is not the host's";
    choice.warning =
        "QEMU tells the guest 40 bits, which firmware distrusts: a card with a large region may get no "
        "room. libvirt 8.7 and later, with host-passthrough, can tell it the host's";
    tuning.choices.push_back(std::move(choice));
    return 0;
  }
  auto& element = section(*cpu, "maxphysaddr", "cache");
  set(element, "mode", "passthrough");
  choice.value = host_bits == 0 ? "the host's" : fmt::format("the host's {}", host_bits);
  choice.why = "firmware sizes the window for the cards by it: an eighth of the address space";
  const bool limited = version >= k_maxphysaddr_limit && host_bits > k_most_bits;
  if (limited) {
    set(element, "limit", std::to_string(k_most_bits));
    choice.value = fmt::format("{} of the host's {}", k_most_bits, host_bits);
    choice.why += fmt::format(
        "; {} bits are {} GiB of it, within reach of four levels of page tables, KVM's and the "
        "IOMMU's",
        k_most_bits, std::uint64_t{1} << (k_most_bits - 3 - 30));
  }
  tuning.choices.push_back(std::move(choice));
  return limited ? k_most_bits : host_bits;
}

}  // namespace

Result<void> address_space(Tuning& tuning) {
  const int bits = choose_bits(tuning);
  if (!tuning.request.cards.empty()) choose_window(tuning, bits);
  return {};
}

}  // namespace gpupass::guest
