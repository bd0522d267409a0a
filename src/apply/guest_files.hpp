// SPDX-License-Identifier: GPL-2.0-or-later
// The files of a guest, which steps make and remove.
#pragma once

#include <string>
#include <vector>

#include "apply/steps/kind.hpp"
#include "gpupass/apply/apply.hpp"
#include "gpupass/sys/tool.hpp"

namespace gpupass::apply {

/// Runs the program that makes this file, which then is its owner's alone, and reads back that it is there.
[[nodiscard]] Result<WriteEnd> make_file(Doors& doors, const std::string& path, const sys::Tool& tool,
                                         const std::vector<std::string>& argv);
/// It is not an error if it does not exist.
[[nodiscard]] Result<WriteEnd> remove_file(Doors& doors, const std::string& path);
[[nodiscard]] Result<WriteEnd> make_folder(Doors& doors, const std::string& path, const std::string& mode);
enum class Full { stays, fails };
/// `full`: what becomes of one that has something in it.
[[nodiscard]] Result<WriteEnd> remove_folder(Doors& doors, const std::string& path, Full full);

/// A mode as chmod takes it and a journal keeps it: "0711".
[[nodiscard]] std::string mode_text(mode_t mode);

/// The common part of the kinds of step that concern only a path.
template <class Value>
class OfPath : public Kind<Value> {
 public:
  Subject subject(const Value& /*step*/) const override { return {}; }
  core::Json fields(const Value& step) const override { return core::Json::object({{"path", step.path}}); }
  Value read(const core::Json& json) const override { return {core::line_from_json(json.at("path"))}; }
};

/// The common part of the kinds of step that make a file: it exists, or it does not.
template <class Value>
class MadeFile : public Kind<Value> {
 public:
  Subject subject(const Value& /*step*/) const override { return {}; }
  std::string words_back(const Value& step) const override { return "remove " + step.path; }
  Result<Look> look(const Value& step, Doors& doors) const override {
    return Look{doors.host.exists(step.path), ""};
  }
  Result<WriteEnd> undo(const Value& step, const JournalEntry& /*entry*/, Doors& doors) const override {
    return remove_file(doors, step.path);
  }
};

}  // namespace gpupass::apply
