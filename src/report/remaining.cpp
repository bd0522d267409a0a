// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/report/remaining.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gpupass/core/text.hpp"

namespace gpupass::report {
namespace {

using How = FileChange::How;

std::string patch_text(const FileChange& change) {
  auto text = fmt::format("     change {}:\n", change.path);
  for (const auto line : core::split(change.difference, '\n')) text += fmt::format("       {}\n", line);
  return text;
}

std::string text_of(const FileChange& change) {
  switch (change.how) {
    case How::remove:
      return fmt::format("     rm {}\n", change.path);
    case How::set_mode:
      return fmt::format("     chmod {:o} {}\n", change.mode, change.path);
    case How::install:
      return fmt::format("     install -D -m {:o} {} {}\n", change.mode, change.origin, change.path);
    case How::patch:
      break;
  }
  return patch_text(change);
}

}  // namespace

std::string remaining_text(const std::vector<RemainingStep>& steps, const std::string& command) {
  if (steps.empty()) return {};
  std::string text = "\nStill to do, by you or by gpupass:\n";
  int number = 0;
  for (const auto& step : steps) {
    text += fmt::format("  {}. {}\n", ++number, step.purpose);
    for (const auto& change : step.files) text += text_of(change);
    if (!step.program.empty()) text += fmt::format("     {}\n", fmt::join(step.program, " "));
  }
  return text + fmt::format("`{} --apply` does exactly this, and records the previous state.\n", command);
}

}  // namespace gpupass::report
