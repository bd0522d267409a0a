// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/records.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

#include "gpupass/core/text.hpp"
#include "gpupass/report/device_text.hpp"
#include "gpupass/report/displaced.hpp"

namespace gpupass::cli {
namespace {

std::string as_words(const Functions& functions) {
  std::vector<std::string> words;
  std::ranges::transform(functions, std::back_inserter(words),
                         [](const PciAddress& function) { return to_string(function); });
  return fmt::format("{}", fmt::join(words, " "));
}

std::string there_now(const Inventory& inventory, const Functions& functions) {
  std::vector<std::string> texts;
  for (const auto& function : functions) {
    const auto* const device = inventory.find(function);
    texts.push_back(device == nullptr
                        ? fmt::format("{} is not in this machine", to_string(function))
                        : fmt::format("{} is {} {} (driver {})", to_string(function), report::ids(*device),
                                      report::short_name(*device), device->driver.value_or("none")));
  }
  return core::enumerate(texts);
}

/// The state was lost, or somebody pasted what `gpupass xml` prints.
Failure no_record(const Inventory& inventory, const std::string& domain, const Functions& functions) {
  const bool all_there = std::ranges::all_of(
      functions, [&](const PciAddress& function) { return inventory.find(function) != nullptr; });
  auto hint = fmt::format("`gpupass detach {} {}` takes {} out of the configuration", domain,
                          as_words(functions), functions.size() == 1 ? "it" : "them");
  if (all_there)
    hint = fmt::format("`gpupass attach {} {} --config` checks and records what is there now; ", domain,
                       as_words(functions)) +
           hint;
  return fail(
      ErrorKind::refused,
      fmt::format("gpupass has no record of {} in {} and cannot tell which device {} was given: {} now",
                  names(functions), domain, domain, there_now(inventory, functions)),
      "nothing was changed; " + hint);
}

}  // namespace

Result<void> check_records(Context& context, const Inventory& inventory, const std::string& domain,
                           const Functions& functions) {
  GPUPASS_TRY_ASSIGN(const auto holds, written_holds(context, functions));
  if (auto error = report::displaced_error(inventory, holds, context.default_uri))
    return Failure(*std::move(error));
  auto missing = functions;
  std::erase_if(missing, [&](const PciAddress& function) {
    return std::ranges::find(holds, function, &Hold::device) != holds.end();
  });
  if (!missing.empty()) return no_record(inventory, domain, missing);
  return {};
}

}  // namespace gpupass::cli
