// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/report/unreadable.hpp"

namespace gpupass::report {

core::Json to_json(const UnreadableRecord& record) {
  return {{"path", record.path}, {"of", record.of}, {"error", describe(record.why)}};
}

core::Json to_json(const std::vector<UnreadableRecord>& records) {
  auto json = core::Json::array();
  for (const auto& record : records) json.push_back(to_json(record));
  return json;
}

}  // namespace gpupass::report
