// SPDX-License-Identifier: GPL-2.0-or-later
// What this user, or nobody, can read: it is left out of what concerns something else, with a note.
#pragma once

#include <string>
#include <vector>

#include "gpupass/hold.hpp"
#include "gpupass/session/requester.hpp"
#include "gpupass/session/world.hpp"

namespace gpupass::session {

void note_not_shown(Requester& requester, const std::string& what, const Error& why);

/// What an ordinary user may not read is left out, with a note.
template <class Value>
[[nodiscard]] Result<Value> if_permitted(Requester& requester, const std::string& what, Result<Value> read) {
  if (read || read.error().kind != ErrorKind::denied) return read;
  note_not_shown(requester, what, read.error());
  return Value{};
}

/// The holds that can be read, for uses that concern no single device, with a note about the others.
[[nodiscard]] Result<std::vector<Hold>> known_holds(const Host& host, Requester& requester);

}  // namespace gpupass::session
