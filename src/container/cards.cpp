// SPDX-License-Identifier: GPL-2.0-or-later
#include "container/cards.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "container/nvidia.hpp"
#include "gpupass/card.hpp"
#include "gpupass/core/sysfs.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/vfio.hpp"

namespace gpupass::container {
namespace {

class CardReader {
 public:
  CardReader(const Host& host, const Inventory& inventory, const NodeReader& nodes)
      : host_(host), inventory_(inventory), nodes_(nodes) {}

  [[nodiscard]] Card card(const std::vector<PciAddress>& functions) const {
    const auto& device = *inventory_.find(functions.front());
    Card card{device.address, functions};
    card.driver = device.driver.value_or("");
    if (card.driver.empty()) {
      refuse(card, "has no driver, so it has no node",
             fmt::format("load its driver; or `gpupass bind {}` to give it as a VFIO group",
                         to_string(card.address)));
    } else if (is_vfio_driver(card.driver)) {
      group(card, device);
    } else {
      of_driver(card);
    }
    return card;
  }

 private:
  static void refuse(Card& card, std::string why, std::string remedy) {
    card.why_not = std::move(why);
    card.remedy = std::move(remedy);
  }

  /// The names that the kernel has for a function in a class: renderD128 of "drm", accel0 of "accel".
  void add_class_nodes(Card& card, const char* name, const char* prefix, const std::string& folder) const {
    const auto all = sysfs::pci_device(card.address, name);
    for (const auto& one : host_.list(all).value_or(std::vector<std::string>{})) {
      if (one.starts_with(prefix)) card.nodes.push_back(nodes_.of_sysfs(folder + one, all + "/" + one));
    }
  }

  void of_driver(Card& card) const {
    card.way = card.driver == "nvidia" ? Way::nvidia : card.driver == "amdgpu" ? Way::amd : Way::render;
    if (card.way == Way::nvidia) {
      const auto nvidia = read_nvidia_card(host_, card.address);
      if (!nvidia) {
        card.way = Way::none;
        return refuse(card, "is bound to nvidia, but the driver does not list it: its initialisation failed",
                      "`dmesg | grep NVRM` says why; `gpupass doctor` looks at the rest");
      }
      card.uuid = nvidia->uuid;
      card.nodes.push_back(
          nodes_.node(fmt::format("/dev/nvidia{}", nvidia->minor), fmt::format("195:{}", nvidia->minor)));
    }
    add_class_nodes(card, "drm", "renderD", "/dev/dri/");
    add_class_nodes(card, "accel", "accel", "/dev/accel/");
    if (card.nodes.empty()) {
      const auto driver = card.driver;
      card.way = Way::none;
      return refuse(card, fmt::format("its driver {} creates no node for computing or rendering", driver),
                    "a container can have it through another driver, or as a VFIO group (`gpupass bind`)");
    }
    look_at_nodes(card);
  }

  static void look_at_nodes(Card& card) {
    for (const auto& node : card.nodes) {
      const auto trouble = node.trouble();
      if (trouble.empty()) continue;
      return refuse(card, fmt::format("its node {} {}", node.path, trouble),
                    card.way == Way::nvidia ? "`nvidia-smi` run as root creates it"
                                            : "`udevadm trigger` makes udev create it");
    }
  }

  /// All of a group goes, or nothing of it.
  void group(Card& card, const Device& device) const {
    card.group = device.iommu_group;
    card.way = Way::vfio;
    const auto* const group = device.iommu_group ? inventory_.group(*device.iommu_group) : nullptr;
    if (group == nullptr) {
      card.way = Way::none;
      return refuse(card, "has no IOMMU group", "`gpupass doctor` says why the IOMMU is off");
    }
    for (const auto& member : group->members) {
      const auto* const other = inventory_.find(member);
      if (other == nullptr || other->connects_buses() || !other->driver || is_vfio_driver(*other->driver))
        continue;
      refuse(card,
             fmt::format("{} of its IOMMU group {} is on {}, so nobody can open the group", to_string(member),
                         group->number, *other->driver),
             fmt::format("`gpupass bind {}`; `gpupass groups` shows the group", to_string(member)));
      return;
    }
    card.nodes.push_back(nodes_.of_sysfs(fmt::format("/dev/vfio/{}", group->number),
                                         sysfs::of_class("vfio", std::to_string(group->number))));
    look_at_nodes(card);
  }

  const Host& host_;
  const Inventory& inventory_;
  const NodeReader& nodes_;
};

}  // namespace

std::vector<Card> read_cards(const Host& host, const Inventory& inventory, const NodeReader& nodes) {
  const CardReader reader(host, inventory, nodes);
  std::vector<Card> cards;
  for (const auto& functions : graphics_cards(inventory)) cards.push_back(reader.card(functions));
  return cards;
}

}  // namespace gpupass::container
