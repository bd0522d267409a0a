// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/selection.hpp"

namespace gpupass::cli {

void add_only(po::options_description& options) {
  options.add_options()("only", "exactly what is named: a graphics card without its companions");
}

Result<session::Selection> selection_of(const po::variables_map& values, const std::string& option) {
  session::Selection selection;
  GPUPASS_TRY_ASSIGN(selection.selectors, selectors_of(values, option));
  GPUPASS_TRY_ASSIGN(selection.with, selectors_of(values, "with"));
  if (values.count("only") > 0) selection.companions = Companions::left_out;
  return selection;
}

Result<session::Selection> some_selection_of(const po::variables_map& values, const std::string& usage) {
  GPUPASS_TRY_ASSIGN(auto selection, selection_of(values));
  if (!selection.selectors.empty()) return selection;
  return fail(
      ErrorKind::usage, "no device is named",
      (usage.empty() ? "give at least one SELECTOR" : usage) + "; `gpupass list` shows what is there");
}

}  // namespace gpupass::cli
