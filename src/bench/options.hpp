// SPDX-License-Identifier: GPL-2.0-or-later
// The command line of gpupass-bench as a value.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/case.hpp"

namespace gpupass::bench {

enum class Format { text, json };

struct Options {
  bool list = false;
  std::optional<std::string> information;  // --help or --version: what to print instead of anything else
  std::vector<std::string> filters;        // globs of case ids; a case runs that fits one. Empty: all
  std::vector<Group> groups;               // empty: all
  Settings settings;                       // without --seed, a seed from the clock
  std::string role;                        // "host", "guest", …; empty: what the processor says
  std::optional<std::int64_t> block;
  std::optional<std::int64_t> order_in_block;
  int runs = 1;
  std::string out;  // a file, or with several runs a folder; empty: none
  Format format = Format::text;
  bool operator==(const Options&) const = default;

  /// Whether this case was asked for.
  [[nodiscard]] bool select(const Case& row) const;
};

/// Error: usage.
[[nodiscard]] Result<Options> parse_options(const std::vector<std::string>& arguments);

/// The options as a command line that parses to them again.
[[nodiscard]] std::vector<std::string> words_of(const Options& options);

/// "1%" or "0.01" as 0.01. Error: usage, for anything below 0 or above 100 %.
[[nodiscard]] Result<double> parse_fraction(const std::string& text);

}  // namespace gpupass::bench
