// SPDX-License-Identifier: GPL-2.0-or-later
// The words for a comparison's enumerations in documents.
#include "gpupass/core/names.hpp"
#include "gpupass/bench/comparison.hpp"

namespace gpupass::bench {
namespace {

constexpr std::array k_verdict_names = {
    core::Name<Verdict>{Verdict::equivalent, "equivalent"},
    core::Name<Verdict>{Verdict::slower, "slower"},
    core::Name<Verdict>{Verdict::faster, "faster"},
    core::Name<Verdict>{Verdict::inconclusive, "inconclusive"},
};

constexpr std::array k_statistic_names = {
    core::Name<Statistic>{Statistic::median, "median"},
    core::Name<Statistic>{Statistic::p99, "p99"},
};

constexpr std::array k_part_names = {
    core::Name<Part>{Part::judged, "judged"},
    core::Name<Part>{Part::control, "control"},
    core::Name<Part>{Part::explains, "explains"},
};

constexpr std::array k_answer_names = {
    core::Name<Answer>{Answer::within, "within"},
    core::Name<Answer>{Answer::outside, "outside"},
    core::Name<Answer>{Answer::inconclusive, "inconclusive"},
};

constexpr std::array k_weight_names = {
    core::Name<Difference::Weight>{Difference::Weight::must_match, "must-match"},
    core::Name<Difference::Weight>{Difference::Weight::explains, "explains"},
    core::Name<Difference::Weight>{Difference::Weight::other, "other"},
};

}  // namespace

const char* name(Verdict verdict) {
  return core::name_in(k_verdict_names, verdict);
}

const char* name(Statistic statistic) {
  return core::name_in(k_statistic_names, statistic);
}

const char* name(Part part) {
  return core::name_in(k_part_names, part);
}

const char* name(Answer answer) {
  return core::name_in(k_answer_names, answer);
}

const char* name(Difference::Weight weight) {
  return core::name_in(k_weight_names, weight);
}

}  // namespace gpupass::bench
