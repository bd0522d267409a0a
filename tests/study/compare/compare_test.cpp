// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>

#include "gpupass/bench/comparison.hpp"
#include "study/compare/runs.hpp"
#include "study/report/notices.hpp"
#include "study/report/words.hpp"

namespace gpupass::bench {
namespace {

using test::bandwidth;
using test::latency;
using test::side;
using test::steady;
using test::steady_too;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

using Measurements = std::vector<Measurement>;

const Row& row(const Comparison& comparison, const std::string& title) {
  static const Row none;
  for (const auto& row : comparison.rows) {
    if (study::title(row) == title) return row;
  }
  ADD_FAILURE() << "there is no row " << title;
  return none;
}

const GroupRow& group(const Comparison& comparison, Group which) {
  static const GroupRow none;
  for (const auto& group : comparison.groups) {
    if (group.group == which) return group;
  }
  ADD_FAILURE() << "there is no group " << name(which);
  return none;
}

/// A copy and a kernel's bandwidth: a case that is judged, and one of the control group.
Measurements copies(double factor) {
  return {bandwidth("h2d.pinned", 55e9 / factor), bandwidth("hbm.copy", 3e12 / factor, Group::device)};
}

TEST(Compare, FindsEqualSidesEquivalent) {
  const auto comparison = compare(side("host", steady(), copies), side("guest", steady_too(), copies), {});
  EXPECT_EQ(comparison.answer, Answer::within);
  const auto& copy = row(comparison, "h2d.pinned");
  EXPECT_EQ(copy.effect->verdict, Verdict::equivalent);
  EXPECT_NEAR(copy.effect->log_ratio, 0, 1e-9);
  EXPECT_EQ(copy.replicates, 10U);
  EXPECT_THAT(comparison.open, IsEmpty());
  EXPECT_THAT(comparison.findings, IsEmpty());
}

TEST(Compare, CallsASlowdownSlowerWhetherOfTimesOrOfRates) {
  const auto measure = [](double factor) {
    return Measurements{bandwidth("h2d.pinned", 55e9 / factor), latency("sync.block", 1e-5 * factor)};
  };
  const auto comparison =
      compare(side("host", steady(), measure), side("guest", steady_too(1.1), measure), {});
  EXPECT_EQ(comparison.answer, Answer::outside);
  for (const auto* const title : {"h2d.pinned", "sync.block"}) {
    EXPECT_EQ(row(comparison, title).effect->verdict, Verdict::slower) << title;
    EXPECT_NEAR(study::percent(row(comparison, title).effect->log_ratio), 10, 0.2) << title;
  }
  EXPECT_THAT(study::sentences(comparison, comparison.findings),
              testing::Contains(HasSubstr("h2d.pinned: guest is 10")));
}

TEST(Compare, FindsTheSameWhicheverSideIsFirst) {
  const auto there = compare(side("host", steady(), copies), side("guest", steady_too(1.03), copies), {});
  const auto back = compare(side("guest", steady_too(1.03), copies), side("host", steady(), copies), {});
  const auto& forth = *row(there, "h2d.pinned").effect;
  const auto& inverse = *row(back, "h2d.pinned").effect;
  EXPECT_DOUBLE_EQ(forth.log_ratio, -inverse.log_ratio);
  EXPECT_DOUBLE_EQ(forth.interval.low, -inverse.interval.high);
  EXPECT_EQ(inverse.verdict, Verdict::faster);
  EXPECT_EQ(back.answer, there.answer);
}

TEST(Compare, TakesOutWhatABlockHasInCommon) {
  // From block to block the machine gets slower by a tenth; within each the guest is by 0.2 %.
  std::vector<double> host, guest;
  for (int block = 0; block < 10; ++block) {
    host.push_back((1 + 0.1 * block) * steady()[static_cast<std::size_t>(block)]);
    guest.push_back((1 + 0.1 * block) * 1.002 * steady_too()[static_cast<std::size_t>(block)]);
  }
  auto ours = side("host", host, copies);
  auto theirs = side("guest", guest, copies);
  const auto in_blocks = compare(ours, theirs, {});
  EXPECT_TRUE(in_blocks.in_blocks);
  EXPECT_EQ(row(in_blocks, "h2d.pinned").effect->verdict, Verdict::equivalent);
  test::forget_blocks(theirs);
  const auto without = compare(ours, theirs, {});
  EXPECT_FALSE(without.in_blocks);
  EXPECT_EQ(row(without, "h2d.pinned").effect->verdict, Verdict::inconclusive);
  EXPECT_EQ(without.answer, Answer::inconclusive);
}

TEST(Compare, LeavesOutBlocksOfOneSideAndSaysSo) {
  auto guest = side("guest", steady_too(), copies);
  guest.runs[3].block = 44;
  const auto comparison = compare(side("host", steady(), copies), guest, {});
  EXPECT_EQ(row(comparison, "h2d.pinned").replicates, 9U);
  EXPECT_THAT(study::sentences(comparison, comparison.remarks),
              testing::IsSupersetOf({"block 4 has runs of host only and is left out",
                                     "block 44 has runs of guest only and is left out"}));
}

TEST(Compare, LooksAtNoBlocksWhereNoneHasBothSides) {
  auto guest = side("guest", steady_too(), copies);
  for (auto& run : guest.runs) *run.block += 100;
  const auto comparison = compare(side("host", steady(), copies), guest, {});
  EXPECT_FALSE(comparison.in_blocks);
  EXPECT_TRUE(row(comparison, "h2d.pinned").effect);
  EXPECT_THAT(study::sentences(comparison, comparison.remarks),
              testing::Contains("no block has runs of both, so blocks are not looked at"));
}

TEST(Compare, IsInconclusiveWhereNothingWasMeasured) {
  const auto waiving = [](double) {
    return Measurements{test::not_measured(latency("sync.spin", 1), Status::waived, "there is no card")};
  };
  const auto comparison = compare(side("host", steady(), waiving), side("guest", steady_too(), waiving), {});
  EXPECT_EQ(comparison.answer, Answer::inconclusive);
  EXPECT_THAT(study::sentences(comparison, comparison.open),
              ElementsAre("nothing was measured on both sides that could be judged"));
}

TEST(Compare, AveragesRunsOfOneBlockAndSide) {
  auto host = side("host", {1, 1, 2, 2}, copies);
  for (std::size_t i = 0; i < 4; ++i) host.runs[i].block = i < 2 ? 1 : 2;
  const auto comparison = compare(host, side("guest", {1, 2}, copies), {});
  EXPECT_EQ(row(comparison, "h2d.pinned").replicates, 2U);
  EXPECT_NEAR(row(comparison, "h2d.pinned").effect->log_ratio, 0, 1e-12);
}

TEST(Compare, IsInconclusiveWithOneRunASide) {
  const auto comparison = compare(side("host", {1}, copies), side("guest", {1}, copies), {});
  EXPECT_EQ(comparison.answer, Answer::inconclusive);
  EXPECT_FALSE(row(comparison, "h2d.pinned").effect);
  EXPECT_NEAR(row(comparison, "h2d.pinned").baseline.value, 55e9, 1);
  EXPECT_THAT(study::sentences(comparison, comparison.open),
              testing::Contains("transfer: too few runs for an interval"));
}

TEST(Compare, HoldsTheAnswerBackWhereTheCardItselfDiffers) {
  const auto slower_memory = [](double factor) {
    return Measurements{bandwidth("h2d.pinned", 55e9), bandwidth("hbm.copy", 3e12 / factor, Group::device)};
  };
  const auto comparison =
      compare(side("host", steady(), slower_memory), side("guest", steady_too(1.05), slower_memory), {});
  EXPECT_EQ(group(comparison, Group::device).part, Part::control);
  EXPECT_EQ(comparison.answer, Answer::inconclusive);
  EXPECT_THAT(study::sentences(comparison, comparison.doubts),
              ElementsAre(HasSubstr("the card itself is not shown to be the same")));
}

void put_on(Side& side, const std::vector<std::string>& cards) {
  for (std::size_t i = 0; i < side.runs.size(); ++i)
    side.runs[i].env["gpu"]["uuid"] = cards[i % cards.size()];
}

TEST(Compare, HoldsTheAnswerBackWhereTheCardsAreTwo) {
  auto host = side("host", steady(), copies);
  auto guest = side("guest", steady_too(), copies);
  put_on(host, {"GPU-1"});
  put_on(guest, {"GPU-2"});
  const auto comparison = compare(host, guest, {});
  EXPECT_EQ(comparison.answer, Answer::inconclusive);
  EXPECT_THAT(study::sentences(comparison, comparison.doubts),
              ElementsAre(HasSubstr("host was measured on GPU-1, guest on GPU-2; what differs may not be")));
  EXPECT_THAT(comparison.remarks, IsEmpty());  // it is said once
}

TEST(Compare, TakesTheSameCardsInAnyOrder) {
  auto host = side("host", steady(), copies);
  auto guest = side("guest", steady_too(), copies);
  put_on(host, {"GPU-1", "GPU-2"});
  put_on(guest, {"GPU-2", "GPU-1"});
  EXPECT_EQ(compare(host, guest, {}).answer, Answer::within);
  put_on(guest, {"GPU-2"});
  EXPECT_EQ(compare(host, guest, {}).answer, Answer::inconclusive);
  for (auto& run : guest.runs) run.env.clear();  // as another tool's results, which name no card
  EXPECT_EQ(compare(host, guest, {}).answer, Answer::within);
}

TEST(Compare, TrustsNoFindingWhereTheCardItselfDiffers) {
  // All is slower by a twentieth, the card's own memory, too: it has another clock.
  const auto comparison =
      compare(side("host", steady(), copies), side("guest", steady_too(1.05), copies), {});
  EXPECT_THAT(study::sentences(comparison, comparison.findings),
              testing::Contains(HasSubstr("h2d.pinned: guest is 5")));
  EXPECT_EQ(comparison.answer, Answer::inconclusive);
}

TEST(Compare, JudgesControlsWhereNothingElseWasMeasured) {
  const auto measure = [](double factor) {
    return Measurements{bandwidth("hbm.copy", 3e12 / factor, Group::device)};
  };
  const auto comparison =
      compare(side("host", steady(), measure), side("guest", steady_too(1.05), measure), {});
  EXPECT_EQ(group(comparison, Group::device).part, Part::judged);
  EXPECT_EQ(comparison.answer, Answer::outside);
}

TEST(Compare, ExplainsByTheProcessorAndDoesNotJudgeIt) {
  const auto measure = [](double factor) {
    auto wakeup = latency("cpu.wakeup", 1e-5 * factor);
    wakeup.group = Group::processor;
    return Measurements{bandwidth("h2d.pinned", 55e9), wakeup};
  };
  const auto comparison = compare(side("host", steady(), measure), side("guest", steady_too(2), measure), {});
  EXPECT_EQ(comparison.answer, Answer::within);
  EXPECT_THAT(study::sentences(comparison, comparison.remarks),
              testing::Contains(HasSubstr("the processor alone, without any card: guest is 100")));
}

/// A container takes its time to start, and is no slower for it.
TEST(Compare, ShowsWhatStartsCostAndDoesNotJudgeIt) {
  const auto measure = [](double factor) {
    auto start = latency("start.program", 0.02 * factor, 1);
    start.group = Group::start;
    return Measurements{bandwidth("h2d.pinned", 55e9), start};
  };
  const auto comparison =
      compare(side("host", steady(), measure), side("docker", steady_too(20), measure), {});
  EXPECT_EQ(group(comparison, Group::start).part, Part::explains);
  EXPECT_EQ(comparison.answer, Answer::within);
  // Nor where nothing is judged otherwise, and that is judged which else only explains.
  const auto alone = [](double factor) {
    auto timer = latency("cpu.timer", 2e-8);
    timer.group = Group::processor;
    auto start = latency("start.program", 0.02 * factor, 1);
    start.group = Group::start;
    return Measurements{timer, start};
  };
  const auto few = compare(side("host", steady(), alone), side("docker", steady_too(20), alone), {});
  EXPECT_EQ(group(few, Group::processor).part, Part::judged);
  EXPECT_EQ(few.answer, Answer::within);
}

/// More arms are more chances to look slow: each p is adjusted for the questions of all of them.
TEST(Compare, AdjustsOverAllArms) {
  const auto host = side("host", steady(), copies);
  const auto docker = side("docker", steady_too(1.02), copies);
  const auto lxc = side("lxc", steady(1.001), copies);
  const auto alone = compare(host, docker, {});
  const auto together = compare_all(host, {docker, lxc, docker}, {});
  ASSERT_EQ(together.size(), 3U);
  EXPECT_EQ(together[0].candidate, "docker");
  EXPECT_EQ(together[1].candidate, "lxc");
  const auto& one = *row(alone, "h2d.pinned").effect;
  const auto& of_three = *row(together[0], "h2d.pinned").effect;
  EXPECT_EQ(of_three.log_ratio, one.log_ratio);
  EXPECT_EQ(of_three.p_beyond, one.p_beyond);
  EXPECT_GT(of_three.p_beyond_holm, one.p_beyond_holm);
  EXPECT_GT(of_three.p_rank_holm, one.p_rank_holm);
  auto answers = together;
  const auto all = [&](Answer a, Answer b, std::optional<Answer> c) {
    answers[0].answer = a;
    answers[1].answer = b;
    answers[2].answer = c;
    return answer_of_all(answers);
  };
  EXPECT_EQ(all(Answer::within, Answer::outside, Answer::inconclusive), Answer::outside);
  EXPECT_EQ(all(Answer::within, Answer::inconclusive, Answer::within), Answer::inconclusive);
  EXPECT_EQ(all(Answer::within, Answer::within, Answer::within), Answer::within);
  EXPECT_EQ(answer_of_all({}), std::nullopt);
}

TEST(Compare, CallsWrongOutputOutside) {
  auto guest = side("guest", steady_too(), copies);
  guest.runs[2].benchmarks[0].status = Status::failed;
  guest.runs[2].benchmarks[0].reason = "3 of 10 elements are wrong";
  const auto comparison = compare(side("host", steady(), copies), guest, {});
  EXPECT_EQ(comparison.answer, Answer::outside);
  EXPECT_THAT(study::sentences(comparison, comparison.findings),
              ElementsAre(AllOf(HasSubstr("h2d.pinned: wrong output in 1 of the runs of guest"),
                                HasSubstr("3 of 10 elements are wrong"))));
  EXPECT_EQ(row(comparison, "h2d.pinned").replicates, 9U);
  guest.runs[0].gates = {{"steal", 5.0, 1.0, false, "5 % of the time was stolen"}};
  EXPECT_EQ(compare(side("host", steady(), copies), guest, {}).answer, Answer::outside);
}

TEST(Compare, HoldsTheAnswerBackWhereOneSideHasNoResult) {
  const auto broken = [](double factor) {
    auto measured = copies(factor);
    measured[0] = test::not_measured(measured[0], Status::error, "out of memory");
    return measured;
  };
  const auto comparison = compare(side("host", steady(), copies), side("guest", steady_too(), broken), {});
  EXPECT_EQ(comparison.answer, Answer::inconclusive);
  EXPECT_THAT(study::sentences(comparison, comparison.open),
              testing::Contains("h2d.pinned: guest has no result (error: out of memory), host has"));
  EXPECT_THAT(group(comparison, Group::transfer).left_out, ElementsAre("h2d.pinned"));
}

/// What there is to say are facts of the comparison: its rows and groups by their places, its sides.
TEST(Compare, HandsOnWhatItFoundAsData) {
  auto guest = side("guest", steady_too(1.1), copies);
  guest.runs[0].benchmarks[0].status = Status::failed;
  guest.runs[3].gates = {{"steal", 5.0, 1.0, false, "5 % of the time was stolen"}};
  const auto comparison = compare(side("host", steady(), copies), guest, {});
  const auto* const wrong = std::get_if<WrongOutput>(&comparison.findings.at(0));
  ASSERT_NE(wrong, nullptr);
  EXPECT_EQ(comparison.rows.at(wrong->row).id, "h2d.pinned");
  EXPECT_EQ(wrong->side, Which::candidate);
  const auto* const beyond = std::get_if<GroupBeyond>(&comparison.findings.at(1));
  ASSERT_NE(beyond, nullptr);
  EXPECT_EQ(comparison.groups.at(beyond->group).group, Group::transfer);
  const auto* const gate = std::get_if<GateNotMet>(&comparison.doubts.at(0));
  ASSERT_NE(gate, nullptr);
  EXPECT_EQ(gate->side, Which::candidate);
  EXPECT_EQ(gate->gate, "steal");
  EXPECT_EQ(gate->runs, 1U);
}

TEST(Compare, SaysOnceAGroupWhatOneSideDidNotRun) {
  const auto more = [](double factor) {
    auto measured = copies(factor);
    for (const std::int64_t bytes : {1 << 10, 1 << 20, 1 << 30})
      measured.push_back(test::with_bytes(bandwidth("d2h.pinned", 50e9 / factor), bytes));
    measured.push_back(latency("sync.spin", 1e-5 * factor));
    return measured;
  };
  const auto comparison = compare(side("host", steady(), more), side("guest", steady_too(), copies), {});
  EXPECT_EQ(comparison.answer, Answer::inconclusive);
  EXPECT_THAT(study::sentences(comparison, comparison.open),
              testing::IsSupersetOf({"latency: 1 measurement was made on one side only, host",
                                     "transfer: 3 measurements were made on one side only, host"}));
  EXPECT_THAT(study::sentences(comparison, comparison.open), Not(testing::Contains(HasSubstr("not run"))));
}

TEST(Compare, RemarksThatThereWasNoControl) {
  const auto measure = [](double factor) { return Measurements{bandwidth("h2d.pinned", 55e9 / factor)}; };
  const auto comparison = compare(side("host", steady(), measure), side("guest", steady_too(), measure), {});
  EXPECT_EQ(comparison.answer, Answer::within);
  EXPECT_THAT(study::sentences(comparison, comparison.remarks),
              ElementsAre(HasSubstr("no control was compared")));
}

TEST(Compare, TakesNoNoticeOfWhatBothSidesWaive) {
  const auto waiving = [](double factor) {
    auto measured = copies(factor);
    measured.push_back(test::not_measured(latency("pci.config", 1), Status::waived, "no device was named"));
    measured.back().group = Group::pci;
    return measured;
  };
  const auto comparison = compare(side("host", steady(), waiving), side("guest", steady_too(), waiving), {});
  EXPECT_EQ(comparison.answer, Answer::within);
  EXPECT_EQ(comparison.groups.size(), 2U);
  EXPECT_EQ(row(comparison, "pci.config").baseline.absent, (Absence{Status::waived, "no device was named"}));
}

TEST(Compare, HoldsTheAnswerBackForRunsThatDidNotMeetAGate) {
  auto guest = side("guest", steady_too(), copies);
  guest.runs[0].gates = {{"steal", 5.0, 1.0, false, "5 % of the time was stolen"}};
  guest.runs[7].gates = {{"steal", 6.0, 1.0, false, "6 % of the time was stolen"}};
  guest.runs[1].gates = {{"clock", 3.0, 200.0, true, ""}};
  const auto comparison = compare(side("host", steady(), copies), guest, {});
  EXPECT_EQ(comparison.answer, Answer::inconclusive);
  EXPECT_THAT(study::sentences(comparison, comparison.doubts),
              ElementsAre("2 of 10 runs of guest did not meet steal: 5 % of the time was stolen"));
}

TEST(Compare, CountsEachCaseOfAGroupOnceWhateverItsSizes) {
  // One case has three sizes and is 3 % slower, the other has one and is not.
  const auto measure = [](double factor) {
    Measurements measured{bandwidth("d2h.pinned", 50e9)};
    for (const std::int64_t bytes : {1 << 20, 2 << 20, 4 << 20})
      measured.push_back(test::with_bytes(bandwidth("h2d.pinned", 55e9 / factor), bytes));
    return measured;
  };
  const auto comparison =
      compare(side("host", {1, 1, 1}, measure), side("guest", {1.03, 1.03, 1.03}, measure), {});
  const auto& transfer = group(comparison, Group::transfer);
  EXPECT_EQ(transfer.cases, 2U);
  EXPECT_NEAR(transfer.effect->log_ratio, std::log(1.03) / 2, 1e-9);
  EXPECT_EQ(comparison.rows[*transfer.worst].id, "h2d.pinned");
}

TEST(Compare, ComparesTheTailWhereSamplesAreEnough) {
  const auto measure = [](double factor) {
    auto many = latency("sync.block", 1e-5, 1000);
    for (std::size_t i = 0; i < 30; ++i) many.samples_ns[i] *= 3 * factor;
    many.summary = summarize(values(many), many.better);
    return Measurements{many, latency("init.driver", 0.1, 999)};
  };
  const auto comparison = compare(side("host", steady(), measure), side("guest", steady_too(2), measure), {});
  EXPECT_EQ(row(comparison, "sync.block").effect->verdict, Verdict::equivalent);
  EXPECT_EQ(row(comparison, "sync.block, p99").effect->verdict, Verdict::slower);
  EXPECT_EQ(row(comparison, "sync.block, p99").margin, 0.2);
  EXPECT_EQ(comparison.rows.size(), 3U);
  EXPECT_EQ(comparison.answer, Answer::outside);
}

TEST(Compare, TakesTheMarginOfTheGroup) {
  const auto measure = [](double factor) {
    return Measurements{bandwidth("h2d.pinned", 55e9 / factor), latency("sync.spin", 1e-5 * factor)};
  };
  ComparisonSettings settings;
  settings.margins.rate = 0.001;
  const auto comparison =
      compare(side("host", steady(), measure), side("guest", steady_too(1.03), measure), settings);
  EXPECT_EQ(row(comparison, "h2d.pinned").effect->verdict, Verdict::slower);
  EXPECT_EQ(row(comparison, "sync.spin").effect->verdict, Verdict::equivalent);
}

TEST(Compare, AccountsForAllThatIsComparedBesideIt) {
  // Forty quiet cases, and one whose interval alone would call it slower: among forty that happens.
  const std::vector<double> noisy = {1.02, 1.002, 1.04, 1.03, 1.025, 1.005, 1.05, 1.035, 1.015, 1.02};
  const auto measure = [](double factor) {
    Measurements measured;
    for (int i = 0; i < 40; ++i) measured.push_back(bandwidth("case" + std::to_string(i), 1e9));
    measured.push_back(bandwidth("noisy", 1e9 / factor));
    return measured;
  };
  const auto comparison = compare(side("host", steady(), measure), side("guest", noisy, measure), {});
  EXPECT_EQ(row(comparison, "noisy").effect->verdict, Verdict::slower);
  EXPECT_GT(row(comparison, "noisy").effect->p_beyond_holm, 0.025);
  EXPECT_EQ(comparison.answer, Answer::within);
}

TEST(Compare, IsInconclusiveWhereAGroupIsBeyondOnlyByItself) {
  // The interval lies beyond the margin; among eleven more that is not sure enough.
  const std::vector<double> noisy = {1.02, 1.002, 1.04, 1.03, 1.025, 1.005, 1.05, 1.035, 1.015, 1.02};
  const auto measure = [](double factor) {
    Measurements measured{bandwidth("app.pipeline", 1e9 / factor, Group::application)};
    for (int i = 0; i < 11; ++i) measured.push_back(bandwidth("case" + std::to_string(i), 1e9));
    return measured;
  };
  const auto comparison = compare(side("host", steady(), measure), side("guest", noisy, measure), {});
  EXPECT_EQ(group(comparison, Group::application).effect->verdict, Verdict::slower);
  EXPECT_EQ(comparison.answer, Answer::inconclusive);
  EXPECT_THAT(study::sentences(comparison, comparison.open), ElementsAre(HasSubstr("application: guest is")));
}

TEST(Compare, RemarksOnRunsOfOneBoot) {
  auto guest = side("guest", steady_too(), copies);
  for (auto& run : guest.runs) run.boot_id = "same";
  const auto comparison = compare(side("host", steady(), copies), guest, {});
  EXPECT_THAT(study::sentences(comparison, comparison.remarks),
              ElementsAre(HasSubstr("the 10 runs of guest are from one boot")));
}

TEST(Compare, SumsUpOneSideAlone) {
  const auto comparison = compare(side("host", steady(), copies), {"", {}}, {});
  EXPECT_FALSE(comparison.answer);
  const auto& copy = row(comparison, "h2d.pinned");
  EXPECT_FALSE(copy.effect);
  EXPECT_NEAR(copy.baseline.value, 55e9, 0.05e9);
  EXPECT_NEAR(copy.baseline.spread, 0.00083, 0.0002);
  EXPECT_LT(copy.baseline.interval->low, copy.baseline.value);
  EXPECT_GT(copy.baseline.interval->high, copy.baseline.value);
}

TEST(Compare, HasStatusesForScripts) {
  EXPECT_EQ(exit_code(Answer::within), 0);
  EXPECT_EQ(exit_code(Answer::outside), 13);
  EXPECT_EQ(exit_code(Answer::inconclusive), 14);
}

}  // namespace
}  // namespace gpupass::bench
