// SPDX-License-Identifier: GPL-2.0-or-later
// Removes a folder if it is empty. Undone by making it again.
#include "apply/guest_files.hpp"
#include "apply/steps/kinds.hpp"

namespace gpupass::apply {
namespace {

class RemoveFolderKind final : public OfPath<RemoveFolder> {
 public:
  std::string words(const RemoveFolder& step) const override {
    return "remove the folder " + step.path + ", if it is empty";
  }
  std::string words_back(const RemoveFolder& step) const override { return "make the folder " + step.path; }
  const char* name() const override { return "remove-folder"; }

  Result<Look> look(const RemoveFolder& step, Doors& doors) const override {
    if (!doors.host.exists(step.path)) return Look{true, ""};
    return Look{false, mode_text(doors.host.mode_of(step.path))};
  }
  Result<WriteEnd> carry_out(const RemoveFolder& step, Doors& doors) const override {
    return remove_folder(doors, step.path, Full::stays);
  }
  Result<WriteEnd> undo(const RemoveFolder& step, const JournalEntry& entry, Doors& doors) const override {
    return doors.host.exists(step.path) ? WriteEnd{} : make_folder(doors, step.path, entry.before);
  }
};

}  // namespace

template <>
const Kind<RemoveFolder>& kind() {
  static const RemoveFolderKind row;
  return row;
}

}  // namespace gpupass::apply
