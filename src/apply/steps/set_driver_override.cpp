// SPDX-License-Identifier: GPL-2.0-or-later
// Which driver alone may bind a device. Undone by writing the previous value.
#include <fmt/format.h>

#include "apply/device_files.hpp"
#include "apply/steps/device_driver.hpp"
#include "apply/steps/kinds.hpp"

namespace gpupass::apply {
namespace {

class SetDriverOverrideKind final : public DeviceDriver<SetDriverOverride> {
 public:
  std::string words(const SetDriverOverride& step) const override {
    return step.driver.empty()
               ? fmt::format("clear the driver_override of {}", to_string(step.device))
               : fmt::format("reserve {} for {} (driver_override)", to_string(step.device), step.driver);
  }
  std::string words_back(const SetDriverOverride& step) const override {
    return fmt::format("restore the driver_override of {}", to_string(step.device));
  }
  const char* name() const override { return "set-driver-override"; }

  Result<Look> look(const SetDriverOverride& step, Doors& doors) const override {
    GPUPASS_TRY_ASSIGN(auto now, override_of(doors.host, step.device));
    const bool already = now == step.driver;
    return Look{already, std::move(now)};
  }
  Result<WriteEnd> carry_out(const SetDriverOverride& step, Doors& doors) const override {
    return set_override(doors, step.device, step.driver);
  }
  Result<WriteEnd> undo(const SetDriverOverride& step, const JournalEntry& entry,
                        Doors& doors) const override {
    GPUPASS_TRY_ASSIGN(const auto now, override_of(doors.host, step.device));
    if (now == entry.before) return WriteEnd{};
    return set_override(doors, step.device, entry.before);
  }
};

}  // namespace

template <>
const Kind<SetDriverOverride>& kind() {
  static const SetDriverOverrideKind row;
  return row;
}

}  // namespace gpupass::apply
