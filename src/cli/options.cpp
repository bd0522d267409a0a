// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/options.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <ostream>

#include "gpupass/core/names.hpp"

namespace gpupass::cli {
namespace {

using Words = std::vector<std::string>;

constexpr std::array k_formats = {core::Name<Format>{Format::text, "text"},
                                  core::Name<Format>{Format::json, "json"}};

}  // namespace

Result<void> read(const Word& word, Format& to) {
  const auto format = core::value_in(k_formats, word.text);
  if (!format)
    return fail(ErrorKind::usage, "there is no format '" + word.text + "'", "--format is text or json");
  to = *format;
  return {};
}

std::string typed(Format value) {
  return core::name_in(k_formats, value);
}

Result<bool> parse(Context& context, const Syntax& syntax, const Words& arguments) {
  GPUPASS_TRY_ASSIGN(const bool go, options::parse(syntax, arguments));
  if (!go) context.terminal.out << options::help_text(syntax);
  return go;
}

void add_only(Syntax& syntax, session::Selection& to) {
  syntax.flag("only", to.companions, Companions::left_out,
              "take exactly what is named: a graphics card without its companions");
}

Result<void> require_some(const session::Selection& selection, const std::string& usage) {
  if (!selection.selectors.empty()) return {};
  return fail(
      ErrorKind::usage, "no device is named",
      (usage.empty() ? "give at least one SELECTOR" : usage) + "; `gpupass list` shows what is there");
}

void add_format(Syntax& syntax, Format& to) {
  syntax.option("format", to, "text|json", "how to print");
}

void add_connect(Syntax& syntax, std::string& to) {
  syntax.option("connect,c", to, "URI",
                "the libvirt connection (else LIBVIRT_DEFAULT_URI, else qemu:///system)");
}

const std::string& uri_of(const Context& context, const std::string& named) {
  return named.empty() ? context.default_uri : named;
}

std::string connection_named(const std::vector<std::string>& arguments) {
  for (auto word = arguments.begin(); word != arguments.end() && *word != "--"; ++word) {
    if (word->starts_with("--connect=")) return word->substr(word->find('=') + 1);
    if ((*word == "--connect" || *word == "-c") && word + 1 != arguments.end()) return *(word + 1);
    if (word->starts_with("-c") && word->size() > 2) return word->substr(2);
  }
  return "";
}

SplitWords split_words(const Words& arguments) {
  const auto separator = std::find(arguments.begin(), arguments.end(), "--");
  SplitWords split{{arguments.begin(), separator}, {}};
  if (separator != arguments.end()) split.theirs.assign(separator + 1, arguments.end());
  return split;
}

}  // namespace gpupass::cli
