// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/report/error_json.hpp"

#include "gpupass/core/json.hpp"

namespace gpupass::report {
namespace {

core::Json value_of(const Error& error) {
  core::Json json{{"kind", name(error.kind)},
                  {"what", error.what},
                  {"hint", error.hint},
                  {"context", error.context},
                  {"also", core::Json::array()}};
  for (const auto& other : error.also) json["also"].push_back(value_of(other));
  return json;
}

}  // namespace

std::string to_json(const Error& error) {
  core::Json json{{"schema", "gpupass.error/1"}, {"exit_code", exit_code(error.kind)}};
  json.update(value_of(error));
  return json.dump(2, ' ', false, core::Json::error_handler_t::replace);
}

}  // namespace gpupass::report
