// SPDX-License-Identifier: GPL-2.0-or-later
// The common part of the kinds of step that concern a function in a running guest.
#pragma once

#include "apply/steps/kind.hpp"

namespace gpupass::apply {

template <class Value>
class LiveHostdev : public Kind<Value> {
 public:
  Subject subject(const Value& step) const override { return {step.device, step.domain}; }
  core::Json fields(const Value& step) const override {
    return {{"domain", step.domain}, {"device", to_string(step.device)}, {"hostdev", step.hostdev_xml}};
  }
  Value read(const core::Json& json) const override {
    return {core::line_from_json(json.at("domain")), core::address_from_json(json.at("device")),
            json.at("hostdev").get<std::string>()};
  }
};

}  // namespace gpupass::apply
