// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/core/printable.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "gpupass/core/printable_stream.hpp"

namespace gpupass::core {
namespace {

using namespace std::string_literals;

TEST(Printable, LeavesTextAlone) {
  for (const auto* const text : {"", "plain", "Müller – 16 GT/s …", "𝄞"}) {
    EXPECT_TRUE(is_printable(text)) << text;
    EXPECT_EQ(printable(text), text);
  }
}

TEST(Printable, ShowsControlCharactersAsTheirBytes) {
  EXPECT_EQ(printable("a\x1b[2Jb\n\t\x7f"), "a\\x1b[2Jb\\x0a\\x09\\x7f");
  EXPECT_EQ(printable("\0x"s), "\\x00x");
  EXPECT_EQ(printable("\xc2\x9b"), "\\u009b");  // a control character of its own, as ESC [ is
}

/// Each would make a reader see another text than the one that is there.
TEST(Printable, ShowsCharactersWithoutAShapeByTheirNumbers) {
  EXPECT_EQ(printable("a\u202eb"), "a\\u202eb");  // turns the direction of writing around
  EXPECT_EQ(printable("\u2066\u2069\u200f\u061c"), "\\u2066\\u2069\\u200f\\u061c");
  EXPECT_EQ(printable("a\u200bb\ufeff\u00ad"), "a\\u200bb\\ufeff\\u00ad");
  EXPECT_EQ(printable("\u2028\u2029"), "\\u2028\\u2029");
  EXPECT_EQ(printable("\U000e0041"), "\\udb40\\udc41");  // a tag; as JSON has it
  EXPECT_FALSE(is_printable("a\u202eb"));
  EXPECT_TRUE(is_printable("שלום"));  // written from right to left by itself
}

TEST(Printable, KeepsLinesWhereAskedTo) {
  EXPECT_EQ(printable_lines("a\n\tb\r\x1b\u202e"), "a\n\tb\\x0d\\x1b\\u202e");
  EXPECT_EQ(printable_xml("<a>\n\u202e</a>"), "<a>\n&#x202e;</a>");
}

std::string shown(const std::vector<std::string>& pieces, bool colours) {
  std::ostringstream inner;
  {
    PrintableStream out(inner, colours);
    for (const auto& piece : pieces) out << piece;
  }
  return inner.str();
}

TEST(PrintableStream, LetsNoSequenceThrough) {
  EXPECT_EQ(shown({"plain\n", "Größe…\t\n"}, false), "plain\nGröße…\t\n");
  EXPECT_EQ(shown({"\x1b]0;title\x07", "\x1b[2J\r"}, true), "\\x1b]0;title\\x07\\x1b[2J\\x0d");
  EXPECT_EQ(shown({"\x1b[31mred\x1b[0m"}, false), "\\x1b[31mred\\x1b[0m");
}

TEST(PrintableStream, LetsColoursThroughWhereThereAreColours) {
  EXPECT_EQ(shown({"\x1b[1;31mred\x1b[0m \x1b[2J"}, true), "\x1b[1;31mred\x1b[0m \\x1b[2J");
}

TEST(PrintableStream, PutsTogetherWhatComesInPieces) {
  EXPECT_EQ(shown({"\x1b", "[3", "1mred\x1b[0", "m"}, true), "\x1b[31mred\x1b[0m");
  EXPECT_EQ(shown({"\xe2", "\x80", "\xa6\xe2\x80", "\xae"}, true), "…\\u202e");
  EXPECT_EQ(shown({"cut \xe2\x80"}, true), "cut \\xe2\\x80");
  EXPECT_EQ(shown({"cut \x1b["}, true), "cut \\x1b[");
  const std::string digits(100, '1');
  EXPECT_EQ(shown({"\x1b[" + digits, digits + "m"}, true), "\\x1b[" + digits + digits + "m");
}

TEST(PrintableStream, KeepsJsonJson) {
  const auto json = nlohmann::json{{"name", "a\u202e\u0085\U000e0041\x1b"}}.dump(2);
  EXPECT_EQ(nlohmann::json::parse(shown({json}, false)), nlohmann::json::parse(json));
  EXPECT_TRUE(is_printable(shown({nlohmann::json::parse(json).dump()}, false)));
}

TEST(Printable, ShowsWhatIsNoUtf8AsItsBytes) {
  EXPECT_EQ(printable("\xff\xfe"), "\\xff\\xfe");
  EXPECT_EQ(printable("\xc3"), "\\xc3");                             // cut off
  EXPECT_EQ(printable("\xc3("), "\\xc3(");                           // not continued
  EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf");                    // overlong
  EXPECT_EQ(printable("\xe0\x9f\xbf"), "\\xe0\\x9f\\xbf");           // overlong
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");           // a surrogate
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");  // beyond the last character
}

TEST(Columns, CountsCharacters) {
  EXPECT_EQ(columns("Größe…"), 6U);
  EXPECT_EQ(columns(""), 0U);
}

TEST(Shorten, MarksWhatWasCut) {
  EXPECT_EQ(shorten("abcdef", 6), "abcdef");
  EXPECT_EQ(shorten("abcdef", 5), "abcd…");
  EXPECT_EQ(shorten("äöüßé", 3), "äö…");
  EXPECT_EQ(shorten("ab cdef", 4), "ab…");  // no blank before the mark
  EXPECT_EQ(shorten("abc", 1), "…");
  EXPECT_EQ(shorten("abc", 0), "");
}

}  // namespace
}  // namespace gpupass::core
