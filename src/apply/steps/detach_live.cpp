// SPDX-License-Identifier: GPL-2.0-or-later
// A running guest releases a function: done when it is no longer in the live XML. Undone by plugging it in
// again.
#include <fmt/format.h>

#include "apply/steps/domain_calls.hpp"
#include "apply/steps/kinds.hpp"
#include "apply/steps/live_hostdev.hpp"

namespace gpupass::apply {
namespace {

class DetachLiveKind final : public LiveHostdev<DetachLive> {
 public:
  std::string words(const DetachLive& step) const override {
    return fmt::format("unplug {} from the running {}", to_string(step.device), step.domain);
  }
  std::string words_back(const DetachLive& step) const override {
    return fmt::format("plug {} into the running {}", to_string(step.device), step.domain);
  }
  const char* name() const override { return "detach-live"; }

  Result<Look> look(const DetachLive& step, Doors& doors) const override {
    GPUPASS_TRY_ASSIGN(const auto there, has_live(doors, step.domain, step.device));
    return Look{!there, ""};
  }
  Result<WriteEnd> carry_out(const DetachLive& step, Doors& doors) const override {
    return unplug(doors, step.domain, step.device, step.hostdev_xml);
  }
  Result<WriteEnd> undo(const DetachLive& step, const JournalEntry& /*entry*/, Doors& doors) const override {
    GPUPASS_TRY_ASSIGN(const auto there, has_live(doors, step.domain, step.device));
    if (there) return WriteEnd{};
    return plug_in(doors, step.domain, step.device, step.hostdev_xml);
  }
};

}  // namespace

template <>
const Kind<DetachLive>& kind() {
  static const DetachLiveKind row;
  return row;
}

}  // namespace gpupass::apply
