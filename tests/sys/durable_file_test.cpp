// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/durable_file.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

#include "support/tree.hpp"

namespace gpupass::sys {
namespace {

mode_t mode_of(const std::filesystem::path& path) {
  struct stat status {};
  EXPECT_EQ(stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 0777U;
}

TEST(DurableFile, WritesAppendsAndRemovesForItsOwnerOnly) {
  test::Tree tree;
  const auto file = tree.at("/var/lib/gpupass/journal/one");
  ASSERT_TRUE(write_durably(file, "first\n"));
  ASSERT_TRUE(append_line_durably(file, "second"));
  EXPECT_EQ(tree.text("/var/lib/gpupass/journal/one"), "first\nsecond\n");
  EXPECT_EQ(mode_of(file), 0600U);
  EXPECT_EQ(mode_of(file.parent_path()), 0700U);
  EXPECT_EQ(test::snapshot(file.parent_path()), "one: first\nsecond\n\n") << "no temporary file is left";
  ASSERT_TRUE(remove_durably(file));
  EXPECT_TRUE(remove_durably(file)) << "one that is gone is no error";
}

/// A disk with room for ten bytes a file, as far as a process can have one.
int append_to_a_full_disk(const std::filesystem::path& file) {
  signal(SIGXFSZ, SIG_IGN);
  const rlimit ten{10, 10};
  if (setrlimit(RLIMIT_FSIZE, &ten) != 0) return 2;
  return append_line_durably(file, "a second line") ? 3 : 1;
}

TEST(DurableFile, HasNoHalfOfWhatDidNotFit) {
  test::Tree tree;
  const auto file = tree.at("/journal");
  ASSERT_TRUE(write_durably(file, "first\n"));
  EXPECT_EXIT(_exit(append_to_a_full_disk(file)), testing::ExitedWithCode(1), "");
  EXPECT_EQ(tree.text("/journal"), "first\n");
}

TEST(DurableFile, SaysWhichFileFailed) {
  test::Tree tree;
  tree.file("/var/lib", "a file where a folder should be");
  const auto result = write_durably(tree.at("/var/lib/x"), "text");
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().what.find("/var/lib"), std::string::npos);
}

}  // namespace
}  // namespace gpupass::sys
