// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/session/records.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

#include "gpupass/core/text.hpp"
#include "gpupass/report/device_text.hpp"
#include "gpupass/report/displaced.hpp"

namespace gpupass::session {
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

/// They came into this domain by hand, with a copy of another, or it has another name by now. Of what gpupass
/// gave to somebody else it does not know that this one may have it.
Failure held_for_others(const std::string& domain, const std::vector<Hold>& holds) {
  Functions functions;
  Hold all;
  for (const auto& hold : holds) {
    functions.push_back(hold.device.as_function());
    for (const auto& owner : hold.owners) all = with_owner(std::move(all), owner);
  }
  const auto words = as_words(functions);
  if (const auto first = std::ranges::find_if(holds, is_exclusive); first != holds.end())
    return fail(ErrorKind::refused,
                fmt::format("gpupass holds {} for {}, and not for {}", names(functions),
                            core::enumerate(owner_names(all)), domain),
                "nothing was changed; " + return_commands(*first));
  return fail(
      ErrorKind::refused,
      fmt::format("gpupass holds {} for {}, and not for {}", names(functions),
                  core::enumerate(owner_names(all)), domain),
      fmt::format("nothing was changed; `gpupass attach {0} {1} --config --shared{2}` checks and records "
                  "that {0} has {3}, too; `gpupass detach {0} {1}` takes {3} out of its configuration",
                  domain, words, holds.front().lend ? " --lend" : "", functions.size() == 1 ? "it" : "them"));
}

}  // namespace

Result<void> check_records(const World& world, const Inventory& inventory, const std::string& domain,
                           const Functions& functions) {
  GPUPASS_TRY_ASSIGN(const auto holds, written_holds(world.host, functions));
  if (auto error = report::displaced_error(inventory, holds, world.default_uri))
    return Failure(*std::move(error));
  auto missing = functions;
  std::erase_if(missing, [&](const PciAddress& function) { return find_hold(holds, function) != nullptr; });
  if (!missing.empty()) return no_record(inventory, domain, missing);
  auto of_others = holds;
  std::erase_if(of_others, [&](const Hold& hold) {
    return hold.owners.empty() ||
           is_for_domain_named(hold, domain);  // what `gpupass bind` holds is anybody's
  });
  if (!of_others.empty()) return held_for_others(domain, of_others);
  return {};
}

}  // namespace gpupass::session
