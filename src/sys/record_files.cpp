// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/record_files.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace gpupass {

Result<void> write_record(Host& host, const std::string& path, const std::string& text) {
  constexpr mode_t k_for_all = 0644;
  return host.write_file(path, text + "\n", k_for_all);
}

Result<std::string> set_aside(Host& host, const std::string& path) {
  auto kept = path + ".unreadable";
  for (int count = 2; host.exists(kept); ++count) kept = fmt::format("{}.unreadable-{}", path, count);
  GPUPASS_TRY(host.rename_file(path, std::filesystem::path(kept).filename().string()));
  return kept;
}

Failure damaged(Error error, const std::string& then) {
  if (error.kind != ErrorKind::denied && error.hint.empty())
    error.hint =
        fmt::format("nothing was changed; `gpupass recover --forget` sets that file aside; {}", then);
  return Failure(std::move(error));
}

}  // namespace gpupass
