// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/runner.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "bench/host_timing.hpp"

namespace gpupass::bench {
namespace {

using testing::HasSubstr;

Result<> measure_two(const Case& row, Context& context) {
  for (const std::int64_t bytes : {1, 2}) {
    auto measurement = measurement_of(row, {{"bytes", bytes}});
    measurement.samples_ns = {10, 20, 30};
    context.record(std::move(measurement));
  }
  return {};
}

Result<> measure_one_and_break(const Case& row, Context& context) {
  auto measurement = measurement_of(row, {{"bytes", std::int64_t{1}}});
  measurement.samples_ns = {10};
  context.record(std::move(measurement));
  return fail(ErrorKind::system, "the card fell off the bus", "reboot");
}

Result<> measure_and_break(const Case& row, Context& context) {
  auto measurement = measurement_of(row);
  measurement.samples_ns = {10};
  context.record(std::move(measurement));
  return fail(ErrorKind::system, "the card fell off the bus");
}

Case row_with(Needs needs, Result<> (*run)(const Case&, Context&)) {
  return {"a.case", Group::device, "time", "s", Better::lower, needs, "", "sum", "", run};
}

std::vector<Measurement> run(const Case& row) {
  const Host host;
  const Settings settings;
  NeedsMet met(host, settings);
  std::vector<Measurement> measurements;
  run_case(row, settings, met,
           [&](Measurement measurement) { measurements.push_back(std::move(measurement)); });
  return measurements;
}

TEST(RunCase, RecordsEachMeasurementWithItsSummary) {
  const auto measurements = run(row_with(Needs::nothing, measure_two));
  ASSERT_EQ(measurements.size(), 2U);
  EXPECT_EQ(measurements[0].status, Status::passed);
  EXPECT_EQ(measurements[0].check.kind, "sum");
  EXPECT_DOUBLE_EQ(measurements[1].summary.value().median, 2e-8);
}

TEST(RunCase, KeepsWhatThereWasWhenItBreaksOff) {
  const auto measurements = run(row_with(Needs::nothing, measure_one_and_break));
  ASSERT_EQ(measurements.size(), 2U);
  EXPECT_EQ(measurements[0].status, Status::passed);
  EXPECT_EQ(measurements[1].status, Status::error);
  EXPECT_EQ(measurements[1].reason, "the card fell off the bus; reboot");
}

TEST(RunCase, NeverHandsOverTwoOfOneKey) {
  const auto measurements = run(row_with(Needs::nothing, measure_and_break));
  ASSERT_EQ(measurements.size(), 2U);
  EXPECT_EQ(key(measurements[0]), "a.case");
  EXPECT_EQ(key(measurements[1]), "a.case/broke_off_after=1");
}

TEST(RunCase, WaivesACaseWhoseNeedIsNotMetWithoutCallingIt) {
  const auto measurements = run(row_with(Needs::pci_device, nullptr));
  ASSERT_EQ(measurements.size(), 1U);
  EXPECT_EQ(measurements[0].status, Status::waived);
  EXPECT_THAT(measurements[0].reason, HasSubstr("--pci ADDRESS"));
}

Measurement measured() {
  Measurement measurement;
  measurement.samples_ns = {1, 2};
  return measurement;
}

TEST(Finished, WrongOutputFailsAndSaysWhere) {
  auto measurement = measured();
  measurement.check = {"sum", 10, 2, "element 3: 5 for 4"};
  const auto end = finished(std::move(measurement));
  EXPECT_EQ(end.status, Status::failed);
  EXPECT_EQ(end.reason, "2 of 10 elements are wrong; element 3: 5 for 4");
  EXPECT_TRUE(end.summary);
}

TEST(Finished, WithoutSamplesOrWithImpossibleOnesItIsAnError) {
  EXPECT_EQ(finished({}).status, Status::error);
  for (const double impossible :
       {0.0, -1.0, std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
    auto measurement = measured();
    measurement.samples_ns.push_back(impossible);
    const auto end = finished(std::move(measurement));
    EXPECT_EQ(end.status, Status::error) << impossible;
    EXPECT_TRUE(end.samples_ns.empty());
    EXPECT_FALSE(end.summary);
    EXPECT_FALSE(end.reason.empty());
  }
}

TEST(Finished, ACaseMayWaiveOneOfItsSizes) {
  Measurement waived;
  waived.status = Status::waived;
  waived.reason = "too little memory";
  EXPECT_EQ(finished(waived), waived);
}

TEST(Order, IsASeedsOwnAndLosesNothing) {
  std::vector<const Case*> rows;
  for (const auto& row : cases()) rows.push_back(&row);
  const auto once = in_random_order(rows, 1), again = in_random_order(rows, 1),
             other = in_random_order(rows, 2);
  EXPECT_EQ(once, again);
  EXPECT_NE(once, other);
  EXPECT_TRUE(std::is_permutation(once.begin(), once.end(), rows.begin(), rows.end()));
}

TEST(Cases, HaveNamesOfTheirOwnAndSayWhatTheyDo) {
  std::set<std::string_view> ids;
  for (const auto& row : cases()) {
    EXPECT_TRUE(ids.insert(row.id).second) << row.id;
    for (const auto& words : {row.metric, row.unit, row.formula, row.check, row.hurts}) {
      EXPECT_FALSE(words.empty()) << row.id;
    }
    EXPECT_TRUE(row.run != nullptr || row.needs >= Needs::cuda) << row.id;
  }
}

TEST(Injection, MakesASampleLongerByItsShareInEarnest) {
  const auto start = now_ns();
  while (now_ns() - start < 1'000'000) {
  }
  const auto before = now_ns();
  const auto with = elapsed_with_injection(start, 1.0);
  const auto spun = now_ns() - before;
  EXPECT_GE(with, 2'000'000);
  EXPECT_GE(spun, 990'000);
}

TEST(Batches, LastAsLongAsTheyMustAndCountTheirIterations) {
  Settings settings;
  settings.quick = true;
  const Context context(settings, [](auto) {});
  Measurement measurement;
  std::int64_t done = 0;
  ASSERT_TRUE(sample_batches(context, measurement, [&](std::int64_t times) {
    for (; times > 0; --times) {
      const auto start = now_ns();
      while (now_ns() - start < 10'000) ++done;
    }
  }));
  EXPECT_EQ(measurement.samples_ns.size(), static_cast<std::size_t>(sampling(settings).samples));
  const auto least = 10'000.0 * static_cast<double>(measurement.work.iterations);
  for (const double sample : measurement.samples_ns) EXPECT_GE(sample, least);
  EXPECT_GT(done, 0);
}

TEST(Batches, GiveUpAfterTheTimeout) {
  Settings settings;
  settings.timeout = std::chrono::milliseconds(20);
  const Context context(settings, [](auto) {});
  Measurement measurement;
  const auto end = sample_batches(context, measurement, [&](std::int64_t) {
    const auto start = now_ns();
    while (now_ns() - start < 30'000'000) {
    }
  });
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().kind, ErrorKind::timeout);
}

}  // namespace
}  // namespace gpupass::bench
