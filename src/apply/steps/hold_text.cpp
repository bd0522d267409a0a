// SPDX-License-Identifier: GPL-2.0-or-later
#include "apply/steps/hold_text.hpp"

#include "gpupass/holds.hpp"

namespace gpupass::apply {

Result<std::string> hold_text(const Host& host, const DeviceName& device) {
  GPUPASS_TRY_ASSIGN(const auto hold, load_hold(host, device));
  return hold ? to_json(*hold) : std::string();
}

Result<WriteEnd> restore_hold(Host& host, const DeviceName& device, const std::string& before) {
  // A record that is already as wanted is not written: a full disk may have no room for the same content.
  if (const auto now = hold_text(host, device); now && *now == before) return WriteEnd{};
  if (before.empty()) {
    GPUPASS_TRY(remove_hold(host, device));
    return WriteEnd{};
  }
  GPUPASS_TRY_ASSIGN(const auto hold, hold_from_json(before));
  GPUPASS_TRY(save_hold(host, hold));
  return WriteEnd{};
}

}  // namespace gpupass::apply
