// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/session/difference.hpp"

#include "gpupass/sys/scratch.hpp"

namespace gpupass::session {

Result<std::string> difference(Host& host, const Labelled& before, const Labelled& after) {
  GPUPASS_TRY_ASSIGN(const auto file, sys::ScratchFile::make(before.text));
  GPUPASS_TRY_ASSIGN(
      auto end, host.run({{"diff", "-u", "--label", before.label, "--label", after.label, file.path(), "-"},
                          after.text}));
  if (end.status > 1) return fail(ErrorKind::system, "diff failed: " + end.errors);
  return std::move(end.output);
}

}  // namespace gpupass::session
