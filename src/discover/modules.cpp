// SPDX-License-Identifier: GPL-2.0-or-later
#include "discover/modules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>

#include "gpupass/core/printable.hpp"
#include "gpupass/core/text.hpp"

namespace gpupass::discover {
namespace {

constexpr std::size_t k_longest_list = 8U << 20U;  // a distribution's has one or two MiB

/// Takes "sv000010DE" or "sv*" off the front of text. False when neither is there.
bool take_part(std::string_view& text, std::string_view key, std::size_t digits,
               std::optional<std::uint32_t>& value) {
  if (!text.starts_with(key)) return false;
  text.remove_prefix(key.size());
  if (text.starts_with('*')) {
    text.remove_prefix(1);
    return true;
  }
  const auto number = core::parse_number(text.substr(0, digits), 16);
  if (text.size() < digits || !number) return false;
  value = static_cast<std::uint32_t>(*number);
  text.remove_prefix(digits);
  return true;
}

bool equals(const std::optional<std::uint32_t>& wanted, std::uint32_t is) {
  return !wanted || *wanted == is;
}

/// All that an alias can look at, so that equal functions are matched once.
auto identity(const Device& device) {
  return std::tuple(device.vendor, device.device, device.subsystem_vendor, device.subsystem_device,
                    device.class_code);
}

/// The distinct functions of a machine, found by vendor and device, with the modules for each.
class Catalogue {
 public:
  explicit Catalogue(const std::vector<Device>& devices) {
    for (const auto& device : devices) {
      if (!known_.try_emplace(identity(device), entries_.size()).second) continue;
      by_ids_.emplace(ids(device.vendor, device.device), entries_.size());
      entries_.push_back({&device, {}});
    }
  }

  void offer(std::string_view pattern, std::string_view module) {
    const auto alias = parse_alias(pattern);
    if (!alias) return;
    if (!alias->vendor || !alias->device) {
      for (auto& entry : entries_) take(entry, *alias, module);
      return;
    }
    const auto [first, last] = by_ids_.equal_range(ids(*alias->vendor, *alias->device));
    for (auto found = first; found != last; ++found) take(entries_[found->second], *alias, module);
  }

  /// Sorted, without repetition.
  [[nodiscard]] std::vector<std::string> modules_for(const Device& device) const {
    auto modules = entries_[known_.at(identity(device))].modules;
    std::sort(modules.begin(), modules.end());
    modules.erase(std::unique(modules.begin(), modules.end()), modules.end());
    return modules;
  }

 private:
  struct Entry {
    const Device* device;
    std::vector<std::string> modules;
  };

  static std::uint64_t ids(std::uint64_t vendor, std::uint64_t device) { return vendor << 32U | device; }

  static void take(Entry& entry, const PciAlias& alias, std::string_view module) {
    if (alias.fits(*entry.device)) entry.modules.push_back(core::printable(module));
  }

  std::vector<Entry> entries_;
  std::map<decltype(identity(std::declval<Device>())), std::size_t> known_;
  std::unordered_multimap<std::uint64_t, std::size_t> by_ids_;
};

/// modules.alias, a line each: "alias pci:v00008086d00001533sv*sd*bc*sc*i* igb".
void offer_loadable(std::string_view text, Catalogue& catalogue) {
  constexpr std::string_view k_start = "alias pci:";
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    if (line.starts_with(k_start)) {
      const auto blank = line.find(' ', k_start.size());
      if (blank != line.npos) catalogue.offer(line.substr(6, blank - 6), core::trim(line.substr(blank)));
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

/// modules.builtin.modinfo, each entry ended by a zero byte: "ahci.alias=pci:v*d*sv*sd*bc01sc06i01*".
void offer_built_in(std::string_view text, Catalogue& catalogue) {
  constexpr std::string_view k_key = ".alias=pci:";
  for (const auto entry : core::split(text, '\0')) {
    const auto key = entry.find(k_key);
    if (key != entry.npos) catalogue.offer(entry.substr(key + 7), entry.substr(0, key));
  }
}

}  // namespace

std::optional<PciAlias> parse_alias(std::string_view text) {
  PciAlias alias;
  if (!text.starts_with("pci:")) return std::nullopt;
  text.remove_prefix(4);
  const bool whole = take_part(text, "v", 8, alias.vendor) && take_part(text, "d", 8, alias.device) &&
                     take_part(text, "sv", 8, alias.subsystem_vendor) &&
                     take_part(text, "sd", 8, alias.subsystem_device) &&
                     take_part(text, "bc", 2, alias.base_class) && take_part(text, "sc", 2, alias.subclass) &&
                     take_part(text, "i", 2, alias.interface);
  // depmod ends each with a * of its own, for what later kernels may add.
  if (!whole || (!text.empty() && text != "*")) return std::nullopt;
  return alias;
}

bool PciAlias::fits(const Device& is) const {
  return equals(vendor, is.vendor) && equals(device, is.device) &&
         equals(subsystem_vendor, is.subsystem_vendor) && equals(subsystem_device, is.subsystem_device) &&
         equals(base_class, is.class_code >> 16U) && equals(subclass, is.class_code >> 8U & 0xffU) &&
         equals(interface, is.class_code & 0xffU);
}

void find_modules(const Host& host, const std::string& release, std::vector<Device>& devices,
                  Problems& problems) {
  const auto folder = "/lib/modules/" + release;
  const auto loadable = folder + "/modules.alias", built_in = folder + "/modules.builtin.modinfo";
  Catalogue catalogue(devices);
  offer_loadable(text_or_note(problems, loadable, host.read(loadable, k_longest_list)), catalogue);
  offer_built_in(host.read(built_in, k_longest_list).value_or(""),
                 catalogue);  // kernels before 5.2 have none
  for (auto& device : devices) device.modules = catalogue.modules_for(device);
}

}  // namespace gpupass::discover
