// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/actions.hpp"

#include <gmock/gmock.h>

#include <array>
#include <sstream>

namespace gpupass::cli {
namespace {

using testing::HasSubstr;

Result<int> count(Context&, const std::vector<std::string>& arguments) {
  return static_cast<int>(arguments.size());
}

constexpr std::array k_rows = {Command{"start", "VM", "start it", count},
                               Command{"console", "VM", "open its console", count}};

class ActionsOfACommand : public testing::Test {
 protected:
  Result<int> run(const std::vector<std::string>& words) {
    return run_action(context, {"guest", "Machines.", k_rows}, words);
  }

  std::istringstream in;
  std::ostringstream out, err;
  Terminal terminal{in, out, err};
  Host host{"/nowhere"};
  Context context{{host, {}, {}, {}}, terminal};
};

TEST_F(ActionsOfACommand, GetWhatFollowsThem) {
  EXPECT_EQ(run({"start", "vm1", "--now"}).value(), 2);
}

TEST_F(ActionsOfACommand, AreListedWithTheirSummariesInOneColumn) {
  EXPECT_EQ(run({"--help"}).value(), 0);
  EXPECT_THAT(out.str(), HasSubstr("  start   VM start it\n  console VM open its console\n"));
}

TEST_F(ActionsOfACommand, AreAskedForWhereNoneIsNamed) {
  EXPECT_EQ(run({}).error().kind, ErrorKind::usage);
  EXPECT_EQ(run({}).error().what, "no action is named");
}

TEST_F(ActionsOfACommand, AreSuggestedWhereTheyAreTypedAlike) {
  EXPECT_THAT(run({"strat"}).error().hint, HasSubstr("did you mean `gpupass guest start`?"));
  EXPECT_EQ(run({"frobnicate"}).error().hint, "`gpupass guest --help` lists them");
}

}  // namespace
}  // namespace gpupass::cli
