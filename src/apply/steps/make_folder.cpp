// SPDX-License-Identifier: GPL-2.0-or-later
// A new folder, only for its owner. Undone by removing it; a folder that is not empty stays, and is not
// undone.
#include "apply/guest_files.hpp"
#include "apply/steps/kinds.hpp"

namespace gpupass::apply {
namespace {

class MakeFolderKind final : public OfPath<MakeFolder> {
 public:
  std::string words(const MakeFolder& step) const override { return "make the folder " + step.path; }
  std::string words_back(const MakeFolder& step) const override { return "remove the folder " + step.path; }
  const char* name() const override { return "make-folder"; }

  /// The content of an existing folder is somebody else's, and is not touched.
  Result<Look> look(const MakeFolder& step, Doors& doors) const override {
    if (!doors.host.exists(step.path)) return Look{};
    return fail(ErrorKind::refused, step.path + " already exists");
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
