// SPDX-License-Identifier: GPL-2.0-or-later
// What the commands of `gpupass bench` read and write, and the options that several of them have.
#pragma once

#include <string>
#include <vector>

#include "cli/options.hpp"
#include "gpupass/study/sides.hpp"

namespace gpupass::cli {

/// A file of the caller's, relative to where the caller is.
[[nodiscard]] Result<std::string> read_input(const std::string& path);
/// gpupass-bench itself, which is larger than any result.
[[nodiscard]] Result<std::string> read_program(const std::string& path);
/// On the terminal, or in the file that is named.
[[nodiscard]] Result<int> print_or_write(Context& context, const std::string& file, const std::string& text);
/// Removes one for good; it may be gone already.
[[nodiscard]] Result<> remove_output(const std::string& path);

/// The runs in these files, and in the files *.json of these folders. Error: invalid, naming the file.
[[nodiscard]] Result<std::vector<bench::Run>> load_runs(const std::vector<std::string>& paths);
/// Whether these runs could be one side of a comparison. Error: usage, where they have different roles.
[[nodiscard]] Result<> check_side(const std::vector<std::string>& paths);

/// Words of the command line before and after "--".
struct Sides {
  std::vector<std::string> baseline, candidate;
};

/// A "--" on the command line stands between the two sides, and options may follow it: it is handed to
/// parse() as a word, which sides_of() finds again.
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

/// Both sides with what --filter and --group leave of them and the control. Errors: as of make_sides(), and
/// of files that are no runs.
[[nodiscard]] Result<study::Sides> load_sides(const Sides& sides, const ComparisonOptions& options);

}  // namespace gpupass::cli
