// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/session/installed.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "gpupass/session/read_only.hpp"
#include "gpupass/sys/terminal.hpp"

namespace gpupass::session {
namespace fs = std::filesystem;

fs::path installed_data() {
  const auto installed = sys::executable().parent_path().parent_path() / GPUPASS_DATA_BELOW_PREFIX;
  return fs::exists(installed) ? installed : fs::path(GPUPASS_SOURCE_DIR);
}

World installed_world(Host& host) {
  const char* const uri = std::getenv("LIBVIRT_DEFAULT_URI");
  const bool named = uri != nullptr && *uri != '\0';
  return {host, host.captured() ? read_only(connect, host) : Connect(connect), installed_data(),
          named ? uri : "qemu:///system", named};
}

Result<std::string> machine_root(const std::string& folder) {
  std::error_code error;
  const fs::path root(folder);
  const auto inside = root / "root";
  if (!fs::exists(root / "sys", error) && fs::is_directory(inside / "sys", error)) return inside.string();
  if (fs::is_directory(root, error)) return folder;
  return fail(ErrorKind::not_found, fmt::format("--root {}: there is no such directory", folder));
}

report::Places places_of(const fs::path& data) {
  std::error_code none;
  const auto beside = data / "docs/";
  const auto documents =
      fs::exists(beside, none) ? beside : data.parent_path() / "doc" / data.filename() / "";
  return {documents.string(), (data / "scripts/").string()};
}

}  // namespace gpupass::session
