// SPDX-License-Identifier: GPL-2.0-or-later
#include "study/compare/environment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

namespace gpupass::study {
namespace {

using bench::Difference;
using Weight = Difference::Weight;

// The first row that a fact's name begins with is its kind.
constexpr std::array k_kinds_of_place = {
    FactKind{"tool.quick", Weight::must_match, "quick runs say whether it works, not what it costs"},
    FactKind{"tool.inject", Weight::must_match, "runs were slowed down on purpose"},
    FactKind{"tool.", Weight::must_match, "not the same gpupass-bench"},
    FactKind{"gpu.uuid", Weight::must_match, "the card is not the same one"},
    FactKind{"gpu.link", Weight::explains, "the link to the card bounds every copy"},
    FactKind{"gpu.bdf", Weight::other, ""},
    FactKind{"gpu.temperature", Weight::other, ""},
    FactKind{"gpu.", Weight::must_match, "the card is not the same, or not set the same"},
    FactKind{"driver", Weight::must_match, "not the same driver"},
    FactKind{"cuda", Weight::must_match, "not the same CUDA"},
    FactKind{"libcuda", Weight::other, ""},
    FactKind{"container", Weight::explains, "what is compared"},
    FactKind{"cgroup.cpu", Weight::must_match, "not the same limit of processor time"},
    FactKind{"cgroup.memory", Weight::must_match, "not the same limit of memory"},
    FactKind{"cgroup.devices", Weight::explains, "which devices it may open"},
    FactKind{"cgroup", Weight::explains, "limits of its control group"},
    FactKind{"cpus_allowed", Weight::explains, "which processors it may run on"},
    FactKind{"seccomp", Weight::explains, "a filter looks at every system call"},
    FactKind{"capabilities", Weight::explains, "what it may do to the kernel"},
    FactKind{"root_fs", Weight::explains, "what its files are on"},
    FactKind{"program_fs", Weight::explains, "what the program is read from"},
    FactKind{"libraries", Weight::explains, "the C library that it runs with"},
    FactKind{"hypervisor", Weight::explains, "what is compared"},
    FactKind{"iommu", Weight::explains, "whether the card's accesses are translated"},
    FactKind{"pci.current_link", Weight::explains, "the link to the device bounds every transfer"},
    FactKind{"pci.iommu_mode", Weight::explains, "whether the device's accesses are translated"},
    FactKind{"pci.ids", Weight::must_match, "not the same kind of device"},
    FactKind{"hugepages", Weight::explains, "backing of memory: reach of the IOMMU's and processor's TLBs"},
    FactKind{"transparent_hugepages", Weight::explains, "backing of memory: reach of the processor's TLB"},
    FactKind{"numa_balancing", Weight::explains, "the kernel may move memory while it is used"},
    FactKind{"numa", Weight::explains, "where memory and processors are, seen from the card"},
    FactKind{"memory", Weight::explains, "how much memory there is"},
    FactKind{"clocksource", Weight::explains, "what time is read from"},
    FactKind{"governor", Weight::explains, "the processor's clocks"},
    FactKind{"idle_driver", Weight::explains, "how long a sleeping processor takes to wake"},
    FactKind{"smt", Weight::explains, "whether threads share a core"},
    FactKind{"microcode", Weight::explains, "what system calls and interrupts cost"},
    FactKind{"cpu", Weight::explains, "the processors as they show themselves"},
    FactKind{"vcpus", Weight::explains, "how many processors there are"},
    FactKind{"mitigations", Weight::explains, "what system calls and interrupts cost"},
    FactKind{"kernel", Weight::explains, "not the same kernel"},
    FactKind{"cmdline", Weight::explains, "the kernel's command line is not the same"},
};

using Facts = std::map<std::string, std::string>;

std::string text_of(const nlohmann::json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

/// A list of scalars is one fact; a list of anything else is numbered.
void flatten(const nlohmann::json& value, const std::string& name, Facts& facts) {
  const bool scalars = std::ranges::none_of(value, [](const auto& item) { return item.is_structured(); });
  if (value.is_object() || (value.is_array() && !scalars)) {
    for (const auto& [key, item] : value.items()) {
      flatten(item, name.empty() ? key : fmt::format("{}.{}", name, key), facts);
    }
  } else {
    facts[name] = text_of(value);
  }
}

Facts facts_of(const bench::Run& run) {
  Facts facts;
  flatten(run.env, "", facts);
  Facts tool;
  flatten(run.tool, "tool", tool);
  facts.merge(tool);
  return facts;
}

using ValuesByName = std::map<std::string, std::vector<std::string>>;

ValuesByName values_of(const bench::Side& side) {
  ValuesByName values;
  for (const auto& run : side.runs) {
    for (const auto& [name, value] : facts_of(run)) {
      auto& seen = values[name];
      if (std::ranges::find(seen, value) == seen.end()) seen.push_back(value);
    }
  }
  return values;
}

std::vector<std::string> at(const ValuesByName& values, const std::string& name) {
  const auto found = values.find(name);
  return found == values.end() ? std::vector<std::string>{} : found->second;
}

/// Of a container and its host: what a guest has of its own is theirs in common.
bool share_a_boot(const bench::Side& baseline, const bench::Side& candidate) {
  return std::ranges::any_of(baseline.runs, [&](const bench::Run& run) {
    return !run.boot_id.empty() && std::ranges::count(candidate.runs, run.boot_id, &bench::Run::boot_id) > 0;
  });
}

/// The processors of a guest are its own; on one kernel they are to be the same ones. A limit that one side
/// could not see (no control groups are mounted there) is not another limit.
Weight weight_of(const std::string& fact, bool one_kernel, bool both) {
  if (one_kernel && fact == "cpus_allowed") return Weight::must_match;
  return fact.starts_with("cgroup") && !both ? Weight::explains : kind_of(fact).weight;
}

}  // namespace

FactKind kind_of(const std::string& fact) {
  const auto found = std::ranges::find_if(
      k_kinds_of_place, [&](const FactKind& kind) { return fact.starts_with(kind.prefix); });
  return found == k_kinds_of_place.end() ? FactKind{"", Weight::other, ""} : *found;
}

std::vector<Fact> facts(const bench::Run& run) {
  std::vector<Fact> list;
  for (const auto& [name, value] : facts_of(run)) list.push_back({name, value});
  return list;
}

std::vector<Difference> differences(const bench::Side& baseline, const bench::Side& candidate) {
  const auto ours = values_of(baseline);
  const auto theirs = values_of(candidate);
  const bool one_kernel = share_a_boot(baseline, candidate);
  auto names = ours;
  names.insert(theirs.begin(), theirs.end());
  std::vector<Difference> found;
  for (const auto& [name, values] : names) {
    const auto here = at(ours, name);
    const auto there = at(theirs, name);
    const bool same = candidate.runs.empty() || here == there;
    if (same && here.size() < 2) continue;
    found.push_back({name, here, there, weight_of(name, one_kernel, !here.empty() && !there.empty())});
  }
  std::ranges::stable_sort(found, {}, &Difference::weight);
  return found;
}

}  // namespace gpupass::study
