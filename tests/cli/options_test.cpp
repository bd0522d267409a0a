// SPDX-License-Identifier: GPL-2.0-or-later
// Options that several commands have.
#include "cli/options.hpp"

#include <gtest/gtest.h>

namespace gpupass::cli {
namespace {

using Words = std::vector<std::string>;

TEST(SharedOptions, TheFormatIsOneOfTwo) {
  Format format = Format::text;
  Syntax syntax("gpupass try [options]", "Tries.");
  add_format(syntax, format);
  EXPECT_EQ(options::parse(syntax, {"--format", "json"}), true);
  EXPECT_EQ(format, Format::json);
  const auto wrong = options::parse(syntax, {"--format", "yaml"});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().what, "there is no format 'yaml'");
  EXPECT_EQ(wrong.error().hint, "--format is text or json");
}

TEST(SharedOptions, TheConnectionIsReadFromTheArguments) {
  const std::string session = "qemu:///session";
  for (const auto& words : {Words{"vm1", "-c", session}, Words{"--connect", session, "vm1"},
                            Words{"--connect=" + session}, Words{"-c" + session}})
    EXPECT_EQ(connection_named(words), session);
  EXPECT_EQ(connection_named({"vm1", "--", "-c", "x"}), "");
  EXPECT_EQ(connection_named({"vm1", "-c"}), "");
}

}  // namespace
}  // namespace gpupass::cli
