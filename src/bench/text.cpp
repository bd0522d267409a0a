// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "gpupass/bench/names.hpp"
#include "gpupass/core/quantity.hpp"
#include "gpupass/report/table.hpp"

namespace gpupass::bench {
namespace {

using report::Style;

Style style_of(Status status) {
  switch (status) {
    case Status::passed:
      return Style::green;
    case Status::waived:
      return Style::dim;
    default:
      return Style::red;
  }
}

std::string percent(double fraction) {
  return fmt::format("{:.1f} %", 100 * fraction);
}

std::vector<report::Cell> cells_of(const Measurement& measurement) {
  std::vector<report::Cell> cells = {{key(measurement)},
                                     {name(measurement.status), style_of(measurement.status)}};
  if (!measurement.summary) {
    cells.insert(cells.end(), {{""}, {""}, {""}, {""}});
    return cells;
  }
  const auto& summary = *measurement.summary;
  cells.emplace_back(core::quantity(summary.median, measurement.unit));
  cells.emplace_back(core::quantity(summary.p99, measurement.unit));
  cells.emplace_back(percent((summary.q3 - summary.q1) / summary.median));
  cells.emplace_back(measurement.ceiling ? percent(summary.median / measurement.ceiling->value) : "");
  return cells;
}

/// "waived: no PCI device was named (pci.config, pci.mmio.read)", one line for each reason.
std::string reasons_of(const std::vector<const Measurement*>& rows) {
  std::map<std::string, std::string> who;
  for (const auto* row : rows) {
    if (row->status == Status::passed) continue;
    auto& keys = who[fmt::format("{}: {}", name(row->status), row->reason)];
    keys += (keys.empty() ? "" : ", ") + key(*row);
  }
  std::string text;
  for (const auto& [reason, keys] : who) text += fmt::format("{}\n  {}\n", reason, keys);
  return text;
}

std::string gates_of(const std::vector<Gate>& gates) {
  std::string text;
  for (const auto& gate : gates) {
    if (!gate.pass) text += fmt::format("not to be relied on: {}: {}\n", gate.name, gate.reason);
  }
  return text;
}

}  // namespace

std::string text_of(const Run& run, int width, bool colour) {
  std::vector<const Measurement*> rows;
  for (const auto& measurement : run.benchmarks) rows.push_back(&measurement);
  std::stable_sort(rows.begin(), rows.end(), [](const auto* a, const auto* b) { return a->id < b->id; });
  report::Table table({{"CASE", report::Align::left, 24},
                       {"STATUS"},
                       {"MEDIAN", report::Align::right},
                       {"P99", report::Align::right, 0, 2},
                       {"SPREAD", report::Align::right, 0, 1},
                       {"OF CEILING", report::Align::right, 0, 3}});
  for (const auto* row : rows) {
    if (row->status != Status::waived) table.add(cells_of(*row));
  }
  std::string text = table.text(width, colour);
  for (const auto& part : {reasons_of(rows), gates_of(run.gates)}) {
    if (!part.empty()) text += (text.empty() ? "" : "\n") + part;
  }
  return text;
}

std::string text_of(const std::vector<Listed>& cases, int width, bool colour) {
  report::Table table({{"CASE"},
                       {"GROUP"},
                       {"MEASURES", report::Align::left, 10, 2},
                       {"UNIT"},
                       {"VALUE", report::Align::left, 12, 1},
                       {"MISSING", report::Align::left, 20}});
  for (const auto& [row, missing] : cases) {
    table.add({std::string(row->id),
               name(row->group),
               std::string(row->metric),
               std::string(row->unit),
               std::string(row->formula),
               {missing, Style::yellow}});
  }
  return table.text(width, colour);
}

std::string json_of(const std::vector<Listed>& cases) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& [row, missing] : cases) {
    list.push_back({{"id", row->id},
                    {"group", name(row->group)},
                    {"metric", row->metric},
                    {"unit", row->unit},
                    {"better", core::name_in(k_betters, row->better)},
                    {"formula", row->formula},
                    {"check", row->check},
                    {"hurts", row->hurts},
                    {"missing", missing}});
  }
  return nlohmann::ordered_json{{"schema", "gpupass.bench.cases/1"}, {"cases", list}}.dump(1) + "\n";
}

}  // namespace gpupass::bench
