// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/printable.hpp"

#include <gtest/gtest.h>

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
  EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\\x9b");  // a control character of its own, as ESC [ is
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
