// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include "gpupass/judge/rules.hpp"
#include "judge/findings.hpp"

namespace gpupass::rules {
namespace {

/// Those who write such files, by what they define.
std::string remedy_for(const container::CdiFile& file) {
  if (file.kind == container::k_kind) return fmt::format("`gpupass container write --output {}`", file.path);
  if (file.kind.starts_with("nvidia.com/"))
    return fmt::format("`nvidia-ctk cdi generate --output={}`, or `systemctl restart nvidia-cdi-refresh`",
                       file.path);
  return "write it anew with what made it";
}

}  // namespace

std::vector<Finding> cdi_current(const Inventory& inventory, const Target& /*target*/) {
  constexpr std::size_t k_shown = 5;
  std::vector<Finding> all;
  for (const auto& file : inventory.containers.files) {
    if (file.stale.empty()) continue;
    std::vector<Evidence> evidence;
    for (std::size_t i = 0; i < std::min(file.stale.size(), k_shown); ++i)
      evidence.push_back({file.path, file.stale[i]});
    const auto more = file.stale.size() > 1 ? fmt::format(", and {} more", file.stale.size() - 1) : "";
    all.push_back(warns(k_machine,
                        fmt::format("{} is out of date: {}{}", file.path, file.stale.front(), more),
                        std::move(evidence), remedy_for(file)));
  }
  return all;
}

}  // namespace gpupass::rules
