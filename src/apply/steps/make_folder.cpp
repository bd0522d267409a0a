// SPDX-License-Identifier: GPL-2.0-or-later
// A folder that is not there yet, for its owner alone. Undone by removing it; one that has
// something in it stays, and is not undone.
#include "apply/guest_files.hpp"
#include "apply/steps/kinds.hpp"

namespace gpupass::apply {
namespace {

class MakeFolderKind final : public OfPath<MakeFolder> {
 public:
  std::string words(const MakeFolder& step) const override { return "make the folder " + step.path; }
  std::string words_back(const MakeFolder& step) const override { return "remove the folder " + step.path; }
  const char* name() const override { return "make-folder"; }

  /// What is in one that is there already is somebody's, and is not touched.
  Result<Look> look(const MakeFolder& step, Doors& doors) const override {
    if (!doors.host.exists(step.path)) return Look{};
    return fail(ErrorKind::refused, step.path + " is there already");
  }
  Result<WriteEnd> carry_out(const MakeFolder& step, Doors& doors) const override {
    return make_folder(doors, step.path, "0700");
  }
  Result<WriteEnd> undo(const MakeFolder& step, const JournalEntry& /*entry*/, Doors& doors) const override {
    return remove_folder(doors, step.path, Full::fails);
  }
};

}  // namespace

template <>
const Kind<MakeFolder>& kind() {
  static const MakeFolderKind row;
  return row;
}

}  // namespace gpupass::apply
