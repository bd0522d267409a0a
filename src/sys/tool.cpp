// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/sys/tool.hpp"

#include <fmt/format.h>

#include "gpupass/core/printable.hpp"
#include "gpupass/core/text.hpp"

namespace gpupass::sys {

Result<std::string> run_tool(Host& host, const Tool& tool, const std::vector<std::string>& argv) {
  Program program;
  program.argv = argv;
  program.timeout = std::chrono::minutes(10);
  auto end = host.run(program);
  if (!end && end.error().kind == ErrorKind::not_found) {
    return fail(ErrorKind::not_found, fmt::format("{} is not installed", tool.program),
                fmt::format("Debian: `apt install {}`", tool.package));
  }
  if (!end) return Failure(end.error());
  if (end->status == 0) return end->output;
  return fail(ErrorKind::system,
              fmt::format("{} failed ({}): {}", argv.front(), end->status, core::trim(end->errors)));
}

Result<std::string> answer_in(const ProgramEnd& end, const std::string& program, const std::string& hint) {
  if (end.status == 0) return std::string(core::trim(end.output));
  return fail(ErrorKind::refused,
              fmt::format("{} does not answer: {}", program, core::printable(core::trim(end.errors))), hint);
}

}  // namespace gpupass::sys
