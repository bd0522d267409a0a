// SPDX-License-Identifier: GPL-2.0-or-later
// Where the cards are in the guest: each on a root port of its own, below a PCI root that belongs to the node
// that it is on in the host.
#include "gpupass/vfio.hpp"
#include "gpupass/virt/card.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gpupass/core/text.hpp"
#include "gpupass/judge/facts.hpp"
#include "gpupass/virt/address_xml.hpp"
#include "gpupass/virt/guest_pci.hpp"
#include "gpupass/virt/hostdev.hpp"
#include "guest/edit.hpp"
#include "guest/steps.hpp"

namespace gpupass::guest {
namespace {

/// The bus numbers below an expander are those from its own up to the next one's. What is not on any, the
/// guest's disks and network cards, has those below the first.
constexpr std::size_t k_first_bus = 64;
constexpr std::size_t k_buses = 256;

constexpr auto k_driver_model = libvirt(10, 0, 0);

/// A PCI root of the guest that belongs to a node. Its bus number, as libvirt counts them.
Result<std::uint8_t> add_expander(Tuning& tuning, std::size_t cell) {
  GPUPASS_TRY_ASSIGN(const auto pci, virt::guest_pci(tuning.domain));
  GPUPASS_TRY_ASSIGN(const auto index, virt::next_bus(pci));
  auto& devices = virt::child(tuning.domain.root(), "devices");
  tinyxml2::XMLDocument scratch;
  scratch.InsertEndChild(scratch.NewElement("controller"));
  auto& expander = virt::insert_copy(devices, devices.LastChildElement("controller"), *scratch.RootElement());
  set(expander, "type", "pci");
  set(expander, "index", index);
  set(expander, "model", "pcie-expander-bus");
  auto& target = append(expander, "target");
  set(target, "busNr", k_first_bus + cell * (k_buses - k_first_bus) / tuning.layout.cells.size());
  set_text(append(target, "node"), std::to_string(cell));
  return index;
}

/// Puts a port into a slot of that bus; on the machine's own root libvirt finds one.
void place_port(Element& port, std::optional<std::uint8_t> expander, std::size_t slot) {
  if (!expander) return;
  auto& address = append(port, "address");
  address.SetAttribute("type", "pci");
  virt::write_address(address, {0, *expander, static_cast<std::uint8_t>(slot), 0});
}

Result<void> add_cell(Tuning& tuning, std::size_t number) {
  const auto& cell = tuning.layout.cells[number];
  std::optional<std::uint8_t> expander;
  if (tuning.layout.by_node && !cell.cards.empty()) {
    GPUPASS_TRY_ASSIGN(expander, add_expander(tuning, number));
  }
  for (std::size_t i = 0; i < cell.cards.size(); ++i) {
    GPUPASS_TRY_ASSIGN(const auto pci, virt::guest_pci(tuning.domain));
    GPUPASS_TRY_ASSIGN(const auto index, virt::next_bus(pci));
    GPUPASS_TRY_ASSIGN(const auto port,
                       virt::add_card_port(tuning.domain, cell.cards[i], index, tuning.templates));
    place_port(*port.element, expander, i);
    GPUPASS_TRY(virt::add_functions(tuning.domain, cell.cards[i], port.slot, tuning.templates));
  }
  return {};
}

std::string names_of(const std::vector<GuestCard>& cards) {
  std::vector<std::string> names;
  for (const auto& card : cards) {
    const auto& first = card.functions.front();
    names.push_back(card.functions.size() == 1 ? to_string(first) : slot_to_string(first));
  }
  return core::enumerate(names);
}

void say_place(Tuning& tuning) {
  const auto& cards = tuning.request.cards;
  const bool several = std::ranges::any_of(cards, [](const auto& card) { return card.functions.size() > 1; });
  std::string why = "a graphics card's driver looks for its link at a port above it";
  if (several) why += "; the functions of a card stay one device, as its driver expects";
  tuning.choices.push_back({"cards",
                            names_of(cards) + (cards.size() == 1 ? ", on a root port of its own"
                                                                 : ", each on a root port of its own"),
                            why, "libvirt, domain XML: controllers of model pcie-root-port", ""});
  if (!tuning.layout.by_node) return;
  const auto cells = tuning.layout.cells.size();
  tuning.choices.push_back(
      {"PCI roots", cells == 1 ? "one, on the guest's node 0" : fmt::format("{}, one for each node", cells),
       "the guest's driver, and what schedules work on the cards, sees which memory and which processors are "
       "near each",
       "libvirt, domain XML: controllers of model pcie-expander-bus", ""});
}

/// The variant of vfio-pci that has this function now ("nvgrace-gpu-vfio-pci"); nothing for the ordinary one.
std::optional<std::string> variant_of(const Inventory& inventory, const PciAddress& function) {
  const auto* const device = inventory.find(function);
  if (device == nullptr || !device->driver || *device->driver == "vfio-pci") return std::nullopt;
  return is_vfio_driver(*device->driver) ? device->driver : std::nullopt;
}

/// libvirt would look for the best driver by itself; the one that was chosen on this host stays.
Result<void> name_variants(Tuning& tuning) {
  GPUPASS_TRY_ASSIGN(const auto hostdevs, virt::hostdevs(tuning.domain));
  for (const auto& hostdev : hostdevs) {
    const auto variant = variant_of(tuning.host.inventory, hostdev.function);
    if (!variant) continue;
    Choice choice{"VFIO driver", *variant,
                  fmt::format("{} is bound to this variant of vfio-pci", to_string(hostdev.function)),
                  "libvirt, domain XML: hostdev/driver", ""};
    if (tuning.host.libvirt.version >= k_driver_model) {
      set(virt::child(*hostdev.element, "driver"), "model", *variant);
    } else {
      choice.value = "vfio-pci";
      choice.warning = fmt::format("libvirt {} cannot name {}; 10.0 and later can",
                                   version_text(tuning.host.libvirt.version), *variant);
    }
    tuning.choices.push_back(std::move(choice));
  }
  return {};
}

}  // namespace

Result<void> cards(Tuning& tuning) {
  if (tuning.request.cards.empty()) return {};
  for (std::size_t i = 0; i < tuning.layout.cells.size(); ++i) GPUPASS_TRY(add_cell(tuning, i));
  say_place(tuning);
  return name_variants(tuning);
}

}  // namespace gpupass::guest
