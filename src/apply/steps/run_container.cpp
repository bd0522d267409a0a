// SPDX-License-Identifier: GPL-2.0-or-later
// A container of an experiment's may run. Undone by ending it.
#include <fmt/format.h>

#include "apply/steps/kinds.hpp"
#include "gpupass/apply/end_container.hpp"

namespace gpupass::apply {
namespace {

class RunContainerKind final : public Kind<RunContainer> {
 public:
  Subject subject(const RunContainer& /*step*/) const override { return {}; }
  std::string words(const RunContainer& step) const override {
    return fmt::format("run the {} container {}", step.engine, step.name);
  }
  std::string words_back(const RunContainer& step) const override {
    return fmt::format("end the {} container {}, if it runs", step.engine, step.name);
  }
  const char* name() const override { return "run-container"; }
  core::Json fields(const RunContainer& step) const override {
    return {{"engine", step.engine}, {"runtime", step.runtime}, {"name", step.name}};
  }
  RunContainer read(const core::Json& json) const override {
    return {core::line_from_json(json.at("engine")), core::line_from_json(json.at("runtime")),
            core::line_from_json(json.at("name"))};
  }

  Result<Look> look(const RunContainer& /*step*/, Doors& /*doors*/) const override {
    return Look{false, "", false};
  }
  Result<WriteEnd> carry_out(const RunContainer& step, Doors& doors) const override {
    return end_container(doors.host, step).map([] { return WriteEnd{}; });
  }
  Result<WriteEnd> undo(const RunContainer& step, const JournalEntry& /*entry*/,
                        Doors& doors) const override {
    return end_container(doors.host, step).map([] { return WriteEnd{}; });
  }
};

}  // namespace

template <>
const Kind<RunContainer>& kind() {
  static const RunContainerKind row;
  return row;
}

}  // namespace gpupass::apply
