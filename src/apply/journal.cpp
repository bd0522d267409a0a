// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/journal.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/json.hpp"
#include "core/text.hpp"
#include "sys/durable_file.hpp"
#include "sys/fd.hpp"

namespace gpupass {
namespace {

constexpr const char* k_folder = "/var/lib/gpupass/journal";
constexpr std::string_view k_suffix = ".jsonl";

struct StateRow {
  StepState state;
  const char* name;
};
constexpr std::array k_states = {
    StateRow{StepState::intent, "intent"},
    StateRow{StepState::untouched, "untouched"},
    StateRow{StepState::done, "done"},
    StateRow{StepState::failed, "failed"},
    StateRow{StepState::open, "open"},
    StateRow{StepState::undone, "undone"},
    StateRow{StepState::undo_failed, "undo-failed"},
};

std::string path_of(const std::string& id) {
  return fmt::format("{}/{}{}", k_folder, id, k_suffix);
}

std::string new_id(const Host& host) {
  auto time = core::iso_time(host.now());
  std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
  // The process tells apart what happens in one second; the count, what one process does in it.
  for (int count = 0;; ++count) {
    auto id = fmt::format("{}-{}-{}", time, getpid(), count);
    if (!host.exists(path_of(id))) return id;
  }
}

StepState state_from(const core::Json& json) {
  const auto text = json.get<std::string>();
  for (const auto& row : k_states) {
    if (text == row.name) return row.state;
  }
  throw nlohmann::json::type_error::create(302, "'" + text + "' is no state", &json);
}

JournalEntry entry_from(const core::Json& json, std::size_t steps) {
  JournalEntry entry{
      json.at("step"), state_from(json.at("state")), json.at("before"), json.at("pid"), json.at("note"), ""};
  if (json.contains("result")) {
    entry.result = json.at("result");
  } else if (entry.state == StepState::done) {  // of a gpupass that had one field for both
    std::swap(entry.result, entry.note);
  }
  if (entry.step >= steps) throw nlohmann::json::out_of_range::create(401, "there is no such step", &json);
  return entry;
}

Result<JournalRecord> header_from(const std::string& line, const std::string& id) {
  GPUPASS_TRY_ASSIGN(const auto json, core::parse_json(line, id));
  return core::take_from_json(id, [&]() -> JournalRecord {
    auto plan = plan_from_json(json.at("plan").dump());
    if (!plan) throw nlohmann::json::other_error::create(501, plan.error().what, &json);
    return {
        id, *std::move(plan), core::line_from_json(json.at("started")), json.at("boot_id"), json.at("pid"),
        {}};
  });
}

/// Nothing for a journal whose very first line was cut short: nothing had been changed yet.
Result<std::optional<JournalRecord>> record_from(const std::string& text, const std::string& id) {
  const auto complete = text.substr(0, text.rfind('\n') + 1);
  const auto lines = core::split(complete, '\n');
  if (lines.empty()) return std::optional<JournalRecord>();
  GPUPASS_TRY_ASSIGN(auto record, header_from(std::string(lines.front()), id));
  for (const auto line : std::vector(lines.begin() + 1, lines.end())) {
    GPUPASS_TRY_ASSIGN(auto entry, core::take_from_json(id, [&] {
                         return entry_from(core::Json::parse(line), record.plan.steps.size());
                       }));
    record.entries.push_back(std::move(entry));
  }
  return std::optional(std::move(record));
}

/// None where nothing was ever changed.
Result<std::vector<std::string>> journal_ids(const Host& host) {
  auto names = host.list(k_folder);
  if (!names && names.error().kind == ErrorKind::not_found) return std::vector<std::string>{};
  if (!names) return Failure(std::move(names).error());
  std::vector<std::string> ids;
  for (const auto& file : *names) {
    if (file.ends_with(k_suffix)) ids.push_back(file.substr(0, file.size() - k_suffix.size()));
  }
  return ids;
}

/// Nothing, too, for one that another gpupass, having ended well, has just removed. Error: invalid, of a file
/// that is no journal; whatever reading it ends with.
Result<std::optional<JournalRecord>> load_journal(const Host& host, const std::string& id) {
  constexpr std::size_t k_limit = std::size_t{1} << 26U;
  const auto text = host.read(path_of(id), k_limit);
  if (!text && text.error().kind == ErrorKind::not_found) return std::optional<JournalRecord>();
  if (!text) return Failure(text.error());
  auto record = record_from(*text, id);
  if (!record) return within(path_of(id), std::move(record).error());
  return record;
}

}  // namespace

const char* name(StepState state) {
  return std::find_if(k_states.begin(), k_states.end(),
                      [state](const auto& row) { return row.state == state; })
      ->name;
}

std::vector<std::optional<JournalEntry>> JournalRecord::latest() const {
  std::vector<std::optional<JournalEntry>> states(plan.steps.size());
  for (const auto& entry : entries) {
    auto& state = states.at(entry.step);
    const auto earlier = std::exchange(state, entry).value_or(JournalEntry{});
    // The value from before is written with the intent, what was read back when it was done; the lines after
    // them repeat them only if they know them.
    if (state->before.empty()) state->before = earlier.before;
    if (state->result.empty()) state->result = earlier.result;
  }
  return states;
}

Result<Journal> Journal::start(const Host& host, const Plan& plan, const std::string& boot_id) {
  auto id = new_id(host);
  Journal journal(host.at(path_of(id)), id);
  const core::Json header{{"schema", "gpupass.journal/1"},
                          {"started", core::iso_time(host.now())},
                          {"boot_id", boot_id},
                          {"pid", getpid()},
                          {"plan", core::Json::parse(to_json(plan))}};
  GPUPASS_TRY(sys::append_durably(journal.file_, header.dump() + "\n"));
  return journal;
}

Journal Journal::resume(const Host& host, const std::string& id) {
  return {host.at(path_of(id)), id};
}

Result<void> Journal::append(const JournalEntry& entry) {
  const core::Json line{{"step", entry.step}, {"state", name(entry.state)}, {"before", entry.before},
                        {"pid", entry.pid},   {"note", entry.note},         {"result", entry.result}};
  return sys::append_durably(file_, line.dump(-1, ' ', false, core::Json::error_handler_t::replace) + "\n");
}

Result<void> Journal::remove() {
  return sys::remove_durably(file_);
}

Result<std::vector<JournalRecord>> load_journals(const Host& host) {
  std::vector<JournalRecord> records;
  GPUPASS_TRY_ASSIGN(const auto ids, journal_ids(host));
  for (const auto& id : ids) {
    auto record = load_journal(host, id);
    if (!record && record.error().kind == ErrorKind::invalid) {
      record.error().hint =
          "nothing was changed; `gpupass recover --forget` sets it aside and accepts the machine as it is";
    }
    if (!record) return Failure(std::move(record).error());
    if (*record) records.push_back(**std::move(record));
  }
  return records;
}

Result<std::vector<std::string>> set_unreadable_journals_aside(const Host& host) {
  std::vector<std::string> aside;
  GPUPASS_TRY_ASSIGN(const auto ids, journal_ids(host));
  for (const auto& id : ids) {
    const auto record = load_journal(host, id);
    if (record || record.error().kind != ErrorKind::invalid) continue;
    const auto path = path_of(id);
    std::error_code error;
    std::filesystem::rename(host.at(path), host.at(path + ".unreadable"), error);
    if (error) return Failure(sys::errno_error("rename " + path, error.value()));
    aside.push_back(path + ".unreadable");
  }
  return aside;
}

}  // namespace gpupass
