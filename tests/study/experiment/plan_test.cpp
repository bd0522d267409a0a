// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/study/experiment/plan.hpp"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

namespace gpupass::study {
namespace {

const std::vector<std::string> k_two{"host", "guest"};

/// Folders of earlier experiments go on in the order that they began with.
TEST(ExperimentPlan, KeepsTheOrderThatTwoArmsHadBefore) {
  std::string begins;
  const auto runs = random_order(k_two, 11, 42);
  for (std::size_t i = 0; i < runs.size(); i += 2) begins += runs[i].role.front();
  EXPECT_EQ(begins, "ggghhgghhhh");
}

TEST(ExperimentPlan, BeginsEquallyOftenWithEachOfSeveral) {
  const std::vector<std::string> roles{"host", "docker", "podman", "lxc"};
  std::map<std::string, int> begins, first_of_two;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const auto runs = random_order(roles, 10, seed);
    ASSERT_EQ(runs.size(), 40U);
    std::map<std::string, int> here;
    for (std::size_t i = 0; i < runs.size(); i += 4) {
      std::set<std::string> seen;
      for (std::size_t place = 0; place < 4; ++place) {
        EXPECT_EQ(runs[i + place].order, static_cast<int>(place) + 1);
        seen.insert(runs[i + place].role);
      }
      EXPECT_EQ(seen.size(), 4U);
      ++here[runs[i].role];
      ++begins[runs[i].role];
      ++first_of_two[runs[i + 1].role];
    }
    for (const auto& [role, count] : here) EXPECT_TRUE(count == 2 || count == 3) << role;
  }
  for (const auto* const counts : {&begins, &first_of_two}) {
    for (const auto& [role, count] : *counts) EXPECT_NEAR(count, 500, 75) << role;
  }
}

TEST(ExperimentPlan, BeginsHalfOfItsBlocksWithTheHost) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const auto runs = random_order(k_two, 10, seed);
    ASSERT_EQ(runs.size(), 20U);
    int host_first = 0;
    for (std::size_t i = 0; i < runs.size(); i += 2) {
      EXPECT_EQ(runs[i].block, runs[i + 1].block);
      EXPECT_EQ(runs[i].order, 1);
      EXPECT_NE(runs[i].role, runs[i + 1].role);
      host_first += runs[i].role == "host" ? 1 : 0;
    }
    EXPECT_EQ(host_first, 5);
  }
  EXPECT_EQ(random_order(k_two, 10, 3), random_order(k_two, 10, 3));
  EXPECT_NE(random_order(k_two, 10, 3), random_order(k_two, 10, 4));
}

TEST(ExperimentPlan, OfOddBlocksIsEvenOverSeeds) {
  int host_first = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed)
    host_first += random_order(k_two, 1, seed).front().role == "host" ? 1 : 0;
  EXPECT_GT(host_first, 400);
  EXPECT_LT(host_first, 600);
}

ExperimentPlan example_plan() {
  ExperimentSettings settings{
      {"0000:01:00.0"}, "vm1", "qemu:///system", "/image", {"--memory=4G"}, {"--quick"}, 3, "abc"};
  return {settings, 18'000'000'000'000'000'001U, "2026-11-22T12:00:00Z", "0.1.0",
          random_order(k_two, 3, 18'000'000'000'000'000'001U)};
}

TEST(ExperimentPlan, IsReadAsItWasWritten) {
  EXPECT_EQ(plan_from_json(to_json(example_plan())).value(), example_plan());
  for (const auto* const text : {"", "{}", "[]", R"({"schema": "gpupass.bench/1"})"})
    EXPECT_EQ(plan_from_json(text).error().kind, ErrorKind::invalid) << text;
}

/// An earlier gpupass wrote nothing of arms.
TEST(ExperimentPlan, OfTheHostAndAGuestIsReadWithoutArms) {
  auto json = nlohmann::json::parse(to_json(example_plan()));
  json["settings"].erase("arms");
  EXPECT_EQ(plan_from_json(json.dump()).value(), example_plan());
  json["settings"]["arms"] = {"host"};
  EXPECT_EQ(plan_from_json(json.dump()).error().kind, ErrorKind::invalid);
}

TEST(ExperimentPlan, FindsTheGroupsInBothSpellings) {
  EXPECT_EQ(groups_asked_for({"--quick", "--group=pci", "--group", "processor", "--groups=x"}),
            (std::set<std::string>{"pci", "processor"}));
}

TEST(ExperimentPlan, TellsWhatIsDifferent) {
  const auto there = example_plan().settings;
  auto asked = there;
  EXPECT_EQ(difference(there, asked), "");
  asked.blocks = 4;
  asked.options = {"--quick", "--group=pci"};
  EXPECT_EQ(difference(there, asked),
            R"(options: "--quick" there, "--quick --group=pci" now; blocks: "3" there, "4" now)");
}

TEST(Pace, GoesByRolesAndByTheOtherWhereOneIsNotKnown) {
  const std::vector<PlannedRun> left{{2, 1, "guest"}, {2, 2, "host"}, {3, 1, "host"}};
  Pace pace;
  EXPECT_LT(pace.left(left), 0);
  pace.took("host", 10);
  EXPECT_DOUBLE_EQ(pace.left(left), 30);
  pace.took("guest", 100);
  pace.took("host", 20);
  EXPECT_DOUBLE_EQ(pace.left(left), 130);
}

TEST(DurationText, IsAsFineAsOneWantsToKnow) {
  EXPECT_EQ(duration_text(40.4), "40 s");
  EXPECT_EQ(duration_text(730), "12 min");
  EXPECT_EQ(duration_text(12'000), "3 h 20 min");
}

}  // namespace
}  // namespace gpupass::study
