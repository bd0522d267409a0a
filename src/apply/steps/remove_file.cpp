// SPDX-License-Identifier: GPL-2.0-or-later
// Removes a guest's file for ever: it cannot be undone, so it is among the last steps of a plan.
#include "apply/guest_files.hpp"
#include "apply/steps/kinds.hpp"

namespace gpupass::apply {
namespace {

class RemoveFileKind final : public OfPath<RemoveFile> {
 public:
  std::string words(const RemoveFile& step) const override { return "remove " + step.path; }
  std::string words_back(const RemoveFile& step) const override { return "keep " + step.path; }
  const char* name() const override { return "remove-file"; }

  Result<Look> look(const RemoveFile& step, Doors& doors) const override {
    return Look{!doors.host.exists(step.path), ""};
  }
  Result<WriteEnd> carry_out(const RemoveFile& step, Doors& doors) const override {
    return remove_file(doors, step.path);
  }
  bool comes_back() const override { return false; }
  /// It was not removed: else nothing of the plan is undone.
  Result<WriteEnd> undo(const RemoveFile& /*step*/, const JournalEntry& /*entry*/,
                        Doors& /*doors*/) const override {
    return WriteEnd{};
  }
};

}  // namespace

template <>
const Kind<RemoveFile>& kind() {
  static const RemoveFileKind row;
  return row;
}

}  // namespace gpupass::apply
