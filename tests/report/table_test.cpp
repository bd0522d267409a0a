// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/report/table.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace gpupass::report {
namespace {

constexpr int k_wide = 1000;

TEST(Table, AlignsItsColumns) {
  Table table({"NAME", {"SIZE", Align::right}, "REST"});
  table.add({"a", "1", "x"});
  table.add({"longer", "12345", ""});
  EXPECT_EQ(table.text(k_wide),
            "NAME     SIZE  REST\n"
            "a           1  x\n"
            "longer  12345\n");
}

TEST(Table, CountsCharactersAndNotBytes) {
  Table table({"A", "B"});
  table.add({"äöü", "x"});
  table.add({"abc", "x"});
  EXPECT_EQ(table.text(k_wide), "A    B\näöü  x\nabc  x\n");
}

TEST(Table, LeavesOutColumnsThatAreEmpty) {
  Table table({"A", "B", "C"});
  table.add({"1", "", "3"});
  EXPECT_EQ(table.text(k_wide), "A  C\n1  3\n");
}

TEST(Table, ShortensOnlyWhatMayBe) {
  Table table({"FIXED", {"NAME", Align::left, 4}});
  table.add({"0123456789", "abcdefghij"});
  EXPECT_EQ(table.text(22), "FIXED       NAME\n0123456789  abcdefghij\n");
  EXPECT_EQ(table.text(18), "FIXED       NAME\n0123456789  abcde…\n");
  EXPECT_EQ(table.text(5), "FIXED       NAME\n0123456789  abc…\n");  // narrower it does not get
}

TEST(Table, LeavesOutTheLeastImportantWhereThereIsNoRoomAndSaysWhat) {
  Table table({"KEY", {"ONE", Align::left, 0, 1}, {"TWO", Align::left, 0, 2}, {"THREE", Align::left, 0, 3}});
  table.add({"k", "1", "2", "3"});
  EXPECT_EQ(table.text(20), "KEY  ONE  TWO  THREE\nk    1    2    3\n");
  EXPECT_EQ(table.text(19), "KEY  TWO  THREE\nk    2    3\n");
  EXPECT_EQ(table.text(14), "KEY  THREE\nk    3\n(no room for TWO)\n");
  EXPECT_EQ(table.text(7), "KEY\nk\n(no room for TWO, THREE)\n");
}

TEST(Table, ShortensNothingForAColumnThatIsNotMissed) {
  Table table({"KEY", {"CLASS", Align::left, 2, 1}, {"NAME", Align::left, 2}});
  table.add({"k", "class", "a name"});
  EXPECT_EQ(table.text(18), "KEY  CLASS  NAME\nk    class  a name\n");
  EXPECT_EQ(table.text(17), "KEY  NAME\nk    a name\n");
}

TEST(Table, NoLineIsWiderThanTheTerminal) {
  Table table({"A", {"B", Align::left, 10}, {"C", Align::left, 10}, {"D", Align::left, 0, 1}});
  table.add({"0000:01:00.0", std::string(60, 'b'), std::string(70, 'c'), std::string(20, 'd')});
  for (const int width : {40, 60, 80, 120, 200}) {
    const auto text = table.text(width);
    for (std::size_t start = 0, end = 0; (end = text.find('\n', start)) != text.npos; start = end + 1) {
      const auto cut = text.substr(start, end - start);
      const auto marks = static_cast<std::size_t>(std::count(cut.begin(), cut.end(), '\xe2'));
      EXPECT_LE(cut.size() - 2 * marks, static_cast<std::size_t>(width)) << cut;  // … has three bytes
    }
  }
}

TEST(Table, ColoursOnlyWhenAskedAndOnlyTheWords) {
  Table table({"A", "B"});
  table.add({{"x", Style::red}, {"y", Style::green}});
  table.add({"long", "z"});
  EXPECT_EQ(table.text(k_wide), "A     B\nx     y\nlong  z\n");
  EXPECT_EQ(table.text(k_wide, true),
            "\x1b[1mA\x1b[0m     \x1b[1mB\x1b[0m\n"
            "\x1b[31mx\x1b[0m     \x1b[32my\x1b[0m\n"
            "long  z\n");
}

TEST(Table, WithoutRowsIsNothing) {
  EXPECT_EQ(Table({"A", "B"}).text(k_wide), "");
}

}  // namespace
}  // namespace gpupass::report
