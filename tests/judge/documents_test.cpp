// SPDX-License-Identifier: GPL-2.0-or-later
// The documents say what the code says.
#include <gtest/gtest.h>

#include "gpupass/core/text.hpp"
#include "gpupass/judge/rules.hpp"
#include "support/golden.hpp"

namespace gpupass {
namespace {

std::string document(const char* name) {
  return test::read_fixture(std::filesystem::path("../docs") / name);
}

/// Line breaks and runs of blanks as one blank each.
std::string flowing(std::string_view text) {
  std::string flow;
  for (const auto word : core::words(text)) flow += (flow.empty() ? "" : " ") + std::string(word);
  return flow;
}

TEST(DoctorRulesDocument, HasASectionForEachRuleInOrderAndNoOther) {
  std::vector<std::string> sections, ids;
  const auto text = document("doctor-rules.md");
  for (const auto line : core::split(text, '\n')) {
    if (line.starts_with("## ")) sections.emplace_back(line.substr(3));
  }
  for (const auto& rule : judge::table()) ids.emplace_back(rule.id);
  EXPECT_EQ(sections, ids);
}

TEST(DoctorRulesDocument, SaysWhatTheTableSays) {
  const auto text = flowing(document("doctor-rules.md"));
  for (const auto& rule : judge::table()) {
    const auto start = std::string("## ") + rule.id + " **" + rule.title + ".** " + rule.meaning + " ";
    EXPECT_NE(text.find(start), std::string::npos) << start;
  }
}

/// When a rule is asked is a column of its row: nothing else chooses among rules by their names.
TEST(TableOfRules, NoOtherFolderKnowsTheNameOfARule) {
  namespace fs = std::filesystem;
  const auto top = fs::path(test::source("/src"));
  int read = 0;
  for (const auto& entry : fs::recursive_directory_iterator(top)) {
    const auto name = entry.path().lexically_relative(top).string();
    if (!entry.is_regular_file() || name.starts_with("judge/")) continue;
    const auto text = test::read_fixture("../src/" + name);
    ++read;
    for (const auto& rule : judge::table()) {
      if (rule.id == std::string_view("sriov")) continue;  // a word of inventories, too
      EXPECT_EQ(text.find('"' + std::string(rule.id) + '"'), std::string::npos) << name << ": " << rule.id;
    }
  }
  EXPECT_GT(read, 100);
}

/// A quotation is a line that names a file, and then a block of code. Returns how many there are.
int check_quotations(const char* name) {
  const auto text = document(name);
  constexpr std::string_view k_start = "`\n```cpp\n", k_end = "```\n";
  int quotations = 0;
  for (auto at = text.find(k_start); at != std::string::npos; at = text.find(k_start, at + 1)) {
    const auto name_start = text.rfind('`', at - 1) + 1;
    const auto file = text.substr(name_start, at - name_start);
    const auto start = at + k_start.size();
    const auto code = text.substr(start, text.find(k_end, start) - start);
    EXPECT_NE(test::read_fixture("../" + file).find(code), std::string::npos) << file << ":\n" << code;
    ++quotations;
  }
  return quotations;
}

TEST(AddingARuleDocument, QuotesTheCodeAsItIs) {
  EXPECT_EQ(check_quotations("adding-a-rule.md"), 6);
}

TEST(AddingATenantDocument, QuotesTheCodeAsItIs) {
  EXPECT_EQ(check_quotations("adding-a-tenant.md"), 1);
}

TEST(AddingABenchmarkDocument, QuotesTheCodeAsItIs) {
  EXPECT_EQ(check_quotations("adding-a-benchmark.md"), 4);
}

TEST(AddingAStepDocument, QuotesTheCodeAsItIs) {
  EXPECT_EQ(check_quotations("adding-a-step.md"), 8);
}

}  // namespace
}  // namespace gpupass
