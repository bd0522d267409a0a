// SPDX-License-Identifier: GPL-2.0-or-later
// Records what gpupass has of a device. Undone by restoring the previous record.
#include <fmt/format.h>

#include "apply/steps/hold_text.hpp"
#include "apply/steps/kinds.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/holds.hpp"

namespace gpupass::apply {
namespace {

class KeepHoldKind final : public Kind<KeepHold> {
 public:
  Subject subject(const KeepHold& step) const override { return {step.hold.device}; }

  std::string words(const KeepHold& step) const override {
    const auto& hold = step.hold;
    return fmt::format("remember {}{} (driver before: {})", to_string(hold.device),
                       hold.owners.empty() ? "" : " for " + core::enumerate(owner_names(hold)),
                       hold.original_driver.empty() ? "none" : hold.original_driver);
  }
  std::string words_back(const KeepHold& step) const override {
    return fmt::format("put back what was remembered of {}", to_string(step.hold.device));
  }
  const char* name() const override { return "keep-hold"; }
  core::Json fields(const KeepHold& step) const override {
    return core::Json::object({{"hold", core::Json::parse(to_json(step.hold))}});
  }
  KeepHold read(const core::Json& json) const override {
    auto hold = hold_from_json(json.at("hold").dump());
    if (hold) return {*std::move(hold)};
    throw nlohmann::json::type_error::create(302, hold.error().what, &json);
  }

  Result<Look> look(const KeepHold& step, Doors& doors) const override {
    GPUPASS_TRY_ASSIGN(auto before, hold_text(doors.host, step.hold.device));
    const bool already = before == to_json(step.hold);
    return Look{already, std::move(before)};
  }
  Result<WriteEnd> carry_out(const KeepHold& step, Doors& doors) const override {
    GPUPASS_TRY(save_hold(doors.host, step.hold));
    return WriteEnd{};
  }
  Result<WriteEnd> undo(const KeepHold& step, const JournalEntry& entry, Doors& doors) const override {
    return restore_hold(doors.host, step.hold.device, entry.before);
  }
};

}  // namespace

template <>
const Kind<KeepHold>& kind() {
  static const KeepHoldKind row;
  return row;
}

}  // namespace gpupass::apply
