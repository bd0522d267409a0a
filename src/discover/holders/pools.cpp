// SPDX-License-Identifier: GPL-2.0-or-later
#include "discover/holders/pools.hpp"

#include <optional>

#include "gpupass/core/printable.hpp"
#include "gpupass/core/text.hpp"

namespace gpupass::discover {
namespace {

constexpr const char* k_kstat = "/proc/spl/kstat/zfs";

/// A number of four bytes, the most significant first.
std::optional<std::uint32_t> number_at(std::string_view bytes, std::size_t at) {
  if (at + 4 > bytes.size()) return std::nullopt;
  std::uint32_t number = 0;
  for (const char byte : bytes.substr(at, 4)) number = number << 8U | static_cast<unsigned char>(byte);
  return number;
}

/// A length, then the bytes, filled up to a multiple of four.
struct XdrString {
  std::string_view text;
  std::size_t end = 0;
};
std::optional<XdrString> string_at(std::string_view bytes, std::size_t at) {
  const auto length = number_at(bytes, at);
  if (!length || *length > bytes.size() - at - 4) return std::nullopt;
  return XdrString{bytes.substr(at + 4, *length), at + 4 + (*length + 3) / 4 * 4};
}

/// Every value of the name "path" in a pair and the pairs below it: name, type 9 (a string), one element.
std::vector<std::string> paths_in(std::string_view pair) {
  constexpr std::uint32_t k_string = 9;
  std::vector<std::string> paths;
  for (std::size_t at = 0; at + 4 <= pair.size(); at += 4) {
    const auto name = string_at(pair, at);
    if (!name || name->text != "path" || number_at(pair, name->end) != k_string) continue;
    if (const auto value = string_at(pair, name->end + 8)) paths.push_back(core::printable(value->text));
  }
  return paths;
}

/// "E:ID_FS_LABEL=tank" of a file of udev's; empty if it has none.
std::string property(std::string_view text, std::string_view name) {
  const auto begin = "E:" + std::string(name) + "=";
  for (const auto line : core::split(text, '\n')) {
    if (line.starts_with(begin)) return core::printable(line.substr(begin.size()));
  }
  return "";
}

}  // namespace

std::vector<std::string> imported_pools(const Host& host) {
  std::vector<std::string> pools;
  for (const auto& name : host.list(k_kstat).value_or(std::vector<std::string>{})) {
    // Beside the pools' folders lie statistics of the module: arcstats, dbufs, …
    if (host.list(std::string(k_kstat) + "/" + name)) pools.push_back(core::printable(name));
  }
  return pools;
}

std::map<std::string, std::vector<std::string>> parse_pool_cache(std::string_view bytes) {
  constexpr std::size_t k_head = 4 + 8;  // how it is encoded; version and flags of the list
  std::map<std::string, std::vector<std::string>> pools;
  if (bytes.empty() || bytes.front() != 1) return pools;  // 1: XDR
  for (auto at = k_head;;) {
    const auto size = number_at(bytes, at);  // of the whole pair
    if (!size || *size < 8 || *size > bytes.size() - at) return pools;
    const auto pair = bytes.substr(at, *size);
    if (const auto name = string_at(pair, 8)) pools[core::printable(name->text)] = paths_in(pair);
    at += *size;
  }
}

std::map<std::string, std::vector<std::string>> pool_members(
    const Host& host, const std::map<std::string, std::set<std::string>>& pools) {
  std::map<std::string, std::vector<std::string>> members;
  const std::string notes = "/run/udev/data";
  for (const auto& name : host.list(notes).value_or(std::vector<std::string>{})) {
    if (!name.starts_with('b')) continue;  // "b8:1": a block device
    const auto text = host.read(notes + "/" + name).value_or("");
    const auto pool = property(text, "ID_FS_LABEL");
    if (property(text, "ID_FS_TYPE") == "zfs_member" && pools.contains(pool))
      members[pool].push_back(name.substr(1));
  }
  const auto cache = host.read("/etc/zfs/zpool.cache", 16U << 20U).value_or("");
  for (auto& [pool, nodes] : parse_pool_cache(cache)) {
    if (!pools.contains(pool)) continue;
    auto& known = members[pool];
    known.insert(known.end(), nodes.begin(), nodes.end());
  }
  return members;
}

}  // namespace gpupass::discover
