// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/guest/interrupted.hpp"

#include <fmt/format.h>

#include "gpupass/lock.hpp"

namespace gpupass::cli {
namespace {

Result<bool> is_defined(Context& context, const UnderWay& guest, std::chrono::milliseconds timeout) {
  const auto there = [&]() -> Result<bool> {
    GPUPASS_TRY_ASSIGN(const auto hypervisor, context.connect(guest.uri, timeout));
    const auto state = hypervisor->domain(guest.name);
    if (state) return true;
    if (state.error().kind == ErrorKind::not_found) return false;
    return Failure(state.error());
  };
  auto defined = there();
  if (!defined)
    return within(fmt::format("whether {} has {}, whose create was interrupted", guest.uri, guest.name),
                  std::move(defined).error());
  return defined;
}

}  // namespace

Result<std::vector<InterruptedCreate>> interrupted_creates(Context& context,
                                                           std::chrono::milliseconds timeout) {
  GPUPASS_TRY_ASSIGN(const auto all, load_all_under_way(context.host));
  std::vector<InterruptedCreate> creates;
  for (const auto& guest : all) {
    if (Lock::owner(context.host, under_way_lock(guest.name))) continue;
    GPUPASS_TRY_ASSIGN(const bool defined, is_defined(context, guest, timeout));
    creates.push_back({guest, defined});
  }
  return creates;
}

Result<std::vector<InterruptedCreate>> end_interrupted_creates(Context& context,
                                                               std::chrono::milliseconds timeout) {
  GPUPASS_TRY_ASSIGN(const auto seen, interrupted_creates(context, timeout));
  std::vector<InterruptedCreate> ended;
  for (const auto& create : seen) {
    const auto& name = create.guest.name;
    GPUPASS_TRY_ASSIGN(const auto lock, Lock::acquire(context.host, under_way_lock(name),
                                                      "recover guest create " + name, timeout));
    GPUPASS_TRY_ASSIGN(const auto still, load_under_way(context.host, name));
    if (!still) continue;  // the same command went on with it
    GPUPASS_TRY_ASSIGN(const bool defined, is_defined(context, *still, timeout));
    GPUPASS_TRY(defined ? remove_under_way(context.host, name) : undo_create(context.host, *still));
    ended.push_back({*still, defined});
  }
  return ended;
}

}  // namespace gpupass::cli
