// SPDX-License-Identifier: GPL-2.0-or-later
// NVIDIA cards that may read and write each other's memory: the driver does so in a guest only if it is told
// which cards can.
#include <fmt/format.h>

#include <algorithm>

#include "gpupass/virt/hostdev.hpp"
#include "guest/edit.hpp"
#include "guest/steps.hpp"

namespace gpupass::guest {
namespace {

constexpr auto k_override = libvirt(8, 2, 0);
constexpr const char* k_source = "QEMU, vfio-pci: x-nv-gpudirect-clique; libvirt, QEMU driver: qemu:override";

/// The functions of a cell that can be in a clique.
std::vector<PciAddress> peers_of(const Cell& cell, const Inventory& inventory) {
  std::vector<PciAddress> peers;
  for (const auto& card : cell.cards) {
    for (const auto& function : card.functions) {
      const auto* const device = inventory.find(function);
      if (device != nullptr && device->vendor == k_nvidia && device->is_gpu()) peers.push_back(function);
    }
  }
  return peers;
}

/// One list for each node that has two of them or more.
std::vector<std::vector<PciAddress>> cliques_of(const Tuning& tuning) {
  std::vector<std::vector<PciAddress>> cliques;
  for (const auto& cell : tuning.layout.cells) {
    auto peers = peers_of(cell, tuning.host.inventory);
    if (peers.size() > 1) cliques.push_back(std::move(peers));
  }
  return cliques;
}

/// The name by which QEMU knows a function's device.
Result<std::string> alias_of(virt::Document& domain, const PciAddress& function) {
  GPUPASS_TRY_ASSIGN(const auto hostdevs, virt::hostdevs(domain));
  const auto one = std::ranges::find(hostdevs, function, &virt::Hostdev::function);
  auto* const alias = one == hostdevs.end() ? nullptr : one->element->FirstChildElement("alias");
  if (alias == nullptr)
    return fail(ErrorKind::invalid,
                "the profile has the step peer-to-peer before, or without, the step cards");
  return virt::attribute(*alias, "name").value_or("");
}

void set_property(Element& root, const std::string& alias, const char* name, std::size_t value) {
  root.SetAttribute("xmlns:qemu", "http://libvirt.org/schemas/domain/qemu/1.0");
  auto& device = append(section(root, "qemu:override", "devices"), "qemu:device");
  set(device, "alias", alias);
  auto& property = append(append(device, "qemu:frontend"), "qemu:property");
  set(property, "name", name);
  set(property, "type", "unsigned");
  set(property, "value", value);
}

}  // namespace

Result<void> peer_to_peer(Tuning& tuning) {
  const auto cliques = cliques_of(tuning);
  if (cliques.empty()) return {};
  Choice choice{"GPUDirect P2P", fmt::format("{} clique{}", cliques.size(), cliques.size() == 1 ? "" : "s"),
                "the NVIDIA driver copies between cards directly only within a clique; cards of one node are "
                "one, since between sockets such copies are slow or do not work at all",
                k_source, ""};
  if (tuning.host.libvirt.version < k_override) {
    choice.value = "none";
    choice.warning =
        fmt::format("libvirt {} cannot set it; 8.2 and later can", version_text(tuning.host.libvirt.version));
    tuning.choices.push_back(std::move(choice));
    return {};
  }
  for (std::size_t clique = 0; clique < cliques.size(); ++clique) {
    for (const auto& function : cliques[clique]) {
      GPUPASS_TRY_ASSIGN(const auto alias, alias_of(tuning.domain, function));
      set_property(tuning.domain.root(), alias, "x-nv-gpudirect-clique", clique);
    }
  }
  choice.why += "; libvirt marks a domain with such a setting as tainted, which changes nothing else";
  tuning.choices.push_back(std::move(choice));
  return {};
}

}  // namespace gpupass::guest
