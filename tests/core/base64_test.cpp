// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/core/base64.hpp"

#include <gtest/gtest.h>

namespace gpupass::core {
namespace {

TEST(Base64, HasTheExamplesOfRfc4648) {
  for (const auto& [bytes, text] : {std::pair{"", ""},
                                    {"f", "Zg=="},
                                    {"fo", "Zm8="},
                                    {"foo", "Zm9v"},
                                    {"foob", "Zm9vYg=="},
                                    {"fooba", "Zm9vYmE="},
                                    {"foobar", "Zm9vYmFy"}}) {
    EXPECT_EQ(to_base64(bytes), text);
    EXPECT_EQ(from_base64(text), bytes);
  }
}

TEST(Base64, KeepsEveryByte) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
}

TEST(Base64, TakesNothingElse) {
  for (const auto* const text : {"Zg", "Zg=", "Z!==", "Zm9v\n", "===="})
    EXPECT_EQ(from_base64(text), std::nullopt);
}

}  // namespace
}  // namespace gpupass::core
