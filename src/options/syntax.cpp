// SPDX-License-Identifier: GPL-2.0-or-later
// Boost.Program_options, which splits the words and prints --help, is seen by this file alone.
#include "gpupass/options/syntax.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <cctype>
#include <charconv>
#include <sstream>

#include "gpupass/core/text.hpp"
#include "gpupass/core/wrap.hpp"

namespace gpupass::options {
namespace {

namespace po = boost::program_options;

using Words = std::vector<std::string>;

constexpr std::string_view k_usage = "usage: ";

// ---- as Boost has it: every value is a word ---------------------------------------------------------

const po::value_semantic* semantic_of(const Syntax::Option& option) {
  if (option.repeats) return po::value<Words>()->composing()->value_name(option.value);
  auto* const value = po::value<std::string>()->value_name(option.value);
  if (!option.initial.empty()) value->default_value(option.initial);
  return value;
}

po::options_description shown_options(const Syntax& syntax, const std::string& title = {}) {
  po::options_description options(title);
  for (const auto& option : syntax.options()) {
    if (option.value.empty())
      options.add_options()(option.names.c_str(), option.help.c_str());
    else
      options.add_options()(option.names.c_str(), semantic_of(option), option.help.c_str());
  }
  const bool placed = std::ranges::count(syntax.options(), std::string("help"), &Syntax::Option::name) > 0;
  if (!placed) options.add_options()("help,h", "show this");
  return options;
}

/// Words without a name are options to Boost, hidden from --help.
po::variables_map stored(const Syntax& syntax, const po::options_description& shown, const Words& arguments) {
  using Style = po::command_line_style::style_t;
  constexpr int k_style = Style::unix_style & ~Style::allow_guessing;
  po::options_description all;
  po::positional_options_description places;
  all.add(shown);
  for (const auto& positional : syntax.positional()) {
    all.add_options()(positional.names.c_str(), semantic_of(positional));
    places.add(positional.names.c_str(), positional.repeats ? -1 : 1);
  }
  po::variables_map values;
  po::store(po::command_line_parser(arguments).options(all).positional(places).style(k_style).run(), values);
  po::notify(values);
  return values;
}

/// What was given for an option. A flag has one word, an empty one.
Words words_of(const po::variables_map& values, const Syntax::Option& option) {
  const auto& value = values[option.name()];
  if (value.empty() || value.defaulted()) return {};
  return option.repeats ? value.as<Words>() : Words{value.as<std::string>()};
}

// ---- the same for every command -------------------------------------------------------------------

/// "gpupass guest start VM [options]" → "gpupass guest start"
std::string command_name(const std::string& usage) {
  const auto words = core::words(usage);
  const auto is_name = [](std::string_view word) {
    return std::ranges::all_of(word, [](char c) { return std::islower(static_cast<unsigned char>(c)) != 0; });
  };
  std::string name;
  for (const auto word : words) {
    if (!is_name(word)) break;
    name += (name.empty() ? "" : " ") + std::string(word);
  }
  return name;
}

std::string usage_hint(const Syntax& syntax) {
  if (!syntax.hint().empty()) return syntax.hint();
  return fmt::format("usage: {}; `{} --help` explains it", syntax.usage(), command_name(syntax.usage()));
}

/// As of an unset variable in a script: nothing is chosen in its place.
Result<void> refuse_empty(const Syntax& syntax, const po::variables_map& values) {
  for (const auto& option : syntax.options()) {
    if (option.value.empty() || std::ranges::count(words_of(values, option), "") == 0) continue;
    return fail(ErrorKind::usage, fmt::format("--{}: its value is empty", option.name()),
                "leave it out, or give a value");
  }
  return {};
}

Result<void> fill(const Syntax& syntax, const po::variables_map& values) {
  const auto usage = usage_hint(syntax);
  for (const auto* const rows : {&syntax.options(), &syntax.positional()}) {
    for (const auto& option : *rows) {
      for (auto& text : words_of(values, option))
        GPUPASS_TRY(option.read({std::move(text), option.name(), usage}));
    }
  }
  for (const auto& check : syntax.checks()) GPUPASS_TRY(check());
  return {};
}

template <class T>
Result<void> read_number(const Word& word, T& to) {
  const auto* const end = word.text.data() + word.text.size();
  const auto [stop, error] = std::from_chars(word.text.data(), end, to);
  if (error == std::errc() && stop == end) return {};
  return fail(ErrorKind::usage,
              fmt::format("the argument ('{}') for option '--{}' is invalid", word.text, word.option),
              word.usage);
}

}  // namespace

Result<void> read(const Word& word, std::string& to) {
  to = word.text;
  return {};
}

Result<void> read(const Word& word, int& to) {
  return read_number(word, to);
}

Result<void> read(const Word& word, std::int64_t& to) {
  return read_number(word, to);
}

Result<void> read(const Word& word, std::uint64_t& to) {
  return read_number(word, to);
}

Result<void> read(const Word& word, std::chrono::milliseconds& to) {
  int seconds = 0;
  GPUPASS_TRY(read_number(word, seconds));
  if (seconds < 1 || seconds > 86400)
    return fail(ErrorKind::usage,
                fmt::format("--{} {}: not between 1 and 86400 seconds", word.option, seconds));
  to = std::chrono::seconds(seconds);
  return {};
}

Result<void> read(const Word& word, Selector& to) {
  GPUPASS_TRY_ASSIGN(to, parse_selector(word.text));
  return {};
}

std::string typed(const std::string& value) {
  return value;
}

std::string typed(std::int64_t value) {
  return std::to_string(value);
}

std::string typed(std::chrono::milliseconds value) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(value).count());
}

Result<bool> parse(const Syntax& syntax, const Words& arguments) {
  po::variables_map values;
  try {
    values = stored(syntax, shown_options(syntax), arguments);
  } catch (const po::error& error) {
    return fail(ErrorKind::usage, error.what(), usage_hint(syntax));
  }
  if (values.count("help") != 0) return false;
  GPUPASS_TRY(refuse_empty(syntax, values));
  GPUPASS_TRY(fill(syntax, values));
  return true;
}

std::string options_text(const Syntax& syntax, const std::string& title) {
  std::ostringstream text;
  text << shown_options(syntax, title);
  return text.str();
}

std::string help_text(const Syntax& syntax) {
  return std::string(k_usage) + core::wrapped(syntax.usage(), k_help_columns, k_usage.size()) + "\n\n" +
         core::reflowed(syntax.about(), k_help_columns) + "\n\n" + options_text(syntax);
}

}  // namespace gpupass::options
