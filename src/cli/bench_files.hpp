// SPDX-License-Identifier: GPL-2.0-or-later
// What the commands of `gpupass bench` read and write, and the options that several of them have.
#pragma once

#include <string>
#include <vector>

#include "cli/options.hpp"
#include "gpupass/study/experiment/comparison_words.hpp"

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
void add_comparison_options(Syntax& syntax, study::ComparisonWords& to);

/// Says what runs come to: the comparison where there is more than one side, and a report where `file` names
/// one. Returns the exit status of `gpupass bench compare`; 0 where there is one side alone.
[[nodiscard]] Result<int> answer(Context& context, const Sides& sides, const study::ComparisonWords& words,
                                 const std::string& file);

}  // namespace gpupass::cli
