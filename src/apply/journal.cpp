// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/journal.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ranges>
#include <set>
#include <utility>

#include "gpupass/core/json.hpp"
#include "gpupass/core/names.hpp"
#include "gpupass/core/text.hpp"

namespace gpupass {
namespace {

constexpr const char* k_journals = "/var/lib/gpupass/journal";
constexpr std::string_view k_suffix = ".jsonl";

constexpr std::array k_states = {
    core::Name<StepState>{StepState::intent, "intent"},
    core::Name<StepState>{StepState::untouched, "untouched"},
    core::Name<StepState>{StepState::done, "done"},
    core::Name<StepState>{StepState::failed, "failed"},
    core::Name<StepState>{StepState::open, "open"},
    core::Name<StepState>{StepState::undone, "undone"},
    core::Name<StepState>{StepState::undo_failed, "undo-failed"},
};

std::string path_of(const std::string& id) {
  return fmt::format("{}/{}{}", k_journals, id, k_suffix);
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
  if (const auto state = core::value_in(k_states, text)) return *state;
  throw nlohmann::json::type_error::create(302, "'" + text + "' is not a state", &json);
}

JournalEntry entry_from(const core::Json& json, std::size_t steps) {
  JournalEntry entry{core::number_from_json<std::size_t>(json.at("step")),
                     state_from(json.at("state")),
                     json.at("before"),
                     core::number_from_json<pid_t>(json.at("pid")),
                     json.at("note"),
                     ""};
  if (json.contains("result")) {
    entry.result = json.at("result");
  } else if (entry.state == StepState::done) {  // of a gpupass that had one field for both
    std::swap(entry.result, entry.note);
  }
  if (entry.step >= steps) throw nlohmann::json::out_of_range::create(401, "there is no such step", &json);
  return entry;
}

Result<JournalRecord> header_from(const std::string& line, const std::string& id) {
  return core::read_json(line, path_of(id), [&](const core::Json& json) -> JournalRecord {
    auto plan = plan_from_json(json.at("plan").dump());
    if (!plan) throw nlohmann::json::other_error::create(501, plan.error().what, &json);
    if (plan->command.empty()) throw nlohmann::json::other_error::create(501, "the plan has no name", &json);
    return {id,
            *std::move(plan),
            core::line_from_json(json.at("started")),
            json.at("boot_id"),
            core::number_from_json<pid_t>(json.at("pid")),
            {}};
  });
}

/// An entry after the rest of an incomplete one, in one line, as left by a gpupass that continued a torn
/// journal.
Result<JournalEntry> entry_behind(const std::string& line, std::size_t steps) {
  const auto begin = line.rfind(R"({"step":)");
  if (begin == line.npos || begin == 0) return fail(ErrorKind::invalid, "");
  return core::read_json(line.substr(begin), "",
                         [&](const core::Json& json) { return entry_from(json, steps); });
}

void read_entries(std::string_view lines, JournalRecord& record) {
  std::size_t number = 1;
  for (const auto line : core::split(lines, '\n')) {
    ++number;
    const std::string text(line);
    const auto steps = record.plan.steps.size();
    auto entry = core::read_json(text, fmt::format("{}, line {}", record.path(), number),
                                 [&](const core::Json& json) { return entry_from(json, steps); });
    if (!entry) {
      if (auto behind = entry_behind(text, steps)) {
        entry = std::move(behind);  // what is before it was never begun, as at the end of a file
      } else {
        if (record.damage.empty()) record.damage = entry.error().what;
        continue;
      }
    }
    record.entries.push_back(*std::move(entry));
  }
}

/// Every name of a device that stands in a text: addresses, and UUIDs, which may be of something else.
DeviceNames names_in(std::string_view text) {
  constexpr std::size_t k_address = std::string_view("0000:01:00.0").size(), k_uuid = 36;
  std::set<DeviceName> found;
  const auto add = [&](std::string_view word) {
    if (auto name = parse_device_name(word)) found.insert(*std::move(name));
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto rest = text.substr(at);
    if (rest.size() >= k_address && rest[4] == ':' && rest[7] == ':') add(rest.substr(0, k_address));
    if (rest.size() >= k_uuid && rest[8] == '-' && rest[13] == '-') add(rest.substr(0, k_uuid));
  }
  return {found.begin(), found.end()};
}

/// Nothing for a journal whose very first line was cut short: nothing had been changed yet.
std::optional<JournalRecord> record_from(std::string_view text, const std::string& id) {
  const auto complete = text.substr(0, text.rfind('\n') + 1);
  if (complete.empty()) return std::nullopt;
  const auto end_of_header = complete.find('\n');
  auto record = header_from(std::string(complete.substr(0, end_of_header)), id);
  if (record) {
    if (const auto lines = complete.substr(end_of_header + 1); !lines.empty()) read_entries(lines, *record);
    return *std::move(record);
  }
  JournalRecord lost;
  lost.id = id;
  lost.plan.devices = names_in(text);
  lost.damage = record.error().what;
  return lost;
}

/// None if nothing was ever changed.
Result<std::vector<std::string>> journal_ids(const Host& host) {
  auto names = host.list(k_journals);
  if (!names && names.error().kind == ErrorKind::not_found) return std::vector<std::string>{};
  if (!names) return Failure(std::move(names).error());
  std::vector<std::string> ids;
  for (const auto& file : *names) {
    if (file.ends_with(k_suffix)) ids.push_back(file.substr(0, file.size() - k_suffix.size()));
  }
  return ids;
}

/// Nothing, too, for one that another gpupass, having ended well, has just removed.
std::optional<JournalRecord> load_journal(const Host& host, const std::string& id) {
  constexpr std::size_t k_limit = std::size_t{1} << 26U;
  const auto text = host.read(path_of(id), k_limit);
  if (text) return record_from(*text, id);
  if (text.error().kind == ErrorKind::not_found) return std::nullopt;
  if (text.error().kind == ErrorKind::denied) {
    JournalRecord closed;
    closed.id = id;
    closed.denied = true;
    closed.damage = text.error().what;
    return closed;
  }
  // Too large, or on a disk that fails: what can be read of it.
  auto record = record_from(host.read_start(path_of(id), k_limit).value_or("\n"), id);
  if (record) record->damage = text.error().what;
  return record;
}

/// The process that a journal's name names; 0 where it names none.
pid_t writer_of(const std::string& id) {
  const auto parts = core::split(id, '-');
  const auto pid = parts.size() > 1 ? core::parse_number(parts[1]) : std::nullopt;
  return pid && std::in_range<pid_t>(*pid) ? static_cast<pid_t>(*pid) : 0;
}

bool is_at_work(const Host& host, pid_t pid) {
  return pid > 0 && pid != getpid() && host.exists(fmt::format("/proc/{}", pid));
}

}  // namespace

const char* name(StepState state) {
  return core::name_in(k_states, state);
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

bool JournalRecord::ended() const {
  if (!has_plan() || !damage.empty()) return false;
  const auto states = latest();
  const auto all = [&](auto... wanted) {
    return std::ranges::all_of(states, [=](const auto& entry) {
      return ((entry ? entry->state == wanted : wanted == StepState::untouched) || ...);
    });
  };
  const bool reached_all = std::ranges::all_of(states, [](const auto& entry) { return entry.has_value(); });
  const bool is_to_stay = plan.direction != Direction::borrow;
  return (is_to_stay && reached_all && all(StepState::done, StepState::untouched)) ||
         all(StepState::undone, StepState::untouched);
}

std::string JournalRecord::path() const {
  return path_of(id);
}

Result<Journal> Journal::start(Host& host, const Plan& plan, const std::string& boot_id) {
  Journal journal(host, new_id(host));
  const core::Json header{{"schema", "gpupass.journal/1"},
                          {"started", core::iso_time(host.now())},
                          {"boot_id", boot_id},
                          {"pid", getpid()},
                          {"plan", core::Json::parse(to_json(plan))}};
  // Whole or not there: a journal without its plan tells nobody anything.
  GPUPASS_TRY(host.write_file(path_of(journal.id_), header.dump() + "\n"));
  return journal;
}

Journal Journal::resume(Host& host, const std::string& id) {
  return {host, id};
}

Result<void> Journal::append(const JournalEntry& entry) {
  const core::Json line{{"step", entry.step}, {"state", name(entry.state)}, {"before", entry.before},
                        {"pid", entry.pid},   {"note", entry.note},         {"result", entry.result}};
  return host_->append_line(path_of(id_), line.dump(-1, ' ', false, core::Json::error_handler_t::replace));
}

Result<void> Journal::remove() {
  return host_->remove_file(path_of(id_));
}

Result<std::vector<JournalRecord>> load_journals(const Host& host) {
  std::vector<JournalRecord> records;
  GPUPASS_TRY_ASSIGN(const auto ids, journal_ids(host));
  for (const auto& id : ids) {
    if (auto record = load_journal(host, id)) records.push_back(*std::move(record));
  }
  return records;
}

Result<void> remove_stillborn_journals(Host& host) {
  GPUPASS_TRY_ASSIGN(const auto ids, journal_ids(host));
  for (const auto& id : ids) {
    if (!load_journal(host, id) && !is_at_work(host, writer_of(id)))
      GPUPASS_TRY(host.remove_file(path_of(id)));
  }
  return {};
}

}  // namespace gpupass
