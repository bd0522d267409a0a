// SPDX-License-Identifier: GPL-2.0-or-later
// Room for the cards' memory regions (BARs) in the guest's physical address space.
#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "gpupass/core/quantity.hpp"
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

/// A card's regions: they lie one after the other, the first aligned as the largest is.
struct Need {
  std::uint64_t largest = 0;
  std::uint64_t bytes = 0;
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
      need.bytes += bar.size;
    }
  }
  return need;
}

/// What firmware needs for all of them: it places the largest first.
std::uint64_t bytes_for(std::vector<Need> needs) {
  std::ranges::sort(needs, std::ranges::greater{}, &Need::largest);
  std::uint64_t end = 0;
  for (const auto& need : needs) {
    if (need.largest != 0) end = (end + need.largest - 1) / need.largest * need.largest + need.bytes;
  }
  return end + k_gibibyte;  // for all other devices, and the ports that nothing is on yet
}

struct Window {
  std::uint64_t bytes = 0;  // a power of two, which firmware can align to itself
  std::string why;
};

Window window_for(const GuestRequest& request, const Inventory& inventory) {
  std::vector<Need> needs;
  for (const auto& card : request.cards) needs.push_back(need_of(card, inventory));
  const auto largest = std::ranges::max(needs, {}, &Need::largest).largest;
  return {std::bit_ceil(std::max(bytes_for(needs), k_classic_window)),
          fmt::format(
              "{} {}, with each placed at a multiple of its size and 1 GiB for all other devices",
              needs.size() == 1 ? "the card has" : fmt::format("the largest of {} cards has", needs.size()),
              largest == 0 ? "no memory that is visible now" : "a region of " + core::size_text(largest))};
}

bool is_uefi(const virt::Document& domain) {
  const auto* const os = domain.root().FirstChildElement("os");
  return os != nullptr &&
         (virt::attribute_is(*os, "firmware", "efi") || os->FirstChildElement("loader") != nullptr);
}

/// libvirt keeps the names below opt/ovmf for itself, so its own element for such entries cannot say it.
void write_firmware_window(Element& root, std::uint64_t bytes) {
  root.SetAttribute("xmlns:qemu", "http://libvirt.org/schemas/domain/qemu/1.0");
  auto& line = section(root, "qemu:commandline", "devices");
  set(append(line, "qemu:arg"), "value", "-fw_cfg");
  set(append(line, "qemu:arg"), "value",
      fmt::format("name=opt/ovmf/X-PciMmio64Mb,string={}", bytes / k_mebibyte));
}

/// An eighth of the address space, since edk2 of November 2022; older firmware, or one that is not told how
/// many bits there are, opens what it always did.
std::uint64_t window_of_firmware(int bits) {
  return bits == 0 ? k_classic_window
                   : std::uint64_t{1} << static_cast<unsigned>(std::min(bits, k_most_bits) - 3);
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

/// Whether memory and window fit beside each other, the window at a multiple of its size.
bool may_not_fit(std::uint64_t memory, std::uint64_t window, int bits) {
  return bits != 0 && (memory + window - 1) / window * window + window > std::uint64_t{1}
                                                                             << static_cast<unsigned>(bits);
}

void choose_window(Tuning& tuning, int bits) {
  const auto window = window_for(tuning.request, tuning.host.inventory);
  Choice choice{"64-bit PCI window", "at least " + core::size_text(window.bytes), window.why,
                "edk2, OvmfPkg/Library/PlatformInitLib/MemDetect.c; QEMU, q35-pcihost.pci-hole64-size", ""};
  auto& root = tuning.domain.root();
  if (window.bytes > k_classic_window) {
    auto& hole = virt::child(pcie_root(virt::child(root, "devices")), "pcihole64");
    set(hole, "unit", "GiB");
    set_text(hole, std::to_string(window.bytes / k_gibibyte));
  }
  const auto own = window_of_firmware(bits);
  if (own >= window.bytes || !is_uefi(tuning.domain)) {
    choice.why += fmt::format("; firmware opens {} by itself", core::size_text(own));
  } else {
    write_firmware_window(root, window.bytes);
    choice.why +=
        "; firmware is told so on QEMU's command line, for which libvirt marks the domain as tainted";
  }
  if (may_not_fit(tuning.layout.memory(), window.bytes, bits)) {
    choice.warning = fmt::format(
        "{} of memory and this window do not fit in the {} bits of physical address that the guest has: give "
        "it less memory, or make the region smaller on the host (resource1_resize, before vfio-pci has the "
        "card)",
        core::size_text(tuning.layout.memory()), bits);
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
        version < k_maxphysaddr ? "this libvirt cannot set it" : "the profile's CPU is not the host's";
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
        "; {} bits are {} of it, within reach of four levels of page tables, KVM's and the "
        "IOMMU's",
        k_most_bits, core::size_text(std::uint64_t{1} << (k_most_bits - 3)));
  }
  tuning.choices.push_back(std::move(choice));
  return limited ? k_most_bits : host_bits;
}

/// QEMU's machine of arm64 has its window at a place of its own, above the memory (hw/arm/virt.c), and its
/// firmware asks QEMU for it: there is nothing to tell either.
void say_window_of_virt(Tuning& tuning) {
  constexpr std::uint64_t k_window = 512 * k_gibibyte;
  const auto window = window_for(tuning.request, tuning.host.inventory);
  Choice choice{"64-bit PCI window", core::size_text(k_window), "it is the machine's own; " + window.why,
                "QEMU, hw/arm/virt.c", ""};
  if (window.bytes > k_window) {
    choice.warning = fmt::format(
        "the cards need {}: give the guest fewer cards, or make their regions smaller on the host "
        "(resource1_resize, before vfio-pci has the card)",
        core::size_text(window.bytes));
  }
  tuning.choices.push_back(std::move(choice));
}

}  // namespace

Result<void> address_space(Tuning& tuning) {
  if (tuning.host.inventory.kernel.is_arm64()) {
    if (!tuning.request.cards.empty()) say_window_of_virt(tuning);
    return {};
  }
  const int bits = choose_bits(tuning);
  if (!tuning.request.cards.empty()) choose_window(tuning, bits);
  return {};
}

}  // namespace gpupass::guest
