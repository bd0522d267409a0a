// SPDX-License-Identifier: GPL-2.0-or-later
// The words that stand for a comparison's enumerations in documents.
#include "gpupass/bench/comparison.hpp"

namespace gpupass::bench {

const char* name(Verdict verdict) {
  switch (verdict) {
    case Verdict::equivalent:
      return "equivalent";
    case Verdict::slower:
      return "slower";
    case Verdict::faster:
      return "faster";
    case Verdict::inconclusive:
      break;
  }
  return "inconclusive";
}

const char* name(Statistic statistic) {
  return statistic == Statistic::median ? "median" : "p99";
}

const char* name(Part part) {
  switch (part) {
    case Part::judged:
      return "judged";
    case Part::control:
      return "control";
    case Part::explains:
      break;
  }
  return "explains";
}

const char* name(Answer answer) {
  switch (answer) {
    case Answer::within:
      return "within";
    case Answer::outside:
      return "outside";
    case Answer::inconclusive:
      break;
  }
  return "inconclusive";
}

const char* name(Difference::Weight weight) {
  switch (weight) {
    case Difference::Weight::must_match:
      return "must-match";
    case Difference::Weight::explains:
      return "explains";
    case Difference::Weight::other:
      break;
  }
  return "other";
}

}  // namespace gpupass::bench
