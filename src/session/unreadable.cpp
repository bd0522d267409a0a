// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/session/unreadable.hpp"

#include "gpupass/boot/kernel_options.hpp"
#include "gpupass/boot_binding.hpp"
#include "gpupass/holds.hpp"

namespace gpupass::session {

std::vector<UnreadableRecord> unreadable_records(const Host& host) {
  std::vector<UnreadableRecord> all;
  add_unreadable(all, "/var/lib/gpupass/holds", read_holds(host));
  add_unreadable(all, "/var/lib/gpupass/bindings", read_boot_bindings(host));
  if (auto words = boot::unreadable_kernel_words(host)) all.push_back(*std::move(words));
  return all;
}

std::vector<UnreadableRecord> damaged_records(const Host& host) {
  auto all = unreadable_records(host);
  std::erase_if(all, [](const UnreadableRecord& one) { return one.why.kind == ErrorKind::denied; });
  return all;
}

}  // namespace gpupass::session
