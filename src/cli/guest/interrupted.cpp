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

/// Nothing, where the same command went on with it.
Result<std::optional<InterruptedCreate>> end_create(Context& context, const std::string& name,
                                                    std::chrono::milliseconds timeout) {
  GPUPASS_TRY_ASSIGN(const auto lock, Lock::acquire(context.host, under_way_lock(name),
                                                    "recover guest create " + name, timeout));
  GPUPASS_TRY_ASSIGN(const auto still, load_under_way(context.host, name));
  if (!still) return std::optional<InterruptedCreate>();
  GPUPASS_TRY_ASSIGN(const bool defined, is_defined(context, *still, timeout));
  GPUPASS_TRY(defined ? remove_under_way(context.host, name) : undo_create(context.host, *still));
  return std::optional(InterruptedCreate{*still, defined});
}

}  // namespace

InterruptedCreates interrupted_creates(Context& context, std::chrono::milliseconds timeout) {
  InterruptedCreates found;
  // What cannot be read of them is told with all other records.
  const auto all = read_all_under_way(context.host).value_or(Records<UnderWay>{});
  for (const auto& guest : all.readable) {
    if (Lock::owner(context.host, under_way_lock(guest.name))) continue;
    const auto defined = is_defined(context, guest, timeout);
    if (defined) {
      found.creates.push_back({guest, *defined});
    } else {
      found.errors.push_back(defined.error());
    }
  }
  return found;
}

InterruptedCreates end_interrupted_creates(Context& context, std::chrono::milliseconds timeout) {
  auto seen = interrupted_creates(context, timeout);
  InterruptedCreates ended{{}, std::move(seen.errors)};
  for (const auto& create : seen.creates) {
    auto done = end_create(context, create.guest.name, timeout);
    if (!done) {
      ended.errors.push_back(std::move(done).error());
    } else if (*done) {
      ended.creates.push_back(**std::move(done));
    }
  }
  return ended;
}

}  // namespace gpupass::cli
