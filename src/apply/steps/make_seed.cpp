// SPDX-License-Identifier: GPL-2.0-or-later
// A guest's seed: what cloud-init reads at its first start, as an ISO 9660 image. Undone by removing it.
#include <fmt/format.h>

#include <filesystem>

#include "apply/guest_files.hpp"
#include "apply/steps/kinds.hpp"
#include "gpupass/sys/scratch.hpp"

namespace gpupass::apply {
namespace {

/// A path as one side of what -graft-points takes, where = and the backslash say something.
std::string graft(const std::string& path) {
  std::string text;
  for (const char c : path) {
    if (c == '=' || c == '\\') text += '\\';
    text += c;
  }
  return text;
}

class MakeSeedKind final : public MadeFile<MakeSeed> {
 public:
  std::string words(const MakeSeed& step) const override {
    return fmt::format("make {} with user-data, meta-data and network-config", step.path);
  }
  const char* name() const override { return "make-seed"; }
  core::Json fields(const MakeSeed& step) const override {
    return {{"path", step.path},           {"user_data", step.user_data},
            {"meta_data", step.meta_data}, {"network_config", step.network_config},
            {"programs", step.programs},   {"folder", step.folder}};
  }
  MakeSeed read(const core::Json& json) const override {
    return {core::line_from_json(json.at("path")),
            json.at("user_data"),
            json.at("meta_data"),
            json.at("network_config"),
            json.at("programs").get<std::vector<std::string>>(),
            json.at("folder")};
  }

  Result<WriteEnd> carry_out(const MakeSeed& step, Doors& doors) const override {
    GPUPASS_TRY_ASSIGN(const auto user, sys::ScratchFile::make(step.user_data));
    GPUPASS_TRY_ASSIGN(const auto meta, sys::ScratchFile::make(step.meta_data));
    GPUPASS_TRY_ASSIGN(const auto network, sys::ScratchFile::make(step.network_config));
    std::vector<std::string> argv{"xorriso",
                                  "-as",
                                  "mkisofs",
                                  "-quiet",
                                  "-output",
                                  step.path,
                                  "-volid",
                                  "cidata",
                                  "-joliet",
                                  "-rock",
                                  "-graft-points",
                                  "user-data=" + user.path(),
                                  "meta-data=" + meta.path(),
                                  "network-config=" + network.path()};
    for (const auto& program : step.programs) {
      const auto file = std::filesystem::path(program).filename().string();
      argv.push_back(fmt::format("{}/{}={}", step.folder, graft(file), graft(program)));
    }
    return make_file(doors, step.path, sys::k_xorriso, argv);
  }
};

}  // namespace

template <>
const Kind<MakeSeed>& kind() {
  static const MakeSeedKind row;
  return row;
}

}  // namespace gpupass::apply
