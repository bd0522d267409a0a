// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/session/installed.hpp"

#include "gpupass/sys/terminal.hpp"

namespace gpupass::session {
namespace fs = std::filesystem;

fs::path installed_data() {
  const auto installed = sys::executable().parent_path().parent_path() / GPUPASS_DATA_BELOW_PREFIX;
  return fs::exists(installed) ? installed : fs::path(GPUPASS_SOURCE_DIR);
}

report::Places places_of(const fs::path& data) {
  std::error_code none;
  const auto beside = data / "docs/";
  const auto documents =
      fs::exists(beside, none) ? beside : data.parent_path() / "doc" / data.filename() / "";
  return {documents.string(), (data / "scripts/").string()};
}

}  // namespace gpupass::session
