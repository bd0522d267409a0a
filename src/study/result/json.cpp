// SPDX-License-Identifier: GPL-2.0-or-later
// Reads and writes the schema gpupass.bench/1. docs/schemas has it for validators.
#include <fmt/format.h>

#include <set>

#include "gpupass/bench/names.hpp"
#include "gpupass/bench/run.hpp"
#include "gpupass/core/json.hpp"

namespace gpupass::bench {
namespace {

constexpr const char* k_run_schema = "gpupass.bench/1";

// --- writing ---------------------------------------------------------------------------------------

nlohmann::json json_of(const Parameters& params) {
  nlohmann::json json = nlohmann::json::object();
  for (const auto& [name, value] : params) {
    std::visit([&, key = name](const auto& scalar) { json[key] = scalar; }, value);
  }
  return json;
}

nlohmann::json json_of(const Check& check) {
  nlohmann::json json = {{"kind", check.kind}, {"elements", check.elements}, {"errors", check.errors}};
  if (!check.first_error.empty()) json["first_error"] = check.first_error;
  return json;
}

nlohmann::json json_of(const Summary& summary) {
  return {{"n", summary.n},     {"median", summary.median}, {"q1", summary.q1},   {"q3", summary.q3},
          {"min", summary.min}, {"max", summary.max},       {"p99", summary.p99}, {"p999", summary.p999}};
}

nlohmann::json json_of(const Ceiling& ceiling, const std::optional<Summary>& summary) {
  nlohmann::json json = {{"value", ceiling.value}, {"formula", ceiling.formula}};
  if (summary) json["fraction"] = summary->median / ceiling.value;
  return json;
}

nlohmann::json json_of(const Measurement& measurement) {
  nlohmann::json json = {
      {"id", measurement.id},
      {"params", json_of(measurement.params)},
      {"group", name(measurement.group)},
      {"metric", measurement.metric},
      {"unit", measurement.unit},
      {"better", core::name_in(k_betters, measurement.better)},
      {"status", name(measurement.status)},
      {"reason", measurement.reason},
      {"work", {{"amount", measurement.work.amount}, {"iterations", measurement.work.iterations}}},
      {"check", json_of(measurement.check)},
      {"samples_ns", measurement.samples_ns}};
  if (!measurement.sm_mhz.empty()) json["sm_mhz"] = measurement.sm_mhz;
  if (measurement.summary) json["summary"] = json_of(*measurement.summary);
  if (measurement.ceiling) json["ceiling"] = json_of(*measurement.ceiling, measurement.summary);
  if (!measurement.notes.empty()) json["notes"] = json_of(measurement.notes);
  return json;
}

nlohmann::json json_of(const Gate& gate) {
  nlohmann::json json = {
      {"name", gate.name}, {"limit", gate.limit}, {"pass", gate.pass}, {"reason", gate.reason}};
  json["value"] = gate.value ? nlohmann::json(*gate.value) : nlohmann::json(nullptr);
  return json;
}

// --- reading ---------------------------------------------------------------------------------------

/// A value and where it stands in the document. What it should be and is not ends the reading: the
/// exception stays within this file.
class Place {
 public:
  struct Wrong {
    std::string what;
  };

  Place(const nlohmann::json& json, std::string path) : json_(json), path_(std::move(path)) {}

  [[noreturn]] void refuse(std::string_view why) const {
    throw Wrong{fmt::format("{}: {}", path_.empty() ? "the document" : path_, why)};
  }

  [[nodiscard]] bool has(const char* key) const { return json_.contains(key); }
  [[nodiscard]] bool is_null() const { return json_.is_null(); }

  [[nodiscard]] Place at(const char* key) const {
    if (!json_.is_object()) refuse("is not an object");
    const auto found = json_.find(key);
    const auto path = path_.empty() ? key : path_ + "." + key;
    if (found == json_.end()) Place(json_, path).refuse("is missing");
    return {*found, path};
  }

  [[nodiscard]] std::vector<Place> items() const {
    if (!json_.is_array()) refuse("is not an array");
    std::vector<Place> items;
    for (std::size_t i = 0; i < json_.size(); ++i)
      items.emplace_back(json_[i], fmt::format("{}[{}]", path_, i));
    return items;
  }

  [[nodiscard]] std::string text() const {
    if (!json_.is_string()) refuse("is not a string");
    return json_.get<std::string>();
  }

  [[nodiscard]] double number() const {
    if (!json_.is_number()) refuse("is not a number");
    return json_.get<double>();
  }

  [[nodiscard]] double positive() const {
    const double value = number();
    if (!(value > 0)) refuse("is not above zero");
    return value;
  }

  [[nodiscard]] std::int64_t count() const {
    if (!json_.is_number_integer()) refuse("is not a whole number");
    if (!json_.is_number_unsigned() && json_.get<std::int64_t>() < 0) refuse("is below zero");
    if (json_.get<std::uint64_t>() > std::uint64_t{INT64_MAX}) refuse("is too large");
    return json_.get<std::int64_t>();
  }

  [[nodiscard]] std::uint64_t seed() const {
    if (!json_.is_number_unsigned()) refuse("is not a whole number, zero or more");
    return json_.get<std::uint64_t>();
  }

  [[nodiscard]] bool truth() const {
    if (!json_.is_boolean()) refuse("is neither true nor false");
    return json_.get<bool>();
  }

  [[nodiscard]] nlohmann::json object() const {
    if (!json_.is_object()) refuse("is not an object");
    return json_;
  }

  template <class Value, std::size_t Count>
  [[nodiscard]] Value word(const std::array<core::Name<Value>, Count>& names) const {
    const auto word = text();
    if (const auto value = core::value_in(names, word)) return *value;
    refuse(fmt::format("is '{}', which is not one of its values", word));
  }

  [[nodiscard]] Parameter parameter() const {
    if (json_.is_number_integer()) return json_.get<std::int64_t>();
    if (json_.is_number()) return json_.get<double>();
    if (json_.is_string()) return json_.get<std::string>();
    refuse("is neither a number nor a string");
  }

  [[nodiscard]] Parameters parameters() const {
    Parameters params;
    const auto fields = object();
    for (const auto& [name, value] : fields.items()) {
      params[name] = Place(value, path_ + "." + name).parameter();
    }
    return params;
  }

 private:
  const nlohmann::json& json_;
  std::string path_;  // "benchmarks[3].work"; empty: the document
};

std::vector<double> times_of(const Place& place) {
  std::vector<double> numbers;
  for (const auto& item : place.items()) numbers.push_back(item.positive());
  return numbers;
}

Check check_of(const Place& place) {
  return {place.at("kind").text(), place.at("elements").count(), place.at("errors").count(),
          place.has("first_error") ? place.at("first_error").text() : ""};
}

Summary summary_of(const Place& place) {
  return {place.at("n").count(),    place.at("median").number(), place.at("q1").number(),
          place.at("q3").number(),  place.at("min").number(),    place.at("max").number(),
          place.at("p99").number(), place.at("p999").number()};
}

Work work_of(const Place& place) {
  const Work work = {place.at("amount").positive(), place.at("iterations").count()};
  if (work.iterations == 0) place.at("iterations").refuse("is zero");
  return work;
}

/// What the parts say of each other.
void cross_check(const Measurement& measurement, const Place& place) {
  const auto samples = static_cast<std::int64_t>(measurement.samples_ns.size());
  if (measurement.summary.has_value() != (samples > 0)) place.refuse("has samples or a summary, not both");
  if (measurement.summary && measurement.summary->n != samples) {
    place.at("summary").at("n").refuse("is not the number of samples");
  }
  if (measurement.status == Status::passed && samples == 0) place.refuse("passed without samples");
  if (measurement.status == Status::passed && measurement.check.errors > 0) {
    place.refuse("passed with errors in its output");
  }
  if (measurement.status != Status::passed && measurement.reason.empty()) {
    place.at("reason").refuse("is empty, and the status is not 'passed'");
  }
  if (!measurement.sm_mhz.empty() && measurement.sm_mhz.size() != measurement.samples_ns.size()) {
    place.at("sm_mhz").refuse("is not one clock per sample");
  }
}

Measurement measurement_of(const Place& place) {
  Measurement measurement;
  measurement.id = place.at("id").text();
  measurement.params = place.at("params").parameters();
  measurement.group = place.at("group").word(k_groups);
  measurement.metric = place.at("metric").text();
  measurement.unit = place.at("unit").text();
  measurement.better = place.at("better").word(k_betters);
  measurement.status = place.at("status").word(k_statuses);
  measurement.reason = place.at("reason").text();
  measurement.work = work_of(place.at("work"));
  measurement.check = check_of(place.at("check"));
  measurement.samples_ns = times_of(place.at("samples_ns"));
  if (place.has("sm_mhz")) measurement.sm_mhz = times_of(place.at("sm_mhz"));
  if (place.has("summary")) measurement.summary = summary_of(place.at("summary"));
  if (place.has("ceiling")) {
    const auto ceiling = place.at("ceiling");
    measurement.ceiling = Ceiling{ceiling.at("value").positive(), ceiling.at("formula").text()};
  }
  if (place.has("notes")) measurement.notes = place.at("notes").parameters();
  cross_check(measurement, place);
  return measurement;
}

Gate gate_of(const Place& place) {
  const auto value = place.at("value");
  return {place.at("name").text(), value.is_null() ? std::nullopt : std::optional(value.number()),
          place.at("limit").number(), place.at("pass").truth(), place.at("reason").text()};
}

Run run_of(const Place& place) {
  const auto schema = place.at("schema").text();
  if (schema != k_run_schema)
    place.at("schema").refuse(fmt::format("is '{}', not '{}'", schema, k_run_schema));
  const auto head = place.at("run");
  Run run;
  run.id = head.at("id").text();
  run.role = head.at("role").text();
  if (head.has("block")) run.block = head.at("block").count();
  if (head.has("order_in_block")) run.order_in_block = head.at("order_in_block").count();
  run.boot_id = head.at("boot_id").text();
  run.started = head.at("started").text();
  run.seed = head.at("seed").seed();
  run.tool = head.at("tool").object();
  run.env = place.at("env").object();
  run.counters = place.at("counters").object();
  for (const auto& gate : place.at("gates").items()) run.gates.push_back(gate_of(gate));
  std::set<std::string> keys;
  for (const auto& item : place.at("benchmarks").items()) {
    run.benchmarks.push_back(measurement_of(item));
    const auto name = key(run.benchmarks.back());
    if (!keys.insert(name).second) item.refuse(fmt::format("is a second {}", name));
  }
  return run;
}

}  // namespace

nlohmann::json to_json(const Run& run) {
  nlohmann::json head = {{"id", run.id},           {"role", run.role}, {"boot_id", run.boot_id},
                         {"started", run.started}, {"seed", run.seed}, {"tool", run.tool}};
  if (run.block) head["block"] = *run.block;
  if (run.order_in_block) head["order_in_block"] = *run.order_in_block;
  nlohmann::json gates = nlohmann::json::array();
  for (const auto& gate : run.gates) gates.push_back(json_of(gate));
  nlohmann::json benchmarks = nlohmann::json::array();
  for (const auto& measurement : run.benchmarks) benchmarks.push_back(json_of(measurement));
  return {{"schema", k_run_schema}, {"run", std::move(head)},   {"env", run.env},
          {"gates", gates},         {"benchmarks", benchmarks}, {"counters", run.counters}};
}

Result<Run> run_from_json(std::string_view text) {
  GPUPASS_TRY(core::within_limits(text, "the document"));
  try {
    const auto json = nlohmann::json::parse(text);
    return run_of(Place(json, ""));
  } catch (const nlohmann::json::exception& error) {
    return fail(ErrorKind::invalid, error.what());
  } catch (const Place::Wrong& wrong) {
    return fail(ErrorKind::invalid, wrong.what);
  }
}

}  // namespace gpupass::bench
