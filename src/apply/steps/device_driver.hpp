// SPDX-License-Identifier: GPL-2.0-or-later
// The common part of the kinds of step that concern a device in the machine and one of its drivers.
#pragma once

#include "apply/steps/kind.hpp"

namespace gpupass::apply {

template <class Value>
class DeviceDriver : public Kind<Value> {
 public:
  Subject subject(const Value& step) const override { return {step.device, {}, true}; }
  core::Json fields(const Value& step) const override {
    return {{"device", to_string(step.device)}, {"driver", step.driver}};
  }
  Value read(const core::Json& json) const override {
    return {core::address_from_json(json.at("device")), core::line_from_json(json.at("driver"))};
  }
};

}  // namespace gpupass::apply
