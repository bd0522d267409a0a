// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/apply/shut_down.hpp"

#include <fmt/format.h>

#include "gpupass/sys/wait.hpp"

namespace gpupass::apply {

Result<void> shut_down(DomainStore& domains, DomainLife& life, const std::string& domain,
                       std::chrono::milliseconds patience) {
  using Clock = std::chrono::steady_clock;
  // A guest that is still starting does not hear the first.
  constexpr auto k_ask_again = std::chrono::seconds(15);
  auto ask_at = Clock::now();
  GPUPASS_TRY_ASSIGN(const bool off,
                     sys::wait_until(patience, std::chrono::milliseconds(200), [&]() -> Result<bool> {
                       GPUPASS_TRY_ASSIGN(const auto state, domains.domain(domain));
                       if (!state.running) return true;
                       if (Clock::now() >= ask_at) {
                         GPUPASS_TRY(life.request_shutdown(domain));
                         ask_at = Clock::now() + k_ask_again;
                       }
                       return false;
                     }));
  if (off) return {};
  return fail(
      ErrorKind::timeout,
      fmt::format("{} did not shut down within {} s", domain,
                  std::chrono::duration_cast<std::chrono::seconds>(patience).count()),
      "it may still do so; `gpupass guest stop --force` or `virsh destroy` ends it as a power cut would");
}

}  // namespace gpupass::apply
