// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include "gpupass/judge/facts.hpp"
#include "gpupass/judge/rules.hpp"
#include "judge/findings.hpp"

namespace gpupass::judge {
namespace {

/// "in the configuration of vm1 through <qemu:commandline>".
std::string place_of(const DomainUse& use) {
  return fmt::format("in the {} {}{}", use.running ? "running guest" : "configuration of", use.domain,
                     use.through.empty() ? "" : " through " + use.through);
}

std::string words_of(const DomainUse& use) {
  const auto device = to_string(use.device);
  if (!use.node.empty()) return fmt::format("{}, which {} carries, is {}", use.node, device, place_of(use));
  if (!use.network.empty()) {
    return fmt::format("libvirt's network {} hands {} out{}", use.network, device,
                       use.domain.empty() ? "" : ", and " + use.domain + " has an interface in it");
  }
  if (!use.mediated.empty())
    return fmt::format("{}, a mediated device of {}, is {}", use.mediated, device, place_of(use));
  return fmt::format("{} is {}", device, place_of(use));
}

std::string remedy_for(const DomainUse& use) {
  if (!use.node.empty() && use.running) return fmt::format("`virsh shutdown {}`", use.domain);
  if (use.node.starts_with('/')) {
    return fmt::format(
        "`virsh detach-disk {} {} --config` takes it out; with --yes it stays, and {} does not "
        "start while a guest has {}",
        use.domain, use.node, use.domain, to_string(use.device));
  }
  if (!use.node.empty())
    return fmt::format("`virsh edit {}` gives that interface another device", use.domain);
  if (!use.network.empty())
    return fmt::format("`virsh net-edit {}` takes it out of the network", use.network);
  if (use.through.empty()) {
    return fmt::format(
        "`gpupass detach {} {}` takes it out first; `gpupass attach VM {} --shared` lets them take turns",
        use.domain, to_string(use.device), to_string(use.device));
  }
  return fmt::format("gpupass does not edit that; remove those lines with `virsh edit {}`", use.domain);
}

}  // namespace

std::vector<Finding> domain_use(const Inventory& inventory, const Target& target) {
  std::vector<Finding> findings;
  for (const auto& use : inventory.domain_uses) {
    if (!contains(target, use.device)) continue;
    const auto source = use.network.empty() ? "`virsh dumpxml " + use.domain + "`"
                                            : "`virsh net-dumpxml " + use.network + "`";
    // A guest that is off loses nothing; the host's own driver has the device.
    const bool may_be_given = !use.node.empty() && !use.running;
    findings.push_back(blocks(may_be_given ? Consent::may_be_given : Consent::impossible, use.device,
                              words_of(use), {{source, use.node.empty() ? to_string(use.device) : use.node}},
                              remedy_for(use)));
  }
  return findings;
}

}  // namespace gpupass::judge
