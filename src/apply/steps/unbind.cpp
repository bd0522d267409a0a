// SPDX-License-Identifier: GPL-2.0-or-later
// A driver releases its device, which can block for ever. Undone by aiming the override at that driver and
// probing.
#include <fmt/format.h>

#include "apply/device_files.hpp"
#include "apply/steps/device_driver.hpp"
#include "apply/steps/kinds.hpp"

namespace gpupass::apply {
namespace {

class UnbindKind final : public DeviceDriver<Unbind> {
 public:
  std::string words(const Unbind& step) const override {
    return fmt::format("unbind {} from {}", to_string(step.device), step.driver);
  }
  std::string words_back(const Unbind& step) const override {
    return fmt::format("bind {} to {}", to_string(step.device), step.driver);
  }
  const char* name() const override { return "unbind"; }

  Result<Look> look(const Unbind& step, Doors& doors) const override {
    return Look{driver_of(doors.host, step.device) != step.driver, step.driver};
  }
  Result<WriteEnd> carry_out(const Unbind& step, Doors& doors) const override {
    return unbind(doors, step.device, step.driver);
  }
  /// Back to that driver, whatever others might take the device: the override is aimed at it for as long.
  Result<WriteEnd> undo(const Unbind& step, const JournalEntry& /*entry*/, Doors& doors) const override {
    if (driver_of(doors.host, step.device) == step.driver) return WriteEnd{};
    GPUPASS_TRY_ASSIGN(const auto before, override_of(doors.host, step.device));
    GPUPASS_TRY_ASSIGN(auto end, set_override(doors, step.device, step.driver));
    if (end.unfinished) return end;
    auto probed = probe(doors, step.device, step.driver);
    if (probed && probed->unfinished) return probed;
    GPUPASS_TRY_ASSIGN(end, set_override(doors, step.device, before));
    if (!probed) return Failure(probed.error());
    return end;
  }
};

}  // namespace

template <>
const Kind<Unbind>& kind() {
  static const UnbindKind row;
  return row;
}

}  // namespace gpupass::apply
