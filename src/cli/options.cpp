// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/any.hpp>
#include <cctype>
#include <filesystem>
#include <ostream>

#include "gpupass/core/text.hpp"
#include "gpupass/report/findings.hpp"

namespace gpupass::cli {
namespace {

constexpr std::string_view k_usage = "usage: ";

/// Bare words as the last option they fill expects them, hidden from --help.
po::options_description with_positional(const Syntax& syntax, po::positional_options_description& places) {
  po::options_description all;
  all.add(syntax.options);
  for (const auto& [name, count] : syntax.positional) {
    all.add_options()(name.c_str(), po::value<std::vector<std::string>>());
    places.add(name.c_str(), count);
  }
  return all;
}

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

/// As of an unset variable in a script: nothing is chosen in its place.
Result<void> refuse_empty(const po::variables_map& values, const po::options_description& options) {
  for (const auto& option : options.options()) {
    const auto& name = option->long_name();
    const bool takes_a_value = option->semantic()->max_tokens() > 0;
    if (!takes_a_value || values.count(name) == 0 || values[name].defaulted()) continue;
    const auto& value = values[name].value();
    const auto* const word = boost::any_cast<std::string>(&value);
    const auto* const words = boost::any_cast<std::vector<std::string>>(&value);
    if ((word != nullptr && word->empty()) || (words != nullptr && std::ranges::count(*words, "") > 0))
      return fail(ErrorKind::usage, fmt::format("--{}: nothing is given for it", name),
                  "leave it out, or say what is meant");
  }
  return {};
}

}  // namespace

Result<std::optional<po::variables_map>> parse(Context& context, Syntax syntax,
                                               const std::vector<std::string>& arguments) {
  syntax.options.add_options()("help,h", "show this");
  po::positional_options_description places;
  const auto all = with_positional(syntax, places);
  po::variables_map values;
  try {
    using Style = po::command_line_style::style_t;
    constexpr int k_style = Style::unix_style & ~Style::allow_guessing;
    po::store(po::command_line_parser(arguments).options(all).positional(places).style(k_style).run(),
              values);
    po::notify(values);
  } catch (const po::error& error) {
    return fail(ErrorKind::usage, error.what(),
                fmt::format("usage: {}; `{} --help` explains it", syntax.usage, command_name(syntax.usage)));
  }
  if (values.count("help") == 0) {
    GPUPASS_TRY(refuse_empty(values, syntax.options));
    return values;
  }
  context.terminal.out << k_usage << report::wrapped(syntax.usage, k_help_columns, k_usage.size()) << "\n\n"
                       << report::reflowed(syntax.about, k_help_columns) << "\n\n"
                       << syntax.options;
  return std::nullopt;
}

void add_format(po::options_description& options) {
  options.add_options()("format", po::value<std::string>()->default_value("text")->value_name("text|json"),
                        "how to print");
}

Result<Format> format_of(const po::variables_map& values) {
  const auto& text = values["format"].as<std::string>();
  if (text == "text") return Format::text;
  if (text == "json") return Format::json;
  return fail(ErrorKind::usage, "there is no format '" + text + "'", "--format is text or json");
}

std::string word_of(const po::variables_map& values, const std::string& option) {
  return values.count(option) > 0 ? values[option].as<std::string>() : "";
}

std::vector<std::string> words_of(const po::variables_map& values, const std::string& option) {
  return values.count(option) > 0 ? values[option].as<std::vector<std::string>>()
                                  : std::vector<std::string>{};
}

void add_connect(po::options_description& options) {
  options.add_options()("connect,c", po::value<std::string>()->value_name("URI"),
                        "the libvirt connection (else LIBVIRT_DEFAULT_URI, else qemu:///system)");
}

std::string uri_of(const Context& context, const po::variables_map& values) {
  return values.count("connect") > 0 ? word_of(values, "connect") : context.default_uri;
}

Result<std::chrono::seconds> timeout_of(const po::variables_map& values) {
  const int seconds = values["timeout"].as<int>();
  if (seconds < 1 || seconds > 86400)
    return fail(ErrorKind::usage, fmt::format("--timeout {}: not between 1 and 86400 seconds", seconds));
  return std::chrono::seconds(seconds);
}

std::string absolute(const std::string& path) {
  return std::filesystem::absolute(path).lexically_normal().string();
}

SplitWords split_words(const std::vector<std::string>& arguments) {
  const auto separator = std::find(arguments.begin(), arguments.end(), "--");
  SplitWords split{{arguments.begin(), separator}, {}};
  if (separator != arguments.end()) split.theirs.assign(separator + 1, arguments.end());
  return split;
}

Result<std::vector<Selector>> selectors_of(const po::variables_map& values, const std::string& option) {
  std::vector<Selector> selectors;
  for (const auto& text : words_of(values, option)) {
    GPUPASS_TRY_ASSIGN(auto selector, parse_selector(text));
    selectors.push_back(std::move(selector));
  }
  return selectors;
}

}  // namespace gpupass::cli
