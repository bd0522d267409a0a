// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/report/recovery.hpp"

#include <fmt/format.h>

#include <array>

#include "gpupass/core/names.hpp"
#include "gpupass/report/unreadable.hpp"

namespace gpupass::report {
namespace {

constexpr std::array k_outcomes = {
    core::Name<Recovery>{Recovery::ended, "ended"},
    core::Name<Recovery>{Recovery::undone, "undone"},
    core::Name<Recovery>{Recovery::finished, "finished"},
    core::Name<Recovery>{Recovery::still_releasing, "still-releasing"},
    core::Name<Recovery>{Recovery::failed, "failed"},
    core::Name<Recovery>{Recovery::not_begun, "not-begun"},
};

constexpr std::array k_outcome_texts = {
    core::Name<Recovery>{Recovery::ended, "it was still running, and has ended by itself"},
    core::Name<Recovery>{Recovery::undone, "undone: everything is as it was before"},
    core::Name<Recovery>{Recovery::finished, "finished: it was completed"},
    core::Name<Recovery>{Recovery::still_releasing,
                         "still releasing: the kernel has not returned; try again later"},
    core::Name<Recovery>{Recovery::failed, "not everything could be undone"},
    core::Name<Recovery>{Recovery::not_begun, "not begun: nothing was changed"},
};

std::string title(const JournalRecord& journal) {
  if (!journal.has_plan()) return journal.path() + ":";
  return fmt::format("\"{}\", started {}:", journal.plan.command, journal.started);
}

std::string indented(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += "  " + line + "\n";
  return text;
}

// ---- for a person: each fate of a journal ---------------------------------------------------------

/// A run told it as it went.
std::string text_of(const JournalRecord& /*journal*/, const RecoveryReport& /*report*/) {
  return {};
}

std::string text_of(const JournalRecord& journal, const RecoveryPreview& preview) {
  if (journal.denied)
    return fmt::format(
        "a command started {} did not end, or is running: only root can see what would be done, because its "
        "journal may contain a domain's passwords\n",
        journal.started_by_name());
  if (!journal.has_plan())
    return fmt::format("{}: nothing could be done; --forget would set it aside\n", journal.damage);
  if (preview.under_way) return title(journal) + " is running, would wait for its end\n";
  auto text = title(journal) + " would\n";
  for (const auto& device : preview.left_alone) text += left_alone_text(device);
  return text + (preview.steps.empty() ? "  only close its journal: nothing else is left to do\n"
                                       : indented(preview.steps));
}

std::string text_of(const JournalRecord& journal, const Forgotten& forgotten) {
  if (forgotten.ended) return {};
  auto text = forgotten.set_aside.empty()
                  ? title(journal) + " forgotten; the machine stays as it is\n"
                  : "a journal that cannot be read was set aside: " + forgotten.set_aside + "\n";
  for (const auto& [domain, file, xml] : forgotten.kept)
    text +=
        fmt::format("  how {} was configured before is kept: {} (`virsh define` takes it)\n", domain, file);
  return text;
}

std::string text_of(const JournalRecord& journal, const ForgetPreview& preview) {
  return title(journal) + " would\n" + indented(preview.steps);
}

std::string loans_text(const RecoverySummary& summary) {
  std::string text;
  for (const auto& [domain, functions] : summary.returned)
    text += fmt::format("{} {}: bound for a start of {}, which is not running\n",
                        summary.dry_run ? "would return" : "returned", names(functions), domain);
  return text;
}

std::string text_of(const RecordFate& fate, const RecoverySummary& summary) {
  if (!fate.kept.empty()) return "a record that cannot be read was set aside: " + fate.kept + "\n";
  return fate.record.path + (summary.forget ? ": would\n  set it aside: it cannot be read\n"
                                            : ":\n  not begun: it cannot be read\n");
}

// ---- for a program --------------------------------------------------------------------------------

core::Json fields(const RecoveryReport& report) {
  return {{"outcome", core::name_in(k_outcomes, report.outcome)},
          {"error", report.error ? core::Json(describe(*report.error)) : core::Json()},
          {"warning", report.warning ? core::Json(describe(*report.warning)) : core::Json()}};
}

core::Json fields(const RecoveryPreview& preview) {
  return {{"under_way", preview.under_way}, {"would", preview.steps}};
}

core::Json fields(const Forgotten& forgotten) {
  auto kept = core::Json::array();
  for (const auto& domain : forgotten.kept) kept.push_back(domain.file);
  if (!forgotten.set_aside.empty()) kept.push_back(forgotten.set_aside);
  return {{"outcome", forgotten.ended ? "ended" : "forgotten"}, {"kept", kept}};
}

core::Json fields(const ForgetPreview& preview) {
  return {{"under_way", false}, {"would", preview.steps}};
}

core::Json to_json(const JournalFate& one) {
  core::Json json{{"id", one.journal.id}, {"command", one.journal.plan.command}};
  json.update(std::visit([](const auto& fate) { return fields(fate); }, one.fate));
  return json;
}

core::Json to_json(const Loans& loans) {
  auto json = core::Json::array();
  for (const auto& [domain, functions] : loans) {
    json.push_back({{"domain", domain}, {"devices", core::Json::array()}});
    for (const auto& function : functions) json.back()["devices"].push_back(to_string(function));
  }
  return json;
}

core::Json to_json(const RecordFate& fate) {
  auto json = report::to_json(fate.record);
  if (!fate.kept.empty()) json["kept"] = fate.kept;
  return json;
}

}  // namespace

std::string recovery_heading(const JournalRecord& journal) {
  return title(journal) + "\n";
}

std::string recovery_step(const StepEvent& event) {
  const bool seen = event.state == StepState::done || event.state == StepState::undone;
  return seen ? "  " + event.text + "\n" : "";
}

std::string left_alone_text(const PciAddress& device) {
  return fmt::format("  left alone: {} is not the device that this command was for\n", to_string(device));
}

std::string recovery_outcome(const RecoveryReport& report) {
  std::string text = fmt::format("  {}\n", core::name_in(k_outcome_texts, report.outcome));
  if (report.outcome == Recovery::undone && report.error)
    text += "  it could not be finished: " + describe(*report.error) + "\n";
  if (report.warning) text += "  note: " + describe(*report.warning) + "\n";
  return text;
}

std::string recovery_text(const RecoverySummary& summary) {
  std::string text = summary.nothing_left ? "nothing was left unfinished\n" : "";
  for (const auto& [journal, fate] : summary.journals) {
    const auto& one = journal;
    text += std::visit([&](const auto& it) { return text_of(one, it); }, fate);
  }
  text += loans_text(summary);
  for (const auto& name : summary.names)
    text += fmt::format("{} {} to containers again\n", summary.dry_run ? "would give" : "gave", name);
  for (const auto& record : summary.records) text += text_of(record, summary);
  return text;
}

core::Json to_json(const RecoverySummary& summary) {
  auto journals = core::Json::array(), records = core::Json::array();
  for (const auto& journal : summary.journals) journals.push_back(to_json(journal));
  for (const auto& record : summary.records) records.push_back(to_json(record));
  return {{"schema", "gpupass.recover/1"},
          {"journals", journals},
          {"loans", to_json(summary.loans)},
          {"names", summary.names},
          {"records", records}};
}

}  // namespace gpupass::report
