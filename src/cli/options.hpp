// SPDX-License-Identifier: GPL-2.0-or-later
// Boost.Program_options behind the two things every command needs: one usage error, one --help.
#pragma once

#include <boost/program_options.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "gpupass/cli/command.hpp"
#include "gpupass/pci_address.hpp"

namespace gpupass::cli {

namespace po = boost::program_options;

/// How wide a --help is at most, whatever the terminal.
constexpr std::size_t k_help_columns = 80;

/// What a command accepts. `positional` names the options that bare words fill, each with how many
/// (-1: the rest).
struct Syntax {
  std::string usage;  // "gpupass list [SELECTOR…] [options]"
  std::string about;  // a short paragraph
  po::options_description options{"Options"};
  std::vector<std::pair<std::string, int>> positional;
};

/// The values; nothing when --help was asked for and has been printed. Error: usage.
[[nodiscard]] Result<std::optional<po::variables_map>> parse(Context& context, Syntax syntax,
                                                             const std::vector<std::string>& arguments);

enum class Format { text, json };
/// Adds --format.
void add_format(po::options_description& options);
/// Error: usage, naming the formats.
[[nodiscard]] Result<Format> format_of(const po::variables_map& values);

/// What an option was given, or nothing: "", or no words where it may be repeated.
[[nodiscard]] std::string word_of(const po::variables_map& values, const std::string& option);
[[nodiscard]] std::vector<std::string> words_of(const po::variables_map& values, const std::string& option);

/// Adds --connect.
void add_connect(po::options_description& options);
/// The libvirt connection that is meant, named or not.
[[nodiscard]] std::string uri_of(const Context& context, const po::variables_map& values);

/// --timeout. Error: usage, where that is no time to wait.
[[nodiscard]] Result<std::chrono::seconds> timeout_of(const po::variables_map& values);

/// A file of the user's, wherever a command goes on from.
[[nodiscard]] std::string absolute(const std::string& path);

/// The words of a command before -- and those behind it, which are another program's.
struct SplitWords {
  std::vector<std::string> ours, theirs;
};
[[nodiscard]] SplitWords split_words(const std::vector<std::string>& arguments);

/// The SELECTOR words of a command. Error: usage.
[[nodiscard]] Result<std::vector<Selector>> selectors_of(const po::variables_map& values,
                                                         const std::string& option);

}  // namespace gpupass::cli
