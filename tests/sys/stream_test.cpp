// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/sys/stream.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "support/tree.hpp"

namespace gpupass::sys {
namespace {

TEST(ReadStream, WaitsForWhoWritesAPipe) {
  const test::Tree tree;
  ASSERT_EQ(mkfifo(tree.at("/pipe").c_str(), 0600), 0);
  std::thread writer([&] {
    std::ofstream pipe(tree.at("/pipe"));
    pipe << "one " << std::flush;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    pipe << "two";
  });
  EXPECT_EQ(read_stream(tree.at("/pipe"), 100), "one two");
  writer.join();
}

TEST(ReadStream, StopsAtItsLimit) {
  EXPECT_EQ(read_stream("/dev/zero", 100000)->size(), 100000U);
}

TEST(ReadStream, SaysWhatIsWrong) {
  const test::Tree tree;
  EXPECT_EQ(read_stream(tree.at("/nowhere"), 1).error().kind, ErrorKind::not_found);
  EXPECT_EQ(read_stream(tree.root(), 1).error().kind, ErrorKind::invalid) << "a folder";
}

}  // namespace
}  // namespace gpupass::sys
