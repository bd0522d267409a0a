// SPDX-License-Identifier: GPL-2.0-or-later
// Lets QEMU's user pass through a guest's folder to the files, which libvirt gives to it. Undone by restoring
// the folder's mode.
#include "apply/guest_files.hpp"
#include "apply/steps/kinds.hpp"

namespace gpupass::apply {
namespace {

constexpr const char* k_to_pass = "0711";

Result<WriteEnd> set_mode(Doors& doors, const std::string& path, const std::string& mode) {
  GPUPASS_TRY(sys::run_tool(doors.host, sys::k_coreutils, {"chmod", mode, "--", path}));
  return WriteEnd{};
}

class OpenFolderKind final : public OfPath<OpenFolder> {
 public:
  std::string words(const OpenFolder& step) const override { return "let QEMU pass through " + step.path; }
  std::string words_back(const OpenFolder& step) const override { return "close " + step.path; }
  const char* name() const override { return "open-folder"; }

  Result<Look> look(const OpenFolder& step, Doors& doors) const override {
    auto mode = mode_text(doors.host.mode_of(step.path));
    const bool already = mode == k_to_pass;
    return Look{already, std::move(mode)};
  }
  Result<WriteEnd> carry_out(const OpenFolder& step, Doors& doors) const override {
    return set_mode(doors, step.path, k_to_pass);
  }
  Result<WriteEnd> undo(const OpenFolder& step, const JournalEntry& entry, Doors& doors) const override {
    return doors.host.exists(step.path) ? set_mode(doors, step.path, entry.before) : WriteEnd{};
  }
};

}  // namespace

template <>
const Kind<OpenFolder>& kind() {
  static const OpenFolderKind row;
  return row;
}

}  // namespace gpupass::apply
