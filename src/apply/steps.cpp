// SPDX-License-Identifier: GPL-2.0-or-later
// Each of these asks the step's own kind (steps/kinds.hpp).
#include "apply/steps.hpp"

#include <fmt/format.h>

#include "apply/device_files.hpp"
#include "apply/steps/kinds.hpp"

namespace gpupass {
namespace apply {
namespace {

template <class Function>
auto with_kind(const Step& step, const Function& function) {
  return std::visit([&]<class Value>(const Value& value) { return function(kind<Value>(), value); }, step);
}

Subject subject_of(const Step& step) {
  return with_kind(step, [](const auto& kind, const auto& value) { return kind.subject(value); });
}

bool is_missing(const Subject& subject, const apply::Doors& doors) {
  return subject.must_be_there && !is_there(doors.host, *subject.device);
}

/// A step of the kind of this name among those from Index on.
template <std::size_t Index = 0>
Step read_as(const std::string& name, const core::Json& json) {
  if constexpr (Index < std::variant_size_v<Step>) {
    const auto& row = kind<std::variant_alternative_t<Index, Step>>();
    return name == row.name() ? Step(row.read(json)) : read_as<Index + 1>(name, json);
  } else {
    throw nlohmann::json::type_error::create(302, "'" + name + "' is not a step", &json);
  }
}

}  // namespace

bool is_left_alone(const Step& step, const apply::Doors& doors) {
  const auto subject = subject_of(step);
  if (!subject.must_be_there) return false;
  const auto* const function = subject.device->function();
  return function != nullptr && doors.displaced.contains(*function);
}

Result<Look> look(const Step& step, apply::Doors& doors) {
  if (is_left_alone(step, doors)) return Look{true, ""};
  if (const auto subject = subject_of(step); is_missing(subject, doors))
    return fail(ErrorKind::not_found, fmt::format("{} is no longer there", to_string(*subject.device)));
  return with_kind(step, [&](const auto& kind, const auto& value) { return kind.look(value, doors); });
}

Result<WriteEnd> carry_out(const Step& step, apply::Doors& doors) {
  return with_kind(step, [&](const auto& kind, const auto& value) { return kind.carry_out(value, doors); });
}

bool had_no_effect(const Step& step, const std::string& before, apply::Doors& doors) {
  const auto now = look(step, doors);
  return now && !now->already && now->shows && now->before == before;
}

bool is_put_back(const Step& step, const std::string& before, apply::Doors& doors) {
  const bool shows =
      with_kind(step, [](const auto& kind, const auto& value) { return kind.undo_shows(value); });
  return shows && had_no_effect(step, before, doors);
}

DeviceNames used_by(const Step& step) {
  return subject_of(step).uses;
}

bool is_lost(const Step& step, apply::Doors& doors) {
  const bool comes_back =
      with_kind(step, [](const auto& kind, const auto& /*value*/) { return kind.comes_back(); });
  if (comes_back) return false;
  const auto now = look(step, doors);
  return now && now->already;
}

Result<std::string> result_of(const Step& step, apply::Doors& doors) {
  return with_kind(step, [&](const auto& kind, const auto& value) { return kind.result(value, doors); });
}

Result<WriteEnd> undo(const Step& step, const JournalEntry& entry, apply::Doors& doors) {
  if (is_left_alone(step, doors) || is_missing(subject_of(step), doors))
    return WriteEnd{};  // nothing left to put back
  return with_kind(step, [&](const auto& kind, const auto& value) { return kind.undo(value, entry, doors); });
}

core::Json to_json_value(const Step& step) {
  return with_kind(step, [](const auto& kind, const auto& value) {
    auto json = kind.fields(value);
    json["step"] = kind.name();
    json["does"] = kind.words(value);
    json["undone_by"] = kind.words_back(value);
    return json;
  });
}

Step step_from_json(const core::Json& json) {
  return read_as(json.at("step").get<std::string>(), json);
}

}  // namespace apply

std::optional<DeviceName> device_of(const Step& step) {
  return apply::subject_of(step).device;
}

std::string domain_of(const Step& step) {
  return apply::subject_of(step).domain;
}

std::set<std::string> domains_of(const Plan& plan) {
  std::set<std::string> domains;
  for (const auto& step : plan.steps) domains.insert(domain_of(step));
  domains.erase("");
  return domains;
}

std::string describe(const Step& step) {
  return apply::with_kind(step, [](const auto& kind, const auto& value) { return kind.words(value); });
}

std::string describe_undo(const Step& step) {
  return apply::with_kind(step, [](const auto& kind, const auto& value) { return kind.words_back(value); });
}

}  // namespace gpupass
