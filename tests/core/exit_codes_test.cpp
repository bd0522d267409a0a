// SPDX-License-Identifier: GPL-2.0-or-later
// docs/exit-codes.md and src/core/error.cpp say the same.
#include <gmock/gmock.h>

#include <fstream>
#include <map>
#include <regex>

#include "gpupass/bench/comparison.hpp"
#include "gpupass/error.hpp"
#include "support/golden.hpp"

namespace gpupass {
namespace {

using Codes = std::map<int, std::string>;

/// The rows "| 6 | `busy` | …" of the document.
Codes documented() {
  std::ifstream file(test::source("/docs/exit-codes.md"));
  const std::regex row(R"(^\| (\d+) \| `([a-z-]+)` \| .+)");
  Codes codes;
  for (std::string line; std::getline(file, line);) {
    std::smatch match;
    if (std::regex_match(line, match, row)) codes[std::stoi(match[1])] = match[2];
  }
  return codes;
}

/// Every kind there is; besides, what is no error.
Codes built_in() {
  Codes codes{{0, "done"},
              {1, "blocks"},
              {exit_code(bench::Answer::outside), "outside"},
              {exit_code(bench::Answer::inconclusive), "inconclusive"}};
  for (auto kind = ErrorKind::usage; kind <= ErrorKind::internal;
       kind = static_cast<ErrorKind>(static_cast<int>(kind) + 1)) {
    codes[exit_code(kind)] = name(kind);
  }
  return codes;
}

TEST(ExitCodes, AreDocumentedAsTheyAre) {
  EXPECT_THAT(documented(), testing::ContainerEq(built_in()));
}

TEST(ExitCodes, TellKindsApart) {
  const auto kinds = static_cast<std::size_t>(ErrorKind::internal) + 1;
  EXPECT_EQ(built_in().size(), kinds + 4);
}

}  // namespace
}  // namespace gpupass
