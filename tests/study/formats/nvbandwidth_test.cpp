// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/study/formats/nvbandwidth.hpp"

#include <gmock/gmock.h>

#include "support/golden.hpp"

namespace gpupass::study {
namespace {

using testing::HasSubstr;

const NvbandwidthFacts k_facts{"host", 3, "2026-11-22T12:00:00Z", std::int64_t{256} << 20};

Result<bench::Run> import(std::string text, const std::string& from = "", const std::string& to = "") {
  if (const auto at = text.find(from); !from.empty() && at != std::string::npos)
    text.replace(at, from.size(), to);
  return from_nvbandwidth(text, k_facts);
}

std::string file() {
  return test::read_fixture("study/formats/nvbandwidth.json");
}

TEST(Nvbandwidth, NamesItsTestsAsOurCases) {
  const auto run = import(file());
  ASSERT_TRUE(run) << describe(run.error());
  std::vector<std::string> keys;
  for (const auto& measurement : run->benchmarks) keys.push_back(key(measurement));
  EXPECT_THAT(keys, testing::ElementsAre("h2d.pinned/bytes=268435456", "d2d.copy/bytes=268435456",
                                         "pcie.chase/bytes=2097152",
                                         "nvbandwidth.device_to_device_memcpy_read_ce/column=1/row=0",
                                         "nvbandwidth.device_to_device_memcpy_read_ce/column=0/row=1",
                                         "d2h.pinned/bytes=268435456", "nvbandwidth.all_to_host_memcpy_ce"));
}

TEST(Nvbandwidth, GivesValuesInOurUnits) {
  const auto run = import(file());
  ASSERT_TRUE(run);
  const auto& [copy, local, latency] = std::tie(run->benchmarks[0], run->benchmarks[1], run->benchmarks[2]);
  EXPECT_NEAR(copy.summary->median, 55.63e9, 1);
  EXPECT_EQ(copy.unit, "B/s");
  EXPECT_NEAR(local.summary->median, 2 * 1500.5e9, 10);  // it counts a byte once that is read and written
  EXPECT_NEAR(latency.summary->median, 1210.4e-9, 1e-15);
  EXPECT_EQ(latency.better, bench::Better::lower);
}

TEST(Nvbandwidth, KeepsWhatWasNotMeasured) {
  const auto run = import(file());
  ASSERT_TRUE(run);
  EXPECT_EQ(run->benchmarks[5].status, bench::Status::waived);
  EXPECT_EQ(run->benchmarks[6].status, bench::Status::error);
  EXPECT_EQ(run->benchmarks[6].reason, "out of memory");
}

TEST(Nvbandwidth, SaysWhichRunItIs) {
  const auto run = import(file());
  ASSERT_TRUE(run);
  EXPECT_EQ(run->role, "host");
  EXPECT_EQ(run->block, 3);
  EXPECT_EQ(run->env["driver"], "580.00");
  EXPECT_EQ(run->id, import(file())->id);
  EXPECT_NE(run->id, import(file(), "55.63", "55.64")->id);
}

TEST(Nvbandwidth, IsARunThatCanBeReadBack) {
  const auto run = import(file());
  ASSERT_TRUE(run);
  const auto again = bench::run_from_json(bench::to_json(*run).dump());
  ASSERT_TRUE(again) << describe(again.error());
  EXPECT_EQ(again->benchmarks, run->benchmarks);
}

TEST(Nvbandwidth, RefusesWhatItCannotRead) {
  for (const auto& [from, to, message] : std::vector<std::array<std::string, 3>>{
           {"\"nvbandwidth\"", "\"other\"", "nvbandwidth"},
           {"\"55.63\"", "\"fast\"", "testcases[0].bandwidth_matrix[0][0]: \"fast\" is not a result"},
           {"\"1500.5\"", "\"-3\"", "testcases[1].bandwidth_matrix[0][0]"},
           {"[ \"55.63\" ]", "7", "type"},
           {"{", "", "parse"}}) {
    const auto run = import(file(), from, to);
    ASSERT_FALSE(run) << from;
    EXPECT_EQ(run.error().kind, ErrorKind::invalid);
    EXPECT_THAT(run.error().what, HasSubstr(message));
  }
}

}  // namespace
}  // namespace gpupass::study
