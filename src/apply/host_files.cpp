// SPDX-License-Identifier: GPL-2.0-or-later
#include "apply/host_files.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gpupass/core/text.hpp"

namespace gpupass::apply {
namespace {

/// An initramfs for each of several kernels takes minutes, and one that is half made is worse than a wait.
constexpr auto k_patience = std::chrono::minutes(20);

Result<void> run(Host& host, const std::vector<std::string>& program) {
  if (program.empty()) return {};
  const auto line = fmt::format("{}", fmt::join(program, " "));
  GPUPASS_TRY_ASSIGN(const auto end, host.run({program, "", k_patience}));
  if (end.status == 0) return {};
  return fail(ErrorKind::system, fmt::format("`{}` ended with {}: {}", line, end.status,
                                             core::trim(end.errors.empty() ? end.output : end.errors)));
}

}  // namespace

Result<std::vector<FileContent>> files_now(const Host& host, const std::vector<FileContent>& files) {
  std::vector<FileContent> now;
  for (const auto& file : files) {
    auto text = host.read(file.path);
    if (!text && text.error().kind != ErrorKind::not_found) return Failure(std::move(text).error());
    if (text) {
      now.push_back({file.path, *std::move(text), host.mode_of(file.path)});
    } else {
      now.push_back({file.path, std::nullopt, file.mode});
    }
  }
  return now;
}

Result<WriteEnd> set_files(Doors& doors, const std::vector<FileContent>& files,
                           const std::vector<std::string>& program) {
  // Files that are already as wanted are not written: a full disk may have no room for the same content.
  GPUPASS_TRY_ASSIGN(auto now, files_now(doors.host, files));
  for (std::size_t i = 0; i < files.size(); ++i) {
    const auto& file = files[i];
    doors.host.clear_leftovers(std::filesystem::path(file.path).parent_path().string());
    if (now[i] == file) continue;
    GPUPASS_TRY(file.text ? doors.host.write_file(file.path, *file.text, file.mode)
                          : doors.host.remove_file(file.path));
  }
  GPUPASS_TRY_ASSIGN(now, files_now(doors.host, files));
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (now[i].text != files[i].text)
      return fail(ErrorKind::system, fmt::format("{} does not read back as it was written", files[i].path));
  }
  GPUPASS_TRY(run(doors.host, program));
  return WriteEnd{};
}

}  // namespace gpupass::apply
