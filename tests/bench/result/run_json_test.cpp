// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "bench/support/example.hpp"
#include "gpupass/bench/run.hpp"

namespace gpupass::bench {
namespace {

using nlohmann::json;
using testing::HasSubstr;

TEST(RunJson, ComesBackAsItWas) {
  const auto run = test::example_run();
  const auto back = run_from_json(to_json(run).dump());
  ASSERT_TRUE(back) << back.error().what;
  EXPECT_EQ(*back, run);
}

TEST(RunJson, WhatIsNotKnownStaysOut) {
  auto run = test::example_run();
  run.block.reset();
  run.order_in_block.reset();
  run.gates[0].value.reset();
  const auto document = to_json(run);
  EXPECT_FALSE(document["run"].contains("block"));
  EXPECT_TRUE(document["gates"][0]["value"].is_null());
  const auto back = run_from_json(document.dump());
  ASSERT_TRUE(back) << back.error().what;
  EXPECT_EQ(*back, run);
}

TEST(RunJson, FractionIsOfTheCeiling) {
  auto run = test::example_run();
  run.benchmarks[0].ceiling->value = run.benchmarks[0].summary->median * 2;
  EXPECT_DOUBLE_EQ(to_json(run)["benchmarks"][0]["ceiling"]["fraction"], 0.5);
}

TEST(RunJson, UnknownKeysAreLeftAlone) {
  auto document = to_json(test::example_run());
  document["later"] = 1;
  document["benchmarks"][0]["later"] = json::object();
  EXPECT_TRUE(run_from_json(document.dump()));
}

struct Breach {
  const char* name;
  std::function<void(json&)> breach;
  const char* says;
};

void PrintTo(const Breach& breach, std::ostream* out) {
  *out << breach.name;
}

class RunJsonRefuses : public testing::TestWithParam<Breach> {};

TEST_P(RunJsonRefuses, AndNamesThePlace) {
  auto document = to_json(test::example_run());
  GetParam().breach(document);
  const auto run = run_from_json(document.dump());
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().kind, ErrorKind::invalid);
  EXPECT_THAT(run.error().what, HasSubstr(GetParam().says));
}

json& first(json& document) {
  return document["benchmarks"][0];
}

INSTANTIATE_TEST_SUITE_P(
    Documents, RunJsonRefuses,
    testing::Values(
        Breach{"no_object", [](json& d) { d = json::array(); }, "the document: is not an object"},
        Breach{"other_schema", [](json& d) { d["schema"] = "gpupass.bench/2"; },
               "schema: is 'gpupass.bench/2'"},
        Breach{"no_run", [](json& d) { d.erase("run"); }, "run: is missing"},
        Breach{"seed_below_zero", [](json& d) { d["run"]["seed"] = -1; }, "run.seed: is not a whole number"},
        Breach{"block_no_number", [](json& d) { d["run"]["block"] = "3"; },
               "run.block: is not a whole number"},
        Breach{"env_no_object", [](json& d) { d["env"] = 1; }, "env: is not an object"},
        Breach{"gate_without_pass", [](json& d) { d["gates"][0].erase("pass"); },
               "gates[0].pass: is missing"},
        Breach{"number_as_text", [](json& d) { first(d)["work"]["amount"] = "4096"; },
               "benchmarks[0].work.amount: is not a number"},
        Breach{"no_work", [](json& d) { first(d)["work"]["amount"] = 0; },
               "benchmarks[0].work.amount: is not above zero"},
        Breach{"no_iterations", [](json& d) { first(d)["work"]["iterations"] = 0; },
               "benchmarks[0].work.iterations: is zero"},
        Breach{"part_of_an_iteration", [](json& d) { first(d)["work"]["iterations"] = 1.5; },
               "benchmarks[0].work.iterations: is not a whole number"},
        Breach{"nan_as_null", [](json& d) { first(d)["samples_ns"][1] = nullptr; },
               "benchmarks[0].samples_ns[1]: is not a number"},
        Breach{"time_below_zero", [](json& d) { first(d)["samples_ns"][1] = -5; },
               "benchmarks[0].samples_ns[1]: is not above zero"},
        Breach{"other_group", [](json& d) { first(d)["group"] = "K"; }, "benchmarks[0].group: is 'K'"},
        Breach{"other_status", [](json& d) { first(d)["status"] = "ok"; }, "benchmarks[0].status: is 'ok'"},
        Breach{"failed_without_reason", [](json& d) { first(d)["status"] = "failed"; },
               "benchmarks[0].reason: is empty"},
        Breach{"passed_with_errors", [](json& d) { first(d)["check"]["errors"] = 1; },
               "benchmarks[0]: passed with errors"},
        Breach{"summary_of_others", [](json& d) { first(d)["summary"]["n"] = 99; },
               "benchmarks[0].summary.n: is not the number of samples"},
        Breach{"no_summary", [](json& d) { first(d).erase("summary"); },
               "benchmarks[0]: has samples or a summary"},
        Breach{"clocks_of_others", [](json& d) { first(d)["sm_mhz"].push_back(1980); },
               "benchmarks[0].sm_mhz: is not one clock per sample"},
        Breach{"nested_parameter", [](json& d) { first(d)["params"]["bytes"] = json::array(); },
               "benchmarks[0].params.bytes: is neither"},
        Breach{"twice", [](json& d) { d["benchmarks"].push_back(first(d)); },
               "benchmarks[2]: is a second h2d.pinned/bytes=4096"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(RunJson, TextThatIsNoJsonOrHoldsNumbersBeyondAllBounds) {
  for (const auto* text : {"", "{", "nan", R"({"schema": 1e999})"}) {
    const auto run = run_from_json(text);
    ASSERT_FALSE(run) << text;
    EXPECT_EQ(run.error().kind, ErrorKind::invalid);
  }
}

}  // namespace
}  // namespace gpupass::bench
