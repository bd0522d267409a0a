// SPDX-License-Identifier: GPL-2.0-or-later
// The words of a program's command line. The options are a struct; a Syntax binds each argument to a field of
// it and has the text of --help; parse() fills it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gpupass/error.hpp"
#include "gpupass/pci_address.hpp"

namespace gpupass::options {

/// How wide a --help is at most, whatever the terminal.
constexpr std::size_t k_help_columns = 80;

/// A word that an option was given.
struct Word {
  std::string text;
  std::string option;  // its name, "timeout"
  std::string usage;   // how the command is used, for the hint of an error
};

// What an option can be. Error: usage.
[[nodiscard]] Result<void> read(const Word& word, std::string& to);
[[nodiscard]] Result<void> read(const Word& word, int& to);
[[nodiscard]] Result<void> read(const Word& word, std::int64_t& to);
[[nodiscard]] Result<void> read(const Word& word, std::uint64_t& to);
[[nodiscard]] Result<void> read(const Word& word, std::chrono::milliseconds& to);  // seconds, up to a day
[[nodiscard]] Result<void> read(const Word& word, Selector& to);
// A type of another namespace has its read() and typed() there.
template <class T>
[[nodiscard]] Result<void> read(const Word& word, std::optional<T>& to) {
  return read(word, to.emplace());
}
template <class T>
[[nodiscard]] Result<void> read(const Word& word, std::vector<T>& to) {
  return read(word, to.emplace_back());
}

// And as it is typed: the default that --help shows. Empty: there is none to show.
[[nodiscard]] std::string typed(const std::string& value);
[[nodiscard]] std::string typed(std::int64_t value);
[[nodiscard]] std::string typed(std::chrono::milliseconds value);
template <class T>
[[nodiscard]] std::string typed(const std::optional<T>& /*value*/) {
  return {};
}
template <class T>
[[nodiscard]] std::string typed(const std::vector<T>& /*value*/) {
  return {};
}

template <class T>
constexpr bool k_repeats = false;
template <class T>
constexpr bool k_repeats<std::vector<T>> = true;

/// What a command accepts. Whatever is bound must be there until it is parsed.
class Syntax {
 public:
  struct Option {
    std::string names;  // "dry-run,n": --dry-run and -n
    std::string value;  // what --help calls it; empty: a flag
    std::string help;
    std::string initial;  // what it is without being given; empty: nothing to show
    bool repeats = false;
    std::function<Result<void>(const Word&)> read;  // of each word that was given for it

    [[nodiscard]] std::string name() const { return names.substr(0, names.find(',')); }
  };
  using Check = std::function<Result<void>()>;

  /// `usage`: "gpupass list [SELECTOR…] [options]"; `about`: a short paragraph; `hint`: where errors send
  /// people; empty: to the usage.
  Syntax(std::string usage, std::string about, std::string hint = {})
      : usage_(std::move(usage)), about_(std::move(about)), hint_(std::move(hint)) {}

  /// --NAME, which sets `to`.
  template <class T>
  void flag(std::string names, T& to, T value, std::string help) {
    options_.push_back({std::move(names), {}, std::move(help), {}, false, [&to, value](const Word&) {
                          to = value;
                          return Result<void>();
                        }});
  }
  void flag(std::string names, bool& to, std::string help) {
    flag(std::move(names), to, true, std::move(help));
  }

  /// --NAME VALUE. What `to` has already is its default. A std::vector takes the words of several; a
  /// std::optional, or an empty text, says that none was given: an empty word is refused.
  template <class T>
  void option(std::string names, T& to, std::string value, std::string help) {
    options_.push_back(
        {std::move(names), std::move(value), std::move(help), typed(to), k_repeats<T>, reader(to)});
  }

  /// A word without a name; of a std::vector all that are left.
  template <class T>
  void positional(std::string name, T& to) {
    positional_.push_back({std::move(name), {}, {}, {}, k_repeats<T>, reader(to)});
  }

  /// A look at what was read, once all of it was; in the order in which they were added.
  void then(Check check) { checks_.push_back(std::move(check)); }

  [[nodiscard]] const std::string& usage() const { return usage_; }
  [[nodiscard]] const std::string& about() const { return about_; }
  [[nodiscard]] const std::string& hint() const { return hint_; }
  [[nodiscard]] const std::vector<Option>& options() const { return options_; }
  [[nodiscard]] const std::vector<Option>& positional() const { return positional_; }
  [[nodiscard]] const std::vector<Check>& checks() const { return checks_; }

 private:
  template <class T>
  static std::function<Result<void>(const Word&)> reader(T& to) {
    return [&to](const Word& word) { return read(word, to); };
  }

  std::string usage_, about_, hint_;
  std::vector<Option> options_, positional_;
  std::vector<Check> checks_;
};

/// Fills what the syntax binds. False where --help was asked for: nothing else is to be done than to show it.
/// It is the last of the options, unless the syntax has it elsewhere.
/// Error: usage.
[[nodiscard]] Result<bool> parse(const Syntax& syntax, const std::vector<std::string>& arguments);

/// The options with what --help tells of each, below a title where one is given.
[[nodiscard]] std::string options_text(const Syntax& syntax, const std::string& title = {});
/// All of --help: the usage, the paragraph and the options.
[[nodiscard]] std::string help_text(const Syntax& syntax);

}  // namespace gpupass::options
