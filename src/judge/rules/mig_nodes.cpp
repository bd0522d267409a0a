// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "gpupass/container/description.hpp"
#include "gpupass/judge/rules.hpp"
#include "judge/findings.hpp"

namespace gpupass::judge {
namespace {

using container::CdiFile;
using container::MigPart;
using Parts = std::vector<const MigPart*>;

std::set<std::string> paths_in(const CdiFile& file) {
  std::set<std::string> paths;
  for (const auto& one : file.common) paths.insert(one.path);
  for (const auto& device : file.devices) {
    for (const auto& one : device.paths) paths.insert(one.path);
  }
  return paths;
}

Evidence evidence_of(const MigPart& part) {
  return {part.access, part.node.path};
}

std::string and_more(const Parts& parts) {
  return parts.size() > 1 ? fmt::format(", and {} more", parts.size() - 1) : "";
}

void add_nodes(std::vector<Finding>& all, const std::vector<MigPart>& parts) {
  for (const auto& part : parts) {
    const auto trouble = part.node.trouble();
    if (!trouble.empty())
      all.push_back(warns(k_machine, fmt::format("{}, of MIG's {}, {}", part.node.path, part.name, trouble),
                          {evidence_of(part)}, fmt::format("`nvidia-modprobe -f {}` makes it", part.access)));
  }
}

/// A file of NVIDIA's toolkit has a name for each part that there was when it was written.
void add_missing(std::vector<Finding>& all, const CdiFile& file, const std::vector<MigPart>& parts) {
  const auto paths = paths_in(file);
  Parts missing;
  for (const auto& part : parts) {
    if (!paths.contains(part.node.path)) missing.push_back(&part);
  }
  if (missing.empty()) return;
  all.push_back(warns(k_machine,
                      fmt::format("{} is from before MIG's {} was made{}: no name of it has {}", file.path,
                                  missing.front()->name, and_more(missing), missing.front()->node.path),
                      {evidence_of(*missing.front())}, container::remedy_for(file.path, file.kind)));
}

/// gpupass describes whole cards.
void add_whole(std::vector<Finding>& all, const CdiFile& file, const container::Machine& machine) {
  const auto paths = paths_in(file);
  for (const auto& card : machine.cards) {
    for (const auto& node : card.nodes) {
      const auto of_card = [&](const MigPart& part) {
        return node.path == "/dev/nvidia" + part.name.substr(3, part.name.find('/') - 3);
      };
      const auto part = std::ranges::find_if(machine.nvidia->mig_parts, of_card);
      if (part == machine.nvidia->mig_parts.end() || !paths.contains(node.path)) continue;
      all.push_back(
          warns(card.address,
                fmt::format("{} is divided by MIG, and {} gives the whole card: a container without "
                            "CAP_SYS_ADMIN may use none of its parts",
                            to_string(card.address), file.path),
                {evidence_of(*part)},
                "`nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml` gives the parts names"));
    }
  }
}

}  // namespace

std::vector<Finding> mig_nodes(const Inventory& inventory, const Target& /*target*/) {
  const auto& machine = inventory.containers;
  if (!machine.nvidia || machine.nvidia->mig_parts.empty()) return {};
  const auto& parts = machine.nvidia->mig_parts;
  std::vector<Finding> all;
  add_nodes(all, parts);
  for (const auto& file : machine.files) {
    if (file.kind == "nvidia.com/gpu") add_missing(all, file, parts);
    if (file.kind == container::k_kind) add_whole(all, file, machine);
  }
  if (!all.empty()) return all;
  return {fine(k_machine, fmt::format("MIG's {} parts of cards have their nodes", parts.size()),
               {evidence_of(parts.front())})};
}

}  // namespace gpupass::judge
