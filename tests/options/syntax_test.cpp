// SPDX-License-Identifier: GPL-2.0-or-later
// Words of a command line, bound to the fields of a struct.
#include "gpupass/options/syntax.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gpupass/card.hpp"

// What a program adds to the kinds of values, in its own namespace.
namespace gpupass::program {

enum class Format { text, json };

Result<void> read(const options::Word& word, Format& to) {
  if (word.text != "text" && word.text != "json")
    return fail(ErrorKind::usage, "there is no format '" + word.text + "'", "--format is text or json");
  to = word.text == "json" ? Format::json : Format::text;
  return {};
}

std::string typed(Format value) {
  return value == Format::json ? "json" : "text";
}

}  // namespace gpupass::program

namespace gpupass::options {
namespace {

using program::Format;

using testing::ElementsAre;
using testing::HasSubstr;
using Words = std::vector<std::string>;

struct Asked {
  std::string vm;
  std::vector<Selector> devices;
  bool dry_run = false;
  Companions companions = Companions::along;
  std::string driver = "vfio-pci";
  std::string owner;
  int runs = 3;
  std::optional<int> cores;
  Words variables;
  std::chrono::milliseconds timeout = std::chrono::seconds(60);
  Format format = Format::text;
  Words checks;
};

Syntax syntax_of(Asked& asked) {
  Syntax syntax("gpupass try VM SELECTOR… [options]", "Tries.");
  syntax.positional("vm", asked.vm);
  syntax.positional("selector", asked.devices);
  syntax.flag("dry-run,n", asked.dry_run, "change nothing");
  syntax.flag("only", asked.companions, Companions::left_out, "no companions");
  syntax.option("driver", asked.driver, "NAME", "which");
  syntax.option("for", asked.owner, "NAME", "whose");
  syntax.option("runs", asked.runs, "N", "how many");
  syntax.option("cores", asked.cores, "N", "how many");
  syntax.option("env", asked.variables, "NAME=VALUE", "may be repeated");
  syntax.option("timeout", asked.timeout, "S", "how long");
  syntax.option("format", asked.format, "text|json", "how to print");
  for (const auto* const name : {"first", "second"}) {
    syntax.then([&asked, name]() -> Result<void> {
      asked.checks.emplace_back(name + asked.vm);
      return {};
    });
  }
  return syntax;
}

class Options : public testing::Test {
 protected:
  Result<bool> parse_words(const Words& words) {
    asked = {};
    const auto syntax = syntax_of(asked);
    auto parsed = parse(syntax, words);
    out = parsed && !*parsed ? help_text(syntax) : "";
    return parsed;
  }
  std::string error_of(const Words& words) {
    const auto parsed = parse_words(words);
    if (parsed || parsed.error().kind != ErrorKind::usage) return "no usage error";
    return parsed.error().what + " | " + parsed.error().hint;
  }

  Asked asked;
  std::string out;
};

TEST_F(Options, AreWhatTheirFieldsHaveUntilTheyAreGiven) {
  ASSERT_EQ(parse_words({}), true);
  EXPECT_EQ(asked.driver, "vfio-pci");
  EXPECT_EQ(asked.runs, 3);
  EXPECT_FALSE(asked.cores);
  EXPECT_EQ(asked.companions, Companions::along);
  EXPECT_EQ(asked.timeout, std::chrono::minutes(1));
}

TEST_F(Options, FillTheFieldsThatTheyAreBoundTo) {
  ASSERT_EQ(parse_words({"vm1", "01:00.0", "-n", "--only", "--driver=nvidia", "--runs", "-5", "--cores", "8",
                         "--env", "A=1", "02:00.0", "--env=B=2", "--timeout", "86400", "--format", "json"}),
            true);
  EXPECT_EQ(asked.vm, "vm1");
  EXPECT_THAT(asked.devices, ElementsAre(*parse_selector("01:00.0"), *parse_selector("02:00.0")));
  EXPECT_TRUE(asked.dry_run);
  EXPECT_EQ(asked.companions, Companions::left_out);
  EXPECT_EQ(asked.driver, "nvidia");
  EXPECT_EQ(asked.runs, -5);
  EXPECT_EQ(asked.cores, 8);
  EXPECT_THAT(asked.variables, ElementsAre("A=1", "B=2"));
  EXPECT_EQ(asked.timeout, std::chrono::hours(24));
  EXPECT_EQ(asked.format, Format::json);
}

TEST_F(Options, AreLookedAtOnceAllOfThemAreRead) {
  ASSERT_EQ(parse_words({"--runs", "1", "vm1"}), true);
  EXPECT_THAT(asked.checks, ElementsAre("firstvm1", "secondvm1"));
}

TEST_F(Options, OfHelpShowTheirDefaultsAndAreNotRead) {
  ASSERT_EQ(parse_words({"--help", "--cores", "8"}), false);
  for (const auto* const line :
       {"usage: gpupass try VM SELECTOR… [options]\n\nTries.\n\n", "  -n [ --dry-run ] ",
        "  --driver NAME (=vfio-pci)  which\n", "  --for NAME ", "  --runs N (=3) ", "  --cores N ",
        "  --timeout S (=60) ", "  --format text|json (=text) how to print\n"})
    EXPECT_THAT(out, HasSubstr(line));
  EXPECT_THAT(out, testing::Not(HasSubstr("selector")));
  EXPECT_FALSE(asked.cores);
  EXPECT_TRUE(asked.checks.empty());
}

TEST_F(Options, HaveATitleAndHelpElsewhereWhereAProgramWantsThem) {
  bool help = false, version = false;
  Syntax syntax("try", {}, "see `try --help`");
  syntax.flag("help,h", help, "show this");
  syntax.flag("version", version, "print it");
  EXPECT_EQ(options_text(syntax, "Options"),
            "Options:\n  -h [ --help ]         show this\n  --version             print it\n");
  EXPECT_EQ(parse(syntax, {"-h"}), false);
  EXPECT_EQ(parse(syntax, {"--frob"}).error().hint, "see `try --help`");
}

TEST_F(Options, ThatCannotBeReadAreOneUsageError) {
  const std::string usage = "usage: gpupass try VM SELECTOR… [options]; `gpupass try --help` explains it";
  for (const auto& [words, said] : std::vector<std::pair<Words, std::string>>{
           {{"--frob"}, "unrecognised option '--frob' | " + usage},
           {{"--dry"}, "unrecognised option '--dry' | " + usage},
           {{"--runs", "x"}, "the argument ('x') for option '--runs' is invalid | " + usage},
           {{"--cores=1.5"}, "the argument ('1.5') for option '--cores' is invalid | " + usage},
           {{"--runs", "99999999999"},
            "the argument ('99999999999') for option '--runs' is invalid | " + usage},
           {{"--for", ""}, "--for: its value is empty | leave it out, or give a value"},
           {{"--env", "A=1", "--env", ""}, "--env: its value is empty | leave it out, or give a value"},
           {{"--timeout", "0"}, "--timeout 0: not between 1 and 86400 seconds | "},
           {{"--timeout", "86401"}, "--timeout 86401: not between 1 and 86400 seconds | "},
           {{"--format", "yaml"}, "there is no format 'yaml' | --format is text or json"}})
    EXPECT_EQ(error_of(words), said);
  EXPECT_THAT(error_of({"vm1", "0000:01"}), HasSubstr("'0000:01' names no PCI device"));
  EXPECT_THAT(error_of({"--runs", "1", "--runs", "2"}), HasSubstr("cannot be specified more than once"));
}

}  // namespace
}  // namespace gpupass::options
