// SPDX-License-Identifier: GPL-2.0-or-later
// glibc, sysdeps/generic/dl-cache.h: struct cache_file_new and file_entry_new. The old format may stand
// before.
#include "container/linker_cache.hpp"

#include <cstdint>
#include <cstring>

namespace gpupass::container {
namespace {

constexpr std::string_view k_old = "ld.so-1.7.0", k_new = "glibc-ld.so.cache1.1";
constexpr std::size_t k_old_head = 16, k_old_entry = 12;  // bytes
constexpr std::size_t k_new_head = 48, k_new_entry = 24;
constexpr std::size_t k_count_at = 20, k_key_at = 4, k_value_at = 8;  // within head and entry

/// A number in the machine's own byte order; 0 after the end.
std::uint32_t number_at(std::string_view content, std::size_t offset) {
  std::uint32_t number = 0;
  if (offset > content.size() || content.size() - offset < sizeof number) return 0;
  std::memcpy(&number, content.data() + offset, sizeof number);
  return number;
}

/// Up to its zero byte; empty if it has none.
std::string text_at(std::string_view content, std::size_t offset) {
  if (offset >= content.size()) return {};
  const auto end = content.find('\0', offset);
  return end == content.npos ? std::string() : std::string(content.substr(offset, end - offset));
}

/// The new format; empty if there is none.
std::string_view new_format(std::string_view content) {
  if (content.starts_with(k_old)) {
    constexpr std::size_t k_alignment = 8, k_old_count_at = 12;
    const auto end = k_old_head + std::size_t{number_at(content, k_old_count_at)} * k_old_entry;
    const auto begin = (end + k_alignment - 1) / k_alignment * k_alignment;
    if (begin > content.size()) return {};
    content.remove_prefix(begin);
  }
  return content.starts_with(k_new) ? content : std::string_view();
}

}  // namespace

std::vector<CachedLibrary> read_linker_cache(std::string_view content) {
  const auto cache = new_format(content);
  std::vector<CachedLibrary> libraries;
  const std::size_t count = number_at(cache, k_count_at);
  for (std::size_t i = 0; i < count && k_new_head + (i + 1) * k_new_entry <= cache.size(); ++i) {
    const auto entry = k_new_head + i * k_new_entry;
    CachedLibrary one{text_at(cache, number_at(cache, entry + k_key_at)),
                      text_at(cache, number_at(cache, entry + k_value_at))};
    if (!one.name.empty() && one.path.starts_with('/')) libraries.push_back(std::move(one));
  }
  return libraries;
}

}  // namespace gpupass::container
