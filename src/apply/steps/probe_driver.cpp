// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel looks for a driver and must choose this one. Undone by unbinding it.
#include <fmt/format.h>

#include "apply/device_files.hpp"
#include "apply/steps/device_driver.hpp"
#include "apply/steps/kinds.hpp"

namespace gpupass::apply {
namespace {

class ProbeDriverKind final : public DeviceDriver<ProbeDriver> {
 public:
  std::string words(const ProbeDriver& step) const override {
    return fmt::format("bind {} to {}", to_string(step.device), step.driver);
  }
  std::string words_back(const ProbeDriver& step) const override {
    return fmt::format("unbind {} from {}", to_string(step.device), step.driver);
  }
  const char* name() const override { return "probe-driver"; }

  Result<Look> look(const ProbeDriver& step, Doors& doors) const override {
    return Look{driver_of(doors.host, step.device) == step.driver, ""};
  }
  Result<WriteEnd> carry_out(const ProbeDriver& step, Doors& doors) const override {
    return probe(doors, step.device, step.driver);
  }
  Result<WriteEnd> undo(const ProbeDriver& step, const JournalEntry& /*entry*/, Doors& doors) const override {
    if (driver_of(doors.host, step.device) != step.driver) return WriteEnd{};
    return unbind(doors, step.device, step.driver);
  }
};

}  // namespace

template <>
const Kind<ProbeDriver>& kind() {
  static const ProbeDriverKind row;
  return row;
}

}  // namespace gpupass::apply
