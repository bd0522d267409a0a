// SPDX-License-Identifier: GPL-2.0-or-later
// Files that belong together, and the program that processes them: an initramfs, a boot menu. Undone
// by writing what was there before and running the other program.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "apply/host_files.hpp"
#include "apply/steps/kinds.hpp"
#include "gpupass/core/text.hpp"

namespace gpupass::apply {
namespace {

std::string line_of(const std::vector<std::string>& program) {
  return fmt::format("{}", fmt::join(program, " "));
}

/// "write A and B, remove C, run D".
std::string work_of(const SetFiles& step) {
  std::vector<std::string> written;
  std::vector<std::string> removed;
  for (const auto& file : step.files) (file.text ? written : removed).push_back(file.path);
  std::vector<std::string> work;
  if (!written.empty()) work.push_back("write " + core::enumerate(written));
  if (!removed.empty()) work.push_back("remove " + core::enumerate(removed));
  if (!step.program.empty()) work.push_back("run " + line_of(step.program));
  return fmt::format("{}", fmt::join(work, ", "));
}

class SetFilesKind final : public Kind<SetFiles> {
 public:
  Subject subject(const SetFiles& /*step*/) const override { return {}; }

  std::string words(const SetFiles& step) const override {
    return fmt::format("{} ({})", step.purpose, work_of(step));
  }
  std::string words_back(const SetFiles& step) const override {
    std::vector<std::string> work;
    std::vector<std::string> paths;
    for (const auto& file : step.files) paths.push_back(file.path);
    if (!paths.empty()) work.push_back("put back " + core::enumerate(paths));
    if (!step.undo_program.empty()) work.push_back("run " + line_of(step.undo_program));
    return fmt::format("{}", fmt::join(work, ", "));
  }
  const char* name() const override { return "set-files"; }
  core::Json fields(const SetFiles& step) const override {
    return {{"purpose", step.purpose},
            {"files", core::Json::parse(to_json(step.files))},
            {"program", step.program},
            {"undo_program", step.undo_program}};
  }
  SetFiles read(const core::Json& json) const override {
    auto files = files_from_json(json.at("files").dump());
    if (!files) throw nlohmann::json::type_error::create(302, files.error().what, &json);
    return {core::line_from_json(json.at("purpose")), *std::move(files),
            json.at("program").get<std::vector<std::string>>(),
            json.at("undo_program").get<std::vector<std::string>>()};
  }

  Result<Look> look(const SetFiles& step, Doors& doors) const override {
    GPUPASS_TRY_ASSIGN(const auto now, files_now(doors.host, step.files));
    // Whether the program has run since the files became so does not show.
    GPUPASS_TRY_ASSIGN(auto before, core::take_from_json("file", [&] { return to_json(now); }));
    const bool as_asked = now == step.files;
    return Look{as_asked && step.program.empty(), std::move(before), !as_asked};
  }
  Result<WriteEnd> carry_out(const SetFiles& step, Doors& doors) const override {
    return set_files(doors, step.files, step.program);
  }
  Result<WriteEnd> undo(const SetFiles& step, const JournalEntry& entry, Doors& doors) const override {
    GPUPASS_TRY_ASSIGN(const auto before, files_from_json(entry.before));
    return set_files(doors, before, step.undo_program);
  }
  bool undo_shows(const SetFiles& step) const override { return step.undo_program.empty(); }
};

}  // namespace

template <>
const Kind<SetFiles>& kind() {
  static const SetFilesKind row;
  return row;
}

}  // namespace gpupass::apply
