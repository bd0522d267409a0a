// SPDX-License-Identifier: GPL-2.0-or-later
// What this user may not read, or nobody can: it is left out of what is about something else, and told.
#pragma once

#include <string>
#include <vector>

#include "gpupass/hold.hpp"
#include "gpupass/session/requester.hpp"
#include "gpupass/session/world.hpp"

namespace gpupass::session {

void note_not_shown(Requester& requester, const std::string& what, const Error& why);

/// What an ordinary user may not read is left out, and told.
template <class Value>
[[nodiscard]] Result<Value> if_permitted(Requester& requester, const std::string& what, Result<Value> read) {
  if (read || read.error().kind != ErrorKind::denied) return read;
  note_not_shown(requester, what, read.error());
  return Value{};
}

/// The holds that can be read, for what is about no one device. What cannot be read is told.
[[nodiscard]] Result<std::vector<Hold>> known_holds(const Host& host, Requester& requester);

}  // namespace gpupass::session
