// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/selection.hpp"

namespace gpupass::cli {

void add_only(Syntax& syntax, session::Selection& to) {
  syntax.flag("only", to.companions, Companions::left_out,
              "exactly what is named: a graphics card without its companions");
}

Result<void> require_some(const session::Selection& selection, const std::string& usage) {
  if (!selection.selectors.empty()) return {};
  return fail(
      ErrorKind::usage, "no device is named",
      (usage.empty() ? "give at least one SELECTOR" : usage) + "; `gpupass list` shows what is there");
}

}  // namespace gpupass::cli
