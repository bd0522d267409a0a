// SPDX-License-Identifier: GPL-2.0-or-later
// Resolves what a user typed to functions of this machine.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <set>

#include "gpupass/card.hpp"
#include "gpupass/core/overloaded.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/inventory.hpp"

namespace gpupass {
namespace {

using Functions = std::vector<PciAddress>;

Failure absent(const Selector& selector, const char* what) {
  return fail(ErrorKind::not_found, fmt::format("there is no PCI {} {}", what, selector.text),
              "`gpupass list --all` shows what is there");
}

std::string name_of(const Inventory& inventory, const PciAddress& function) {
  const auto& device = *inventory.find(function);
  const auto& name = device.device_name.empty() ? device.class_name : device.device_name;
  return to_string(function) + (name.empty() ? "" : fmt::format(" ({})", name));
}

Failure ambiguous(const Selector& selector, const Inventory& inventory, const Functions& matches) {
  constexpr std::size_t k_shown = 8;
  auto what = fmt::format("{} matches {} functions: ", selector.text, matches.size());
  std::vector<std::string> names;
  for (std::size_t i = 0; i < std::min(matches.size(), k_shown); ++i)
    names.push_back(name_of(inventory, matches[i]));
  if (matches.size() > k_shown) names.push_back(fmt::format("{} more", matches.size() - k_shown));
  return fail(ErrorKind::usage, what + core::enumerate(names), "give the address of the one you mean");
}

Result<Functions> resolve_address(const Selector& selector, const PciAddress& address,
                                  const Inventory& inventory) {
  if (inventory.find(address) == nullptr) return absent(selector, "function");
  return Functions{address};
}

Result<Functions> resolve_ids(const Selector& selector, const PciIds& ids, const Inventory& inventory) {
  Functions matches;
  bool is_virtual = false;
  for (const auto& device : inventory.devices) {
    if (device.vendor != ids.vendor || device.device != ids.device) continue;
    matches.push_back(device.address);
    is_virtual = is_virtual || is_virtual_function(device);
  }
  if (matches.empty()) return absent(selector, "function with the ids");
  const bool one_card = std::ranges::all_of(
      matches, [&](const PciAddress& function) { return function.same_slot(matches.front()); });
  if (matches.size() > 1 && (is_virtual || !one_card)) return ambiguous(selector, inventory, matches);
  return matches;
}

/// Bridges and virtual functions of a slot are meant by their own addresses alone.
Result<Functions> resolve_slot(const Selector& selector, const PciSlot& slot, const Inventory& inventory) {
  Functions endpoints;
  Functions bridges;
  const auto all = inventory.slot_of(slot.first);
  if (all.empty()) return absent(selector, "slot");
  for (const auto& function : all) {
    const auto& device = *inventory.find(function);
    if (is_virtual_function(device)) continue;
    (device.connects_buses() ? bridges : endpoints).push_back(function);
  }
  if (!endpoints.empty()) return endpoints;
  if (!bridges.empty()) return bridges;  // to be looked at, or refused as what they are
  return ambiguous(selector, inventory, all);
}

// ---- names --------------------------------------------------------------------------------

/// Letters and digits of each word, in small letters: "GA102 [GeForce RTX 3090]" → ga102 geforce rtx 3090.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  bool inside = false;
  for (const char letter : text) {
    const auto c = static_cast<unsigned char>(letter);
    if (std::isalnum(c) == 0) {
      inside = false;
      continue;
    }
    if (!inside) words.emplace_back();
    words.back() += static_cast<char>(std::tolower(c));
    inside = true;
  }
  return words;
}

/// Each word typed is the beginning of a word of the name.
bool is_named(const Device& device, const std::vector<std::string>& typed) {
  const auto words = words_of(device.vendor_name + " " + device.device_name + " " + device.subsystem_name);
  return std::ranges::all_of(typed, [&](const std::string& part) {
    return std::ranges::any_of(words, [&](const std::string& word) { return word.starts_with(part); });
  });
}

/// A card's sound often has a part of the card's name: where all are of one card, its graphics are meant.
Result<Functions> resolve_name(const Selector& selector, const PartOfName& name, const Inventory& inventory) {
  const auto typed = words_of(name.text);
  Functions matches;
  for (const auto& device : inventory.devices) {
    if (!device.connects_buses() && !device.is_board_part() && is_named(device, typed))
      matches.push_back(device.address);
  }
  if (matches.empty()) {
    return fail(ErrorKind::not_found, fmt::format("no PCI function has '{}' in its name", selector.text),
                "`gpupass list --all` shows what is there; an address (01:00.0) always works");
  }
  if (matches.size() == 1) return matches;
  const auto card = card_with(inventory, matches.front());
  const bool one_card = std::ranges::all_of(
      matches, [&](const PciAddress& function) { return std::ranges::find(card, function) != card.end(); });
  Functions graphics;
  std::ranges::copy_if(matches, std::back_inserter(graphics),
                       [&](const PciAddress& function) { return inventory.find(function)->is_gpu(); });
  if (!one_card || graphics.empty()) return ambiguous(selector, inventory, matches);
  return graphics;
}

}  // namespace

Result<Functions> resolve(const Selector& selector, const Inventory& inventory) {
  return std::visit(
      core::Overloaded{
          [&](const PciAddress& address) { return resolve_address(selector, address, inventory); },
          [&](const PciSlot& slot) { return resolve_slot(selector, slot, inventory); },
          [&](const PciIds& ids) { return resolve_ids(selector, ids, inventory); },
          [&](const PartOfName& name) { return resolve_name(selector, name, inventory); },
      },
      selector.means);
}

Result<Functions> functions_meant(const Inventory& inventory, const std::vector<Selector>& selectors,
                                  Companions companions) {
  std::set<PciAddress> functions;
  for (const auto& selector : selectors) {
    GPUPASS_TRY_ASSIGN(const auto named, resolve(selector, inventory));
    functions.insert(named.begin(), named.end());
    if (companions == Companions::left_out) continue;
    for (const auto& function : named) {
      for (const auto& companion : card_of(inventory, function)) functions.insert(companion);
    }
  }
  return Functions(functions.begin(), functions.end());
}

}  // namespace gpupass
