// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/unreadable.hpp"

#include <algorithm>
#include <iterator>

#include "cli/guest/under_way.hpp"
#include "gpupass/boot/kernel_options.hpp"
#include "gpupass/boot_binding.hpp"
#include "gpupass/holds.hpp"

namespace gpupass::cli {
namespace {

template <class Record>
void add(std::vector<UnreadableRecord>& all, const char* folder, Result<Records<Record>> records) {
  if (records) {
    std::ranges::move(records->unreadable, std::back_inserter(all));
  } else {
    all.push_back({"", folder, std::move(records).error()});
  }
}

}  // namespace

std::vector<UnreadableRecord> unreadable_records(const Host& host) {
  std::vector<UnreadableRecord> all;
  add(all, "/var/lib/gpupass/holds", read_holds(host));
  add(all, "/var/lib/gpupass/bindings", read_boot_bindings(host));
  add(all, "/var/lib/gpupass/guests", read_all_under_way(host));
  if (auto words = boot::unreadable_kernel_words(host)) all.push_back(*std::move(words));
  return all;
}

std::vector<UnreadableRecord> damaged_records(const Host& host) {
  auto all = unreadable_records(host);
  std::erase_if(all, [](const UnreadableRecord& one) { return one.why.kind == ErrorKind::denied; });
  return all;
}

core::Json to_json(const UnreadableRecord& record) {
  return {{"path", record.path}, {"of", record.of}, {"error", describe(record.why)}};
}

}  // namespace gpupass::cli
