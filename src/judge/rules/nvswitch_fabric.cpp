// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "gpupass/core/sysfs.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/judge/facts.hpp"
#include "gpupass/judge/rules.hpp"
#include "judge/fabric.hpp"
#include "judge/findings.hpp"

namespace gpupass::judge {
namespace {

std::string count(std::size_t number, const std::string& noun, const std::string& plural) {
  return fmt::format("{} {}", number, number == 1 ? noun : plural);
}

std::string gpus(std::size_t number) {
  return count(number, "GPU", "GPUs");
}

std::string switches(std::size_t number) {
  return count(number, "NVSwitch", "NVSwitches");
}

/// Those that go along, or that stay.
std::vector<PciAddress> part(const std::vector<PciAddress>& functions, const Target& target, bool going) {
  std::vector<PciAddress> some;
  std::ranges::copy_if(functions, std::back_inserter(some),
                       [&](const PciAddress& one) { return contains(target, one) == going; });
  return some;
}

std::vector<Evidence> evidence_of(const Fabric& fabric) {
  return {
      {sysfs::k_pci_devices, fmt::format("{}: {}", switches(fabric.switches.size()), names(fabric.switches))},
      {sysfs::k_pci_devices,
       fmt::format("{} of one model: {}", gpus(fabric.gpus.size()), names(fabric.gpus))}};
}

std::string add(const std::vector<PciAddress>& functions) {
  return fmt::format("name {} as well", names(functions));
}

/// In this model the switches are not the guest's.
constexpr const char* k_shared =
    "keep the switches with the host (shared NVSwitch: FABRIC_MODE=1 in Fabric Manager's configuration), "
    "leave nvidia-fabricmanager running and activate the partition of exactly these GPUs before the guest "
    "starts";

Finding without_switches(const Fabric& fabric, const Target& target) {
  const auto going = part(fabric.gpus, target, true);
  const auto staying = part(fabric.gpus, target, false);
  std::vector<PciAddress> missing = staying;
  missing.insert(missing.end(), fabric.switches.begin(), fabric.switches.end());
  const bool all = staying.empty();
  return warns(
      going.front(),
      fmt::format("{} of the machine's {} {} without its {} {}: in the guest CUDA starts only once Fabric "
                  "Manager outside has activated a partition of exactly these GPUs (else: error 802)",
                  all ? "all" : std::to_string(going.size()), gpus(fabric.gpus.size()),
                  going.size() == 1 ? "goes" : "go", switches(fabric.switches.size()),
                  names(fabric.switches)),
      evidence_of(fabric),
      fmt::format("{}; or, for one guest with the whole board (full passthrough), {}", k_shared,
                  add(missing)));
}

Finding not_whole(const Fabric& fabric, const Target& target) {
  const auto going = part(fabric.switches, target, true);
  const auto switches_left = part(fabric.switches, target, false);
  const auto gpus_left = part(fabric.gpus, target, false);
  std::vector<std::string> lacks;
  if (!gpus_left.empty()) lacks.push_back(fmt::format("{} {}", gpus(gpus_left.size()), names(gpus_left)));
  if (!switches_left.empty())
    lacks.push_back(fmt::format("{} {}", switches(switches_left.size()), names(switches_left)));
  auto missing = gpus_left;
  missing.insert(missing.end(), switches_left.begin(), switches_left.end());
  const auto what = fmt::format("{} {} {} without {}", switches(going.size()), names(going),
                                going.size() == 1 ? "goes" : "go", core::enumerate(lacks));
  if (gpus_left.size() == fabric.gpus.size() && switches_left.empty()) {
    return warns(
        going.front(),
        what +
            ": that is right only for a service VM, whose Fabric Manager serves the guests that have "
            "the GPUs",
        evidence_of(fabric),
        fmt::format("for one guest with the whole board (full passthrough) {}", add(missing)));
  }
  return warns(
      going.front(),
      what + ": no Fabric Manager reaches all of the board then, and CUDA does not start on what is left",
      evidence_of(fabric),
      fmt::format("{}, so that one guest has the whole board (full passthrough); or {}", add(missing),
                  k_shared));
}

}  // namespace

std::vector<Finding> nvswitch_fabric(const Inventory& inventory, const Target& target) {
  const auto fabric = fabric_of(inventory);
  if (fabric.switches.empty() || fabric.gpus.empty()) return {};
  const bool has_gpu = !part(fabric.gpus, target, true).empty();
  const bool has_switch = !part(fabric.switches, target, true).empty();
  if (!has_gpu && !has_switch) return {};
  if (is_full_passthrough(inventory, target)) {
    return {fine(target.functions.front(),
                 fmt::format("all {} and {} go together: Fabric Manager runs in the guest",
                             gpus(fabric.gpus.size()), switches(fabric.switches.size())),
                 evidence_of(fabric))};
  }
  return {has_switch ? not_whole(fabric, target) : without_switches(fabric, target)};
}

}  // namespace gpupass::judge
