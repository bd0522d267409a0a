// SPDX-License-Identifier: GPL-2.0-or-later
// What gpupass wrote down and cannot read: each stops its own device or guest, and is told.
#pragma once

#include <string>
#include <vector>

#include "gpupass/cli/command.hpp"
#include "gpupass/core/json.hpp"
#include "gpupass/hold.hpp"
#include "gpupass/record_files.hpp"

namespace gpupass::cli {

/// Of all kinds: holds, bindings at boot, creates of guests under way, words of the kernel's command line. A
/// folder that cannot be read is one.
[[nodiscard]] std::vector<UnreadableRecord> unreadable_records(const Host& host);
/// Those that are damaged: for what is not for this user, nothing can be done but to be root.
[[nodiscard]] std::vector<UnreadableRecord> damaged_records(const Host& host);
[[nodiscard]] core::Json to_json(const UnreadableRecord& record);

void say_not_shown(Context& context, const std::string& what, const Error& why);
/// What an ordinary user may not read is left out, and told.
template <class Value>
[[nodiscard]] Result<Value> if_permitted(Context& context, const char* what, Result<Value> read) {
  if (read || read.error().kind != ErrorKind::denied) return read;
  say_not_shown(context, what, read.error());
  return Value{};
}

/// The holds that can be read, for what is about no one device. What cannot be read is told.
[[nodiscard]] Result<std::vector<Hold>> known_holds(Context& context);

}  // namespace gpupass::cli
