// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/walk.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <array>

#include "support/tree.hpp"

namespace gpupass::sys {
namespace {

using Open = int (*)(int root, const std::string& path, int flags);

/// Both ways of opening: the kernel's, and ours for kernels without it.
class OpenInside : public testing::TestWithParam<Open> {
 protected:
  OpenInside() {
    tree.file("/outside/secret", "secret").file("/root/etc/file", "inside").dir("/root/sys");
    root = Fd(open(tree.at("/root").c_str(), O_PATH | O_DIRECTORY));
  }
  /// The file's text; "-" where it cannot be opened.
  std::string text(const std::string& path, int flags = 0) {
    const Fd file(GetParam()(root.get(), path, O_RDONLY | flags));
    std::array<char, 64> bytes{};
    const auto got = file ? read(file.get(), bytes.data(), bytes.size()) : -1;
    return got < 0 ? "-" : std::string(bytes.data(), static_cast<std::size_t>(got));
  }
  test::Tree tree;
  Fd root;
};

TEST_P(OpenInside, FollowsLinksWithinTheRoot) {
  tree.link("/root/sys/relative", "../etc/file").link("/root/sys/absolute", "/etc/file");
  tree.link("/root/sys/folder", "../etc");
  for (const auto* const path :
       {"/etc/file", "etc/./file", "/sys/relative", "/sys/absolute", "/sys/folder/file"})
    EXPECT_EQ(text(path), "inside") << path;
}

TEST_P(OpenInside, NoLinkAndNoDotsLeadOut) {
  tree.link("/root/run", "../outside").link("/root/far", (tree.at("/outside")).string());
  tree.link("/root/direct", tree.at("/outside/secret").string())
      .link("/root/sys/up", "../../../outside/secret");
  for (const auto* const path : {"/run/secret", "/far/secret", "/direct", "/sys/up", "/../outside/secret",
                                 "/etc/../../outside/secret"})
    EXPECT_EQ(text(path), "-") << path;
  EXPECT_EQ(text("/../../etc/file"), "inside") << "above the root is the root";
}

TEST_P(OpenInside, ALinkThatIsNotToBeFollowedAndOneInACircleAreErrors) {
  tree.link("/root/link", "etc/file").link("/root/circle", "circle");
  EXPECT_EQ(text("/link", O_NOFOLLOW), "-");
  EXPECT_EQ(text("/circle"), "-");
  EXPECT_EQ(text("/absent/file"), "-");
  EXPECT_EQ(text("/etc/file/below"), "-");
}

INSTANTIATE_TEST_SUITE_P(Ways, OpenInside, testing::Values(&open_inside, &open_walking));

}  // namespace
}  // namespace gpupass::sys
