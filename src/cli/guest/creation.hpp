// SPDX-License-Identifier: GPL-2.0-or-later
// The options that say what a guest that is made is to be: of `gpupass guest create` and of whatever makes
// one.
#pragma once

#include <string>
#include <vector>

#include "cli/options.hpp"
#include "gpupass/run/creation.hpp"

namespace gpupass::cli {

/// `help`: of all of them; empty: each has its own.
void add_creation(Syntax& syntax, run::Creation& to, const std::string& help = {});
/// The options that were given, each as one word: "--memory=64G".
[[nodiscard]] std::vector<std::string> words_of(const run::Creation& creation);

}  // namespace gpupass::cli
