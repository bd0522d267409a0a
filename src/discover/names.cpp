// SPDX-License-Identifier: GPL-2.0-or-later
// One pass over the list takes the names of existing devices; the other thirty thousand lines are skipped
// without being stored.
//
//   10de  NVIDIA Corporation                 C 03  Display controller
//   ⇥2330  GH100 [H100 SXM5 80GB]            ⇥00  VGA compatible controller
//   ⇥⇥10de 16c1  …subsystem…                 ⇥⇥00  …programming interface, not used here…
#include "discover/names.hpp"

#include <fmt/format.h>

#include <unordered_map>

#include "gpupass/core/printable.hpp"
#include "gpupass/core/text.hpp"

namespace gpupass::discover {
namespace {

// A key tells what is named: its kind, then its ids of 16 bits each.
enum class Kind : std::uint8_t { vendor, device, subsystem, base_class, subclass };
struct Key {
  Kind kind;
  std::uint64_t ids;
  bool operator==(const Key&) const = default;
};
struct HashKey {
  std::size_t operator()(const Key& key) const {
    return std::hash<std::uint64_t>{}(key.ids * 8 + static_cast<std::uint64_t>(key.kind));
  }
};
using NamesByKey = std::unordered_map<Key, std::string, HashKey>;

Key vendor_key(std::uint64_t vendor) {
  return {Kind::vendor, vendor};
}
Key device_key(std::uint64_t vendor, std::uint64_t device) {
  return {Kind::device, vendor << 16U | device};
}
Key subsystem_key(std::uint64_t device, std::uint64_t subvendor, std::uint64_t subdevice) {
  return {Kind::subsystem, device << 32U | subvendor << 16U | subdevice};
}
Key class_key(std::uint64_t base) {
  return {Kind::base_class, base};
}
Key subclass_key(std::uint64_t base, std::uint64_t sub) {
  return {Kind::subclass, base << 8U | sub};
}
Key subsystem_key(const Device& device) {
  return subsystem_key(device_key(device.vendor, device.device).ids, device.subsystem_vendor,
                       device.subsystem_device);
}

NamesByKey wanted(const std::vector<Device>& devices) {
  NamesByKey names;
  for (const auto& device : devices) {
    names.try_emplace(vendor_key(device.vendor));
    names.try_emplace(device_key(device.vendor, device.device));
    names.try_emplace(subsystem_key(device));
    names.try_emplace(class_key(device.class_code >> 16U));
    names.try_emplace(subclass_key(device.class_code >> 16U, device.class_code >> 8U & 0xffU));
  }
  return names;
}

/// Reads lines of the list one after the other, knowing below which entry each is.
class ListReader {
 public:
  explicit ListReader(NamesByKey& names) : names_(names) {}

  /// False when the line is none that such a list has.
  bool line(std::string_view text) {
    if (text.empty() || text[0] == '#') return true;
    if (text.starts_with("\t\t")) return below_ || second_level(text.substr(2));
    if (text[0] == '\t') return skipped_ || first_level(text.substr(1));
    return top_level(text);
  }

 private:
  enum class Block { other, vendors, classes };

  bool top_level(std::string_view text) {
    const bool is_class = text.starts_with("C ");
    block_ = is_class ? Block::classes : Block::vendors;
    skipped_ = below_ = true;
    if (!is_class && text.size() > 1 && text[1] == ' ') {  // a kind of block not known here
      block_ = Block::other;
      return true;
    }
    const auto entry = is_class ? split_entry(text.substr(2), 2) : split_entry(text, 4);
    if (!entry) return false;
    top_ = entry->id;
    skipped_ = !store(is_class ? class_key(top_) : vendor_key(top_), entry->name);
    return true;
  }

  bool first_level(std::string_view text) {
    const auto entry = split_entry(text, block_ == Block::classes ? 2 : 4);
    if (!entry) return false;
    const auto key = block_ == Block::classes ? subclass_key(top_, entry->id) : device_key(top_, entry->id);
    device_ = key.ids;
    below_ = !store(key, entry->name) || block_ == Block::classes;
    return true;
  }

  bool second_level(std::string_view text) {
    const auto subvendor = split_entry(text, 4, 1);
    const auto subdevice = subvendor ? split_entry(subvendor->name, 4) : std::nullopt;
    if (!subdevice) return false;
    store(subsystem_key(device_, subvendor->id, subdevice->id), subdevice->name);
    return true;
  }

  struct Entry {
    std::uint64_t id;
    std::string_view name;
  };
  /// "2330  GH100": digits of an id, blanks, and the rest.
  static std::optional<Entry> split_entry(std::string_view text, std::size_t digits, std::size_t blanks = 2) {
    if (text.size() < digits + blanks || text[digits] != ' ') return std::nullopt;
    const auto id = core::parse_number(text.substr(0, digits), 16);
    if (!id) return std::nullopt;
    return Entry{*id, text.substr(digits + blanks)};
  }

  bool store(const Key& key, std::string_view name) {
    const auto found = names_.find(key);
    if (found == names_.end()) return false;
    found->second = core::printable(core::trim(name));
    return true;
  }

  NamesByKey& names_;
  Block block_ = Block::other;
  std::uint64_t top_ = 0;     // the vendor or class whose block this is
  std::uint64_t device_ = 0;  // the ids of the device whose subsystems follow
  bool skipped_ = true;       // nothing of this block is wanted
  bool below_ = true;         // nothing below the first-level entry is wanted
};

void take_names(std::string_view text, const std::string& path, NamesByKey& names, Problems& problems) {
  ListReader reader(names);
  std::size_t lines = 0, bad = 0, first_bad = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    ++lines;
    if (!reader.line(text.substr(0, end)) && bad++ == 0) first_bad = lines;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (bad > 0) note(problems, path, fmt::format("{} lines are not entries, the first is {}", bad, first_bad));
}

/// The list's text: the host's own, or for a captured host that has none, this machine's.
std::string read_name_list(const Host& host, const std::string& list, Problems& problems) {
  constexpr std::size_t k_limit = 64U << 20U;
  if (auto text = host.read(list, k_limit); text || host.root() == "/") {
    return text_or_note(problems, list, std::move(text));
  }
  const Host machine;
  return text_or_note(problems, list, machine.read(list, k_limit));
}

}  // namespace

void name_devices(const Host& host, const std::string& list, std::vector<Device>& devices,
                  Problems& problems) {
  const auto text = read_name_list(host, list, problems);
  auto names = wanted(devices);
  take_names(text, list, names, problems);
  for (auto& device : devices) {
    const auto base = device.class_code >> 16U;
    const auto& subclass = names[subclass_key(base, device.class_code >> 8U & 0xffU)];
    device.class_name = subclass.empty() ? names[class_key(base)] : subclass;
    device.vendor_name = names[vendor_key(device.vendor)];
    device.device_name = names[device_key(device.vendor, device.device)];
    device.subsystem_name = names[subsystem_key(device)];
  }
}

}  // namespace gpupass::discover
