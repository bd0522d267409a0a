// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/selection.hpp"

#include <set>

namespace gpupass::cli {

void add_only(po::options_description& options) {
  options.add_options()("only", "exactly what is named: a graphics card without its companions");
}

Companions companions_of(const po::variables_map& values) {
  return values.count("only") > 0 ? Companions::left_out : Companions::along;
}

Result<std::vector<PciAddress>> selected_functions(const Inventory& inventory,
                                                   const std::vector<Selector>& selectors,
                                                   const po::variables_map& values) {
  GPUPASS_TRY_ASSIGN(const auto meant, functions_meant(inventory, selectors, companions_of(values)));
  GPUPASS_TRY_ASSIGN(const auto others, selectors_of(values, "with"));
  GPUPASS_TRY_ASSIGN(const auto named, functions_meant(inventory, others, Companions::left_out));
  std::set<PciAddress> functions(meant.begin(), meant.end());
  functions.insert(named.begin(), named.end());
  return std::vector(functions.begin(), functions.end());
}

Failure no_device_named() {
  return fail(ErrorKind::usage, "no device is named",
              "give at least one SELECTOR; `gpupass list` shows what is there");
}

Result<std::vector<PciAddress>> functions_to_pass(const Inventory& inventory, const po::variables_map& values,
                                                  const std::string& usage) {
  GPUPASS_TRY_ASSIGN(const auto selectors, selectors_of(values, "selector"));
  if (selectors.empty()) {
    return fail(ErrorKind::usage, "no device is named", usage + "; `gpupass list` shows what is there");
  }
  return selected_functions(inventory, selectors, values);
}

}  // namespace gpupass::cli
