// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/session/diagnosis.hpp"

#include "gpupass/discover/discover.hpp"
#include "gpupass/report/hints.hpp"
#include "gpupass/session/domain_uses.hpp"
#include "gpupass/session/libvirt_now.hpp"

namespace gpupass::session {
namespace {

constexpr auto k_patience_of_diagnosis = std::chrono::seconds(3);  // a diagnosis waits for nobody

/// Error: the libvirt that was named does not answer.
Result<void> add_domain_uses(const World& world, const std::string& connection, Inventory& inventory) {
  const bool named = !connection.empty();
  const auto& uri = named ? connection : world.default_uri;
  if (!named && !may_ask(world, uri)) return {};
  const auto hypervisor = world.connect(uri, k_patience_of_diagnosis);
  if (!hypervisor && named) return Failure(hypervisor.error());
  if (!hypervisor) return {};
  auto uses = domain_uses(**hypervisor, world.host, inventory);
  if (uses)
    inventory.domain_uses = *std::move(uses);
  else
    inventory.problems.push_back({uri, uses.error().what + "; whether a domain has a device is not known"});
  return {};
}

Result<std::vector<Target>> targets_of(const Inventory& inventory, const Selection& what) {
  if (what.selectors.empty()) {
    std::vector<Target> targets;
    for (auto& card : graphics_cards(inventory)) targets.push_back({std::move(card)});
    return targets;
  }
  GPUPASS_TRY_ASSIGN(auto functions, functions_of(inventory, what));
  return std::vector{Target{std::move(functions)}};
}

}  // namespace

Result<judge::Diagnosis> diagnose(const World& world, const Selection& what, const std::string& connection) {
  GPUPASS_TRY_ASSIGN(auto inventory, discover::read_inventory(world.host));
  GPUPASS_TRY(add_domain_uses(world, connection, inventory));
  GPUPASS_TRY_ASSIGN(auto targets, targets_of(inventory, what));
  auto diagnosis = judge::diagnose(std::move(inventory), std::move(targets));
  for (auto& patient : diagnosis.patients) {
    for (auto& finding : patient.findings)
      finding.remedy = report::with_connection(finding.remedy, connection);
  }
  return diagnosis;
}

}  // namespace gpupass::session
