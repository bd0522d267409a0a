// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/session/remaining.hpp"

#include <algorithm>

#include "gpupass/boot/changes.hpp"
#include "gpupass/session/difference.hpp"

namespace gpupass::session {
namespace {

using How = FileChange::How;

Result<FileChange> change_of(World& world, const FileContent& file,
                             const std::vector<boot::Shipped>& shipped) {
  const auto found = std::ranges::find(shipped, file.path, &boot::Shipped::path);
  const auto now = world.host.read(file.path);
  if (!file.text) return FileChange{How::remove, file.path, {}, {}, {}};
  if (now == *file.text) return FileChange{How::set_mode, file.path, file.mode, {}, {}};
  if (found != shipped.end())
    return FileChange{How::install, file.path, file.mode, found->origin.string(), {}};
  GPUPASS_TRY_ASSIGN(auto text,
                     difference(host_of_files(world), {now ? file.path : "/dev/null", now.value_or("")},
                                {file.path, *file.text}));
  return FileChange{How::patch, file.path, {}, {}, std::move(text)};
}

}  // namespace

Result<std::vector<RemainingStep>> remaining(World& world, const std::vector<Step>& steps) {
  std::vector<RemainingStep> all;
  if (steps.empty()) return all;
  const auto shipped = boot::shipped_files(boot::look_at(world.host), world.data);
  for (const auto& step : steps) {
    const auto& set = std::get<SetFiles>(step);
    all.push_back({set.purpose, {}, set.program});
    for (const auto& file : set.files) {
      GPUPASS_TRY_ASSIGN(auto change, change_of(world, file, shipped));
      all.back().files.push_back(std::move(change));
    }
  }
  return all;
}

}  // namespace gpupass::session
