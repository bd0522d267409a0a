// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/actions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <ostream>

#include "cli/options.hpp"
#include "gpupass/core/printable.hpp"
#include "gpupass/report/findings.hpp"

namespace gpupass::cli {
namespace {

/// How many letters must be put in, taken out or replaced to make one word of the other (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);  // from what was read of a to each beginning of b
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (const char letter : a) {
    std::size_t diagonal = row[0]++;
    for (std::size_t i = 0; i < b.size(); ++i) {
      const auto replaced = diagonal + (letter == b[i] ? 0 : 1);
      diagonal = row[i + 1];
      row[i + 1] = std::min({replaced, row[i] + 1, row[i + 1] + 1});
    }
  }
  return row.back();
}

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
    text += words + report::wrapped(row.summary, k_help_columns, core::columns(words)) + "\n";
  }
  return text;
}

std::string nearest(std::string_view typed, std::span<const Command> rows, std::string_view before) {
  constexpr std::size_t k_alike = 2;
  const auto to_typed = [&](const Command& row) { return distance(typed, row.name); };
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
