// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/container/machine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "gpupass/core/names.hpp"

namespace gpupass::container {
namespace {

constexpr std::array k_ways = {core::Name<Way>{Way::nvidia, "nvidia"}, core::Name<Way>{Way::amd, "amd"},
                               core::Name<Way>{Way::render, "render"}, core::Name<Way>{Way::vfio, "vfio"},
                               core::Name<Way>{Way::none, "none"}};

const Node* troubled(const std::vector<Node>& nodes) {
  const auto found = std::ranges::find_if(nodes, [](const Node& node) { return !node.trouble().empty(); });
  return found == nodes.end() ? nullptr : &*found;
}

}  // namespace

std::string name(Way way) {
  return core::name_in(k_ways, way);
}

std::string Node::trouble() const {
  if (!looked) return "";
  if (found.empty()) return "does not exist";
  if (expected.empty() || expected == found) return "";
  return fmt::format("has the number {}, but the driver's is {}", found, expected);
}

bool Node::for_everybody() const {
  constexpr mode_t k_others = 06;  // read and write
  return !looked || (mode & k_others) == k_others;
}

std::string NvidiaDriver::node_trouble() const {
  const auto* const node = troubled(nodes);
  return node == nullptr ? "" : fmt::format("{} {}", node->path, node->trouble());
}

std::string NvidiaDriver::node_remedy() const {
  const auto* const node = troubled(nodes);
  return node != nullptr && node->path.find("uvm") != std::string::npos
             ? "`nvidia-modprobe -c 0 -u` creates it (first remove one with another number)"
             : "`nvidia-smi` run as root creates it";
}

std::string NvidiaDriver::library_trouble() const {
  const auto is_cuda = [](const Mount& mount) { return mount.container.ends_with("/libcuda.so.1"); };
  if (std::ranges::any_of(libraries, is_cuda)) return "";
  if (!library_version.empty() && library_version != version)
    return fmt::format("the kernel module has version {}, but the libraries have {} ({})", version,
                       library_version, library_path);
  return fmt::format("there is no libcuda.so.1 of version {}", version);
}

std::string NvidiaDriver::library_remedy() const {
  if (!library_version.empty() && library_version != version)
    return "restart the machine, or unload and load the modules with nothing using them (`rmmod nvidia_uvm "
           "nvidia_drm nvidia_modeset nvidia && modprobe nvidia`)";
  return "install the driver's libraries; if they are in a folder of their own, list it in /etc/ld.so.conf.d "
         "and run `ldconfig`";
}

std::string NvidiaDriver::trouble() const {
  auto of_nodes = node_trouble();
  return of_nodes.empty() ? library_trouble() : of_nodes;
}

std::string NvidiaDriver::remedy() const {
  return node_trouble().empty() ? library_remedy() : node_remedy();
}

const Card* Machine::card(const PciAddress& function) const {
  const auto found = std::ranges::find_if(
      cards, [&](const Card& card) { return std::ranges::count(card.functions, function) > 0; });
  return found == cards.end() ? nullptr : &*found;
}

std::string Machine::why_not(const Card& card) const {
  if (!card.why_not.empty()) return card.why_not;
  if (card.way == Way::nvidia && !nvidia) return "NVIDIA's kernel module does not say its version";
  if (card.way == Way::nvidia) return nvidia->trouble();
  const auto& shared = card.way == Way::amd ? kfd : card.way == Way::vfio ? vfio : std::vector<Node>{};
  const auto* const node = troubled(shared);
  return node == nullptr ? "" : fmt::format("{} {}", node->path, node->trouble());
}

std::string Machine::remedy(const Card& card) const {
  if (!card.why_not.empty()) return card.remedy;
  if (card.way == Way::nvidia) return nvidia ? nvidia->remedy() : "`modprobe nvidia`";
  return remedy_of_shared(card.way);
}

std::string Machine::container_name(std::string_view engine, std::string_view id) const {
  const auto found = std::ranges::find_if(
      containers, [&](const ContainerName& one) { return one.engine == engine && one.id == id; });
  return found == containers.end() ? std::string(id) : found->name;
}

std::string Machine::remedy_of_shared(Way way) {
  return way == Way::amd
             ? "the kernel's amdgpu needs CONFIG_HSA_AMD; `udevadm trigger` makes udev create nodes"
             : "`modprobe vfio-pci`";
}

}  // namespace gpupass::container
