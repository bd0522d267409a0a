// SPDX-License-Identifier: GPL-2.0-or-later
// What the commands of `gpupass bench` read and write, and the options that several of them have.
#pragma once

#include <string>
#include <vector>

#include "cli/options.hpp"
#include "gpupass/study/experiment/runs.hpp"

namespace gpupass::cli {

/// On the terminal, or in the file that is named.
[[nodiscard]] Result<int> print_or_write(Context& context, const std::string& file, const std::string& text);
/// Words of the command line before and after "--".
using Sides = study::SideFiles;

/// A "--" on the command line is between two sides, and options may follow it: it is handed to parse() as a
/// word, which sides_of() finds again.
[[nodiscard]] std::vector<std::string> with_separator_as_word(std::vector<std::string> arguments);
[[nodiscard]] Sides sides_of(const std::vector<std::string>& words);

/// --margin, --margin-latency, --margin-tail, --filter, --group
struct ComparisonOptions {
  std::string margin = "1%", margin_latency = "5%", margin_tail = "20%";
  std::vector<std::string> filters, groups;
};
void add_comparison_options(Syntax& syntax, ComparisonOptions& to);
/// Error: usage.
[[nodiscard]] Result<bench::ComparisonSettings> comparison_settings(const ComparisonOptions& options);

/// The sides with what --filter and --group leave of them and the control. Errors: as of make_sides(), and of
/// files that are no runs.
[[nodiscard]] Result<std::vector<bench::Side>> load_sides(const Sides& sides,
                                                          const ComparisonOptions& options);

}  // namespace gpupass::cli
