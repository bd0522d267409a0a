// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/session/installed.hpp"

#include <gtest/gtest.h>

#include "support/golden.hpp"
#include "support/tree.hpp"

namespace gpupass::session {
namespace {

TEST(Installed, DocumentsAreBesideScriptsInTheSourceTree) {
  const std::string source = test::source();
  const auto places = places_of(source);
  EXPECT_EQ(places.documents, source + "/docs/");
  EXPECT_EQ(places.scripts, source + "/scripts/");
}

TEST(Installed, DocumentsHaveTheirOwnFolderBelowThePrefix) {
  const test::Tree installed;
  const auto places = places_of(installed.at("/share/gpupass"));
  EXPECT_EQ(places.documents, installed.at("/share/doc/gpupass/").string());
  EXPECT_EQ(places.scripts, installed.at("/share/gpupass/scripts/").string());
}

}  // namespace
}  // namespace gpupass::session
