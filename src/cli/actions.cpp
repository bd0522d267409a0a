// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/actions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "cli/options.hpp"
#include "gpupass/core/printable.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/core/wrap.hpp"

namespace gpupass::cli {
namespace {

std::string usage(const Actions& actions) {
  return fmt::format("usage: gpupass {} ACTION …\n\n{}\n\n{}", actions.command, actions.about,
                     rows_text(actions.rows)) +
         fmt::format("\n`gpupass {} ACTION --help` explains an action.\n", actions.command);
}

}  // namespace

std::string rows_text(std::span<const Command> rows) {
  std::size_t names = 0, arguments = 0;
  for (const auto& row : rows) {
    names = std::max(names, core::columns(row.name));
    arguments = std::max(arguments, core::columns(row.arguments));
  }
  std::string text;
  std::string_view group;
  for (const auto& row : rows) {
    if (row.group != group) text += fmt::format("{}{}\n", text.empty() ? "" : "\n", row.group);
    group = row.group;
    const auto words = fmt::format("  {:<{}} {:<{}} ", row.name, names, row.arguments, arguments);
    text += words + core::wrapped(row.summary, options::k_help_columns, core::columns(words)) + "\n";
  }
  return text;
}

std::string nearest(std::string_view typed, std::span<const Command> rows, std::string_view before) {
  constexpr std::size_t k_alike = 2;
  const auto to_typed = [&](const Command& row) { return core::distance(typed, row.name); };
  const auto& best = *std::ranges::min_element(rows, {}, to_typed);
  return to_typed(best) > k_alike ? "" : fmt::format("did you mean `{} {}`? ", before, best.name);
}

Result<int> run_action(Context& context, const Actions& actions, const std::vector<std::string>& arguments) {
  const std::string word = arguments.empty() ? "" : arguments.front();
  if (word == "--help" || word == "-h") {
    context.terminal.out << usage(actions);
    return 0;
  }
  const auto action =
      std::ranges::find_if(actions.rows, [&](const Command& row) { return word == row.name; });
  if (action != actions.rows.end())
    return action->function(context, {arguments.begin() + 1, arguments.end()});
  const auto command = fmt::format("gpupass {}", actions.command);
  return fail(ErrorKind::usage,
              word.empty() ? "no action is named" : fmt::format("there is no action '{}'", word),
              (word.empty() ? "" : nearest(word, actions.rows, command)) +
                  fmt::format("`{} --help` lists them", command));
}

}  // namespace gpupass::cli
