// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/session/not_shown.hpp"

#include <fmt/format.h>

#include "gpupass/holds.hpp"

namespace gpupass::session {

void note_not_shown(Requester& requester, const std::string& what, const Error& why) {
  requester.note(fmt::format("{} is not shown: {}", what, describe(why)));
}

Result<std::vector<Hold>> known_holds(const Host& host, Requester& requester) {
  GPUPASS_TRY_ASSIGN(auto records, if_permitted(requester, "what gpupass holds", read_holds(host)));
  for (const auto& record : records.unreadable) requester.note(describe(record.why));
  return std::move(records.readable);
}

}  // namespace gpupass::session
