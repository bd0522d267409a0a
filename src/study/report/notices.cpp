// SPDX-License-Identifier: GPL-2.0-or-later
#include "study/report/notices.hpp"

#include <fmt/format.h>

#include "gpupass/core/overloaded.hpp"
#include "gpupass/core/text.hpp"
#include "study/compare/environment.hpp"
#include "study/report/words.hpp"

namespace gpupass::study {
namespace {

using bench::Comparison;
using bench::Which;

const std::string& name_of(const Comparison& comparison, Which side) {
  return side == Which::baseline ? comparison.baseline : comparison.candidate;
}

std::size_t runs_of(const Comparison& comparison, Which side) {
  return side == Which::baseline ? comparison.baseline_runs : comparison.candidate_runs;
}

Which other(Which side) {
  return side == Which::baseline ? Which::candidate : Which::baseline;
}

std::string absence(const bench::Row& row, Which side) {
  return words(side == Which::baseline ? row.baseline.absent : row.candidate.absent);
}

/// "guest is 0.4 % slower [+0.1, +0.7], equivalent within 1 %"
std::string effect_of(const Comparison& comparison, const bench::GroupRow& group) {
  return sentence(comparison.candidate, *group.effect, group.margin);
}

std::string titled(const Comparison& comparison, const bench::GroupRow& group) {
  return fmt::format("{}: {}", name(group.group), effect_of(comparison, group));
}

}  // namespace

std::string sentence(const Comparison& comparison, const bench::Beyond& beyond) {
  return std::visit(
      core::Overloaded{
          [&](const bench::WrongOutput& wrong) {
            const auto& row = comparison.rows[wrong.row];
            const auto& figures = wrong.side == Which::baseline ? row.baseline : row.candidate;
            return fmt::format("{}: wrong output in {} of the runs of {} ({})", title(row), figures.wrong,
                               name_of(comparison, wrong.side), absence(row, wrong.side));
          },
          [&](const bench::RowBeyond& at) {
            const auto& row = comparison.rows[at.row];
            return fmt::format("{}: {}", title(row), sentence(comparison.candidate, *row.effect, row.margin));
          },
          [&](const bench::GroupBeyond& at) { return titled(comparison, comparison.groups[at.group]); },
      },
      beyond);
}

std::string sentence(const Comparison& comparison, const bench::Doubt& doubt) {
  return std::visit(
      core::Overloaded{
          [&](const bench::AnotherCard& at) {
            const auto& cards = comparison.differences[at.difference];
            return fmt::format(
                "the card is not the same one: {} was measured on {}, {} on {}; what differs may not be what "
                "passthrough costs",
                comparison.baseline, core::enumerate(cards.baseline), comparison.candidate,
                core::enumerate(cards.candidate));
          },
          [&](const bench::GateNotMet& gate) {
            return fmt::format("{} of {} runs of {} did not meet {}: {}", gate.runs,
                               runs_of(comparison, gate.side), name_of(comparison, gate.side), gate.gate,
                               gate.reason);
          },
          [&](const bench::ControlNotEqual& at) {
            const auto& group = comparison.groups[at.group];
            return fmt::format(
                "the card itself is not shown to be the same on both sides ({}: {}): what differs may not be "
                "what passthrough costs",
                name(group.group), group.effect ? effect_of(comparison, group) : "too few runs");
          },
      },
      doubt);
}

std::string sentence(const Comparison& comparison, const bench::Open& open) {
  return std::visit(
      core::Overloaded{
          [&](const bench::NoResult& missing) {
            const auto& row = comparison.rows[missing.row];
            return fmt::format("{}: {} has no result ({}), {} has", title(row),
                               name_of(comparison, missing.side), absence(row, missing.side),
                               name_of(comparison, other(missing.side)));
          },
          [&](const bench::OneSided& only) {
            const bool one = only.measurements == 1;
            return fmt::format("{}: {} measurement{} {} made on one side only, {}", name(only.group),
                               only.measurements, one ? "" : "s", one ? "was" : "were",
                               name_of(comparison, only.side));
          },
          [](const bench::NothingJudged&) {
            return std::string("nothing was measured on both sides that could be judged");
          },
          [&](const bench::TooFewRuns& at) {
            return fmt::format("{}: too few runs for an interval", name(comparison.groups[at.group].group));
          },
          [&](const bench::GroupNotSure& at) { return titled(comparison, comparison.groups[at.group]); },
      },
      open);
}

std::string sentence(const Comparison& comparison, const bench::Remark& remark) {
  return std::visit(
      core::Overloaded{
          [&](const bench::UnpairedBlock& unpaired) {
            return fmt::format("block {} has runs of {} only and is left out", unpaired.block,
                               name_of(comparison, unpaired.side));
          },
          [](const bench::NoCommonBlock&) {
            return std::string("no block has runs of both, so blocks are not looked at");
          },
          [&](const bench::FewBoots& few) {
            return fmt::format(
                "the {} runs of {} are from {}: what changes from boot to boot is in the intervals only to "
                "the extent that boots differ",
                runs_of(comparison, few.side), name_of(comparison, few.side),
                few.boots == 1 ? "one boot" : fmt::format("{} boots", few.boots));
          },
          [&](const bench::ProcessorDiffers& at) {
            return fmt::format(
                "the processor alone, without any card: {}; latencies may differ for that reason",
                effect_of(comparison, comparison.groups[at.group]));
          },
          [](const bench::NoControl&) {
            return std::string(
                "no control was compared (the group device): that the card itself was the same on both "
                "sides, its clocks and its power, is not shown");
          },
          [&](const bench::EnvironmentDiffers& at) {
            const auto& fact = comparison.differences[at.difference].fact;
            return fmt::format("{} ({} differs)", kind_of(fact).meaning, fact);
          },
          [](const bench::RanksFindNothing& ranks) {
            return fmt::format(
                "with so few replicates the rank tests of {} comparisons, adjusted, can find nothing; the "
                "intervals do",
                ranks.effects);
          },
      },
      remark);
}

}  // namespace gpupass::study
