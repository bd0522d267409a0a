// SPDX-License-Identifier: GPL-2.0-or-later
#include "apply/guest_files.hpp"

#include <fmt/format.h>

namespace gpupass::apply {

Result<WriteEnd> make_file(Doors& doors, const std::string& path, const sys::Tool& tool,
                           const std::vector<std::string>& argv) {
  GPUPASS_TRY(sys::run_tool(doors.host, tool, argv));
  GPUPASS_TRY(sys::run_tool(doors.host, sys::k_coreutils, {"chmod", "0600", "--", path}));
  if (doors.host.exists(path)) return WriteEnd{};
  return fail(ErrorKind::system, fmt::format("{} succeeded but did not create {}", argv.front(), path));
}

Result<WriteEnd> remove_file(Doors& doors, const std::string& path) {
  GPUPASS_TRY(sys::run_tool(doors.host, sys::k_coreutils, {"rm", "-f", "--", path}));
  if (!doors.host.exists(path)) return WriteEnd{};
  return fail(ErrorKind::system, fmt::format("{} still exists after it was removed", path));
}

Result<WriteEnd> make_folder(Doors& doors, const std::string& path, const std::string& mode) {
  GPUPASS_TRY(sys::run_tool(doors.host, sys::k_coreutils, {"install", "-d", "-m", mode, "--", path}));
  return WriteEnd{};
}

Result<WriteEnd> remove_folder(Doors& doors, const std::string& path, Full full) {
  if (!doors.host.exists(path)) return WriteEnd{};
  GPUPASS_TRY(
      sys::run_tool(doors.host, sys::k_coreutils, {"rmdir", "--ignore-fail-on-non-empty", "--", path}));
  if (full == Full::stays || !doors.host.exists(path)) return WriteEnd{};
  return fail(ErrorKind::partial, fmt::format("{} is kept: it is not empty", path));
}

std::string mode_text(mode_t mode) {
  return fmt::format("{:04o}", mode);
}

}  // namespace gpupass::apply
