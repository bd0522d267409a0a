// SPDX-License-Identifier: GPL-2.0-or-later
// A plan as JSON, as the journal keeps it and `--dry-run --format json` prints it. Fields are only
// ever added, so that an old journal can be read after an upgrade.
#include "gpupass/core/json.hpp"

#include "gpupass/core/identity_json.hpp"
#include "gpupass/core/overloaded.hpp"
#include "gpupass/plan.hpp"

namespace gpupass {
namespace {

using core::Json;

Json to_json_value(const std::vector<FileContent>& files) {
  auto json = Json::array();
  for (const auto& file : files) {
    json.push_back(
        {{"path", file.path}, {"text", file.text ? Json(*file.text) : Json()}, {"mode", file.mode}});
  }
  return json;
}

std::vector<FileContent> files_from(const Json& json) {
  std::vector<FileContent> files;
  for (const auto& file : json) {
    FileContent content{core::line_from_json(file.at("path")), {}, file.at("mode")};
    if (!file.at("text").is_null()) content.text = file.at("text").get<std::string>();
    files.push_back(std::move(content));
  }
  return files;
}

Json to_json_value(const Step& step) {
  return std::visit(
      core::Overloaded{
          [](const LoadModule& s) {
            return Json{{"step", "load-module"}, {"module", s.module}};
          },
          [](const SetDriverOverride& s) {
            return Json{
                {"step", "set-driver-override"}, {"device", to_string(s.device)}, {"driver", s.driver}};
          },
          [](const Unbind& s) {
            return Json{{"step", "unbind"}, {"device", to_string(s.device)}, {"driver", s.driver}};
          },
          [](const ProbeDriver& s) {
            return Json{{"step", "probe-driver"}, {"device", to_string(s.device)}, {"driver", s.driver}};
          },
          [](const DefineDomain& s) {
            return Json{
                {"step", "define-domain"}, {"domain", s.domain}, {"before", s.before}, {"after", s.after}};
          },
          [](const AttachLive& s) {
            return Json{{"step", "attach-live"},
                        {"domain", s.domain},
                        {"device", to_string(s.device)},
                        {"hostdev", s.hostdev_xml}};
          },
          [](const DetachLive& s) {
            return Json{{"step", "detach-live"},
                        {"domain", s.domain},
                        {"device", to_string(s.device)},
                        {"hostdev", s.hostdev_xml}};
          },
          [](const KeepHold& s) {
            return Json{{"step", "keep-hold"}, {"hold", Json::parse(to_json(s.hold))}};
          },
          [](const DropHold& s) {
            return Json{{"step", "drop-hold"}, {"device", to_string(s.device)}};
          },
          [](const SetFiles& s) {
            return Json{{"step", "set-files"},
                        {"purpose", s.purpose},
                        {"files", to_json_value(s.files)},
                        {"program", s.program},
                        {"undo_program", s.undo_program}};
          },
      },
      step);
}

/// Throws what nlohmann::json throws; the caller is inside take_from_json.
Step step_from_json(const Json& json) {
  const auto kind = json.at("step").get<std::string>();
  const auto device = [&json] { return core::address_from_json(json.at("device")); };
  const auto text = [&json](const char* field) { return json.at(field).get<std::string>(); };
  const auto line = [&json](const char* field) { return core::line_from_json(json.at(field)); };
  if (kind == "load-module") return LoadModule{line("module")};
  if (kind == "set-driver-override") return SetDriverOverride{device(), line("driver")};
  if (kind == "unbind") return Unbind{device(), line("driver")};
  if (kind == "probe-driver") return ProbeDriver{device(), line("driver")};
  if (kind == "define-domain") return DefineDomain{line("domain"), text("before"), text("after")};
  if (kind == "attach-live") return AttachLive{line("domain"), device(), text("hostdev")};
  if (kind == "detach-live") return DetachLive{line("domain"), device(), text("hostdev")};
  if (kind == "drop-hold") return DropHold{device()};
  if (kind == "set-files") {
    return SetFiles{line("purpose"), files_from(json.at("files")),
                    json.at("program").get<std::vector<std::string>>(),
                    json.at("undo_program").get<std::vector<std::string>>()};
  }
  if (kind == "keep-hold") {
    if (auto hold = hold_from_json(json.at("hold").dump())) return KeepHold{*hold};
  }
  throw nlohmann::json::type_error::create(302, "'" + kind + "' is no step", &json);
}

}  // namespace

std::string to_json(const Plan& plan) {
  Json json{{"schema", "gpupass.plan/1"},
            {"command", plan.command},
            {"direction", plan.direction == Direction::take ? "take" : "give-back"},
            {"uri", plan.uri},
            {"devices", Json::array()},
            {"identities", Json::object()},
            {"steps", Json::array()}};
  for (const auto& device : plan.devices) json["devices"].push_back(to_string(device));
  for (const auto& [device, identity] : plan.identities)
    json["identities"][to_string(device)] = core::to_json(identity);
  for (const auto& step : plan.steps) {
    auto value = to_json_value(step);
    value["does"] = describe(step);
    value["undone_by"] = describe_undo(step);
    json["steps"].push_back(std::move(value));
  }
  return json.dump();
}

Result<Plan> plan_from_json(const std::string& text) {
  return core::read_json(text, "plan", [](const Json& json) {
    Plan plan;
    plan.command = core::line_from_json(json.at("command"));
    plan.direction = json.at("direction") == "take" ? Direction::take : Direction::give_back;
    plan.uri = core::line_from_json(json.at("uri"));
    for (const auto& device : json.at("devices")) plan.devices.push_back(core::address_from_json(device));
    // A journal of an earlier gpupass has none.
    const auto identities = json.value("identities", Json::object());
    for (const auto& [device, identity] : identities.items())
      plan.identities.emplace(core::address_from_json(device), core::identity_from_json(identity));
    for (const auto& step : json.at("steps")) plan.steps.push_back(step_from_json(step));
    return plan;
  });
}

std::string to_json(const std::vector<FileContent>& files) {
  return to_json_value(files).dump();
}

Result<std::vector<FileContent>> files_from_json(const std::string& text) {
  return core::read_json(text, "files", files_from);
}

}  // namespace gpupass
