// SPDX-License-Identifier: GPL-2.0-or-later
// Forgets a device: it is as it was before gpupass came.
#include <fmt/format.h>

#include "apply/steps/hold_text.hpp"
#include "apply/steps/kinds.hpp"
#include "gpupass/holds.hpp"

namespace gpupass::apply {
namespace {

class DropHoldKind final : public Kind<DropHold> {
 public:
  Subject subject(const DropHold& step) const override { return {step.device}; }

  std::string words(const DropHold& step) const override {
    return fmt::format("forget {}", to_string(step.device));
  }
  std::string words_back(const DropHold& step) const override {
    return fmt::format("remember {} again", to_string(step.device));
  }
  const char* name() const override { return "drop-hold"; }
  core::Json fields(const DropHold& step) const override {
    return core::Json::object({{"device", to_string(step.device)}});
  }
  DropHold read(const core::Json& json) const override {
    return {core::device_name_from_json(json.at("device"))};
  }

  Result<Look> look(const DropHold& step, Doors& doors) const override {
    GPUPASS_TRY_ASSIGN(auto before, hold_text(doors.host, step.device));
    const bool already = before.empty();
    return Look{already, std::move(before)};
  }
  Result<WriteEnd> carry_out(const DropHold& step, Doors& doors) const override {
    GPUPASS_TRY(remove_hold(doors.host, step.device));
    return WriteEnd{};
  }
  Result<WriteEnd> undo(const DropHold& step, const JournalEntry& entry, Doors& doors) const override {
    return restore_hold(doors.host, step.device, entry.before);
  }
};

}  // namespace

template <>
const Kind<DropHold>& kind() {
  static const DropHoldKind row;
  return row;
}

}  // namespace gpupass::apply
