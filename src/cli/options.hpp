// SPDX-License-Identifier: GPL-2.0-or-later
// Options that several commands have, and their words.
#pragma once

#include <string>
#include <vector>

#include "gpupass/cli/command.hpp"
#include "gpupass/options/syntax.hpp"
#include "gpupass/session/session.hpp"

namespace gpupass::cli {

using options::Syntax;
using options::Word;

enum class Format { text, json };
[[nodiscard]] Result<void> read(const Word& word, Format& to);
[[nodiscard]] std::string typed(Format value);

/// Fills what the syntax binds. False where --help was asked for, and has been printed: nothing else is to be
/// done. Error: usage.
[[nodiscard]] Result<bool> parse(Context& context, const Syntax& syntax,
                                 const std::vector<std::string>& arguments);

/// Adds --only: what is selected comes without companions.
void add_only(Syntax& syntax, session::Selection& to);

/// Error: usage, if nothing is named; `usage` is the command's own, if there is one to show.
[[nodiscard]] Result<void> require_some(const session::Selection& selection, const std::string& usage = {});

/// Adds --format.
void add_format(Syntax& syntax, Format& to);

/// Adds --connect. Empty: no connection is named.
void add_connect(Syntax& syntax, std::string& to);
/// The connection that is meant, named or not.
[[nodiscard]] const std::string& uri_of(const Context& context, const std::string& named);

/// The connection that these arguments name; empty if they leave it to the environment, which the next
/// command has as well.
[[nodiscard]] std::string connection_named(const std::vector<std::string>& arguments);

/// The words of a command before -- and those behind it, which are another program's.
struct SplitWords {
  std::vector<std::string> ours, theirs;
};
[[nodiscard]] SplitWords split_words(const std::vector<std::string>& arguments);

}  // namespace gpupass::cli
