// SPDX-License-Identifier: GPL-2.0-or-later
// A comparison of two series of runs: what differs, by how much, and how certainly (docs/benchmark.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "gpupass/bench/run.hpp"

namespace gpupass::bench {

/// The runs of one machine or one set-up.
struct Side {
  std::string name;  // "host", "guest"
  std::vector<Run> runs;
};

/// How large a difference may be and still not matter, as fractions: declared before anything is measured.
struct Margins {
  double rate = 0.01;     // medians of the groups transfer, device and application
  double latency = 0.05;  // medians of the groups latency, pci and processor
  double tail = 0.20;     // p99
  bool operator==(const Margins&) const = default;
};

struct ComparisonSettings {
  Margins margins;
  double confidence = 0.95;
  int resamples = 10'000;  // of the bootstrap
  std::uint64_t seed = 1;  // of the bootstrap
};

/// Of logarithms of a ratio.
struct Interval {
  double low = 0;
  double high = 0;
  bool operator==(const Interval&) const = default;
};

enum class Verdict {
  equivalent,    // the interval is within the margin; a difference may still be real, but small
  slower,        // the interval is beyond the margin
  faster,        // the same on the other side
  inconclusive,  // the interval has the margin in it: more runs would tell
};

/// A difference, as logarithm of candidate's cost ÷ baseline's: above zero the candidate is slower. The cost
/// is the time, or one over the rate.
struct Effect {
  double log_ratio = 0;
  Interval interval;       // by Student's t
  Interval bootstrap;      // of the same, over blocks; a cross-check
  double p_rank = 1;       // that there is no difference: signed ranks over blocks, rank sums without blocks
  double p_rank_holm = 1;  // adjusted for all that is compared beside it
  double p_beyond = 1;     // that it is not beyond the margin
  double p_beyond_holm = 1;
  Verdict verdict = Verdict::inconclusive;
  [[nodiscard]] bool differs() const { return interval.low > 0 || interval.high < 0; }
  bool operator==(const Effect&) const = default;
};

enum class Statistic { median, p99 };

/// Why a run has no result of a measurement.
struct Absence {
  std::optional<Status> status;  // nothing: the run did not try
  std::string reason;            // as the run has it: "no CUDA driver"
  bool operator==(const Absence&) const = default;
};

/// What one side's runs say of one measurement.
struct Figures {
  std::size_t passed = 0;            // runs that have it
  std::size_t wrong = 0;             // runs whose output was wrong
  std::optional<Absence> absent;     // of the first run that has it not
  double value = 0;                  // geometric mean over the runs, in the measurement's unit
  std::optional<Interval> interval;  // of the value, in the unit; nothing for a single run
  double spread = 0;                 // coefficient of variation over the runs
  std::optional<double> ceiling;     // mean over the runs
  bool operator==(const Figures&) const = default;
};

/// One statistic of one measurement on both sides.
struct Row {
  std::string key;  // "h2d.pinned/bytes=4096"
  std::string id;   // "h2d.pinned"
  Parameters params;
  Statistic statistic = Statistic::median;
  Group group = Group::latency;
  std::string metric;
  std::string unit;
  Better better = Better::lower;
  double margin = 0;
  Figures baseline;
  Figures candidate;
  std::optional<Effect> effect;  // nothing with fewer than two replicates on both sides
  std::size_t replicates = 0;    // blocks, or without blocks the runs of the side with fewer
  bool operator==(const Row&) const = default;
};

/// What a group is to the answer.
enum class Part {
  judged,    // the answer is about it
  control,   // device: passthrough cannot slow it; if it differs, something else differs as well
  explains,  // processor: what the guest's processor costs, whatever card it has
};

/// Geometric mean over a group's cases, each case once whatever its number of sizes; medians only.
struct GroupRow {
  Group group = Group::latency;
  Part part = Part::judged;
  double margin = 0;
  std::size_t cases = 0;              // in the mean
  std::vector<std::string> left_out;  // keys that not every replicate has
  std::optional<Effect> effect;
  std::optional<std::size_t> worst;  // index in Comparison::rows, of the slowest median
  bool operator==(const GroupRow&) const = default;
};

/// A fact that is not the same everywhere.
struct Difference {
  enum class Weight {
    must_match,  // what it changes is not what passthrough costs
    explains,    // of the kind that passthrough and tuning change
    other,
  };
  std::string fact;                    // "gpu.uuid"
  std::vector<std::string> baseline;   // every value seen; several: it varied between the runs
  std::vector<std::string> candidate;  // empty: not there
  Weight weight = Weight::other;
  bool operator==(const Difference&) const = default;
};

// ---- what there is to say of a comparison: facts, for which src/study/report/notices.cpp has the words ----

enum class Which { baseline, candidate };

// What is outside.
struct WrongOutput {
  std::size_t row;
  Which side;
};
struct RowBeyond {
  std::size_t row;
};
struct GroupBeyond {
  std::size_t group;
};
using Beyond = std::variant<WrongOutput, RowBeyond, GroupBeyond>;

// Why a comparison is not to be trusted.
struct AnotherCard {
  std::size_t difference;
};
struct GateNotMet {
  Which side;
  std::string gate;    // "steal"
  std::size_t runs;    // that did not meet it
  std::string reason;  // what the first of them said
};
struct ControlNotEqual {
  std::size_t group;
};
using Doubt = std::variant<AnotherCard, GateNotMet, ControlNotEqual>;

// What is not known well enough.
struct NoResult {
  std::size_t row;
  Which side;  // the other has one
};
/// Measurements that one side has, and the other did not run.
struct OneSided {
  Group group;
  Which side;
  std::size_t measurements;
};
struct NothingJudged {};
struct TooFewRuns {
  std::size_t group;
};
struct GroupNotSure {
  std::size_t group;
};
using Open = std::variant<NoResult, OneSided, NothingJudged, TooFewRuns, GroupNotSure>;

// What a reader should know.
struct UnpairedBlock {
  std::int64_t block;
  Which side;  // the only one with runs of it
};
struct NoCommonBlock {};
struct FewBoots {
  Which side;
  std::size_t boots;  // fewer than runs
};
struct ProcessorDiffers {
  std::size_t group;
};
struct NoControl {};
struct EnvironmentDiffers {
  std::size_t difference;
};
/// So few replicates that no rank test can find anything among so many effects.
struct RanksFindNothing {
  std::size_t effects;
};
using Remark = std::variant<UnpairedBlock, NoCommonBlock, FewBoots, ProcessorDiffers, NoControl,
                            EnvironmentDiffers, RanksFindNothing>;

enum class Answer {
  within,   // every judged group is equivalent, and nothing judged is beyond its margin
  outside,  // something judged is beyond its margin with all comparisons accounted for, or output is wrong
  inconclusive,  // neither, or the comparison is not to be trusted: `open` and `doubts` say why
};

/// The exit status of `gpupass bench compare` (docs/exit-codes.md).
[[nodiscard]] constexpr int exit_code(Answer answer) {
  return answer == Answer::within ? 0 : answer == Answer::outside ? 13 : 14;
}

struct Comparison {
  std::string baseline, candidate;  // names
  ComparisonSettings settings;
  bool in_blocks = false;
  std::size_t baseline_runs = 0, candidate_runs = 0;
  std::vector<Row> rows;         // by group, id, parameters
  std::vector<GroupRow> groups;  // those with anything measured
  std::vector<Difference> differences;
  std::optional<Answer> answer;  // nothing if only one side was given
  std::vector<Doubt> doubts;     // why it is not to be trusted: then only wrong output is an answer
  std::vector<Beyond> findings;  // what is outside
  std::vector<Open> open;        // what is not known well enough to be called within
  std::vector<Remark> remarks;   // what a reader should know
};

/// Compares the candidate with the baseline. With a candidate without runs it only sums up the baseline.
/// The replicate is the run, never the sample: runs are paired by their block where all have one.
[[nodiscard]] Comparison compare(const Side& baseline, const Side& candidate,
                                 const ComparisonSettings& settings);

/// Each candidate with the baseline. The p values are adjusted over all of them: what is asked of four arms
/// is four times as many questions.
[[nodiscard]] std::vector<Comparison> compare_all(const Side& baseline, const std::vector<Side>& candidates,
                                                  const ComparisonSettings& settings);

/// The worst of their answers: outside, else inconclusive, else within; nothing if nothing was compared.
[[nodiscard]] std::optional<Answer> answer_of_all(const std::vector<Comparison>& comparisons);

[[nodiscard]] const char* name(Verdict verdict);      // "equivalent"
[[nodiscard]] const char* name(Statistic statistic);  // "median"
[[nodiscard]] const char* name(Part part);            // "judged"
[[nodiscard]] const char* name(Answer answer);        // "within"
[[nodiscard]] const char* name(Difference::Weight weight);

}  // namespace gpupass::bench
