// SPDX-License-Identifier: GPL-2.0-or-later
// A running guest gets a function. Undone by unplugging it.
#include <fmt/format.h>

#include "apply/steps/domain_calls.hpp"
#include "apply/steps/kinds.hpp"
#include "apply/steps/live_hostdev.hpp"

namespace gpupass::apply {
namespace {

class AttachLiveKind final : public LiveHostdev<AttachLive> {
 public:
  std::string words(const AttachLive& step) const override {
    return fmt::format("plug {} into the running {}", to_string(step.device), step.domain);
  }
  std::string words_back(const AttachLive& step) const override {
    return fmt::format("unplug {} from the running {}", to_string(step.device), step.domain);
  }
  const char* name() const override { return "attach-live"; }

  Result<Look> look(const AttachLive& step, Doors& doors) const override {
    GPUPASS_TRY_ASSIGN(const auto there, has_live(doors, step.domain, step.device));
    return Look{there, ""};
  }
  Result<WriteEnd> carry_out(const AttachLive& step, Doors& doors) const override {
    return plug_in(doors, step.domain, step.device, step.hostdev_xml);
  }
  Result<WriteEnd> undo(const AttachLive& step, const JournalEntry& /*entry*/, Doors& doors) const override {
    GPUPASS_TRY_ASSIGN(const auto there, has_live(doors, step.domain, step.device));
    if (!there) return WriteEnd{};
    return unplug(doors, step.domain, step.device, step.hostdev_xml);
  }
};

}  // namespace

template <>
const Kind<AttachLive>& kind() {
  static const AttachLiveKind row;
  return row;
}

}  // namespace gpupass::apply
