// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/sys/device_node.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "gpupass/core/text.hpp"
#include "gpupass/sys/fd.hpp"

namespace gpupass::sys {
namespace {

constexpr mode_t k_node_permissions = 07777;
constexpr int k_octal = 8;

std::optional<DeviceNode> stand_in(const Host& host, std::string_view path) {
  constexpr std::size_t k_most = 64;
  const auto text = host.read_start(path, k_most).value_or("");
  const auto words = core::words(text);
  if (words.size() != 4 || words[0] != "c") return std::nullopt;
  const auto mode = core::parse_number(words[2], k_octal);
  const auto group = core::parse_number(words[3]);
  if (!mode || !group) return std::nullopt;
  return DeviceNode{std::string(words[1]), static_cast<mode_t>(*mode) & k_node_permissions,
                    static_cast<gid_t>(*group)};
}

}  // namespace

std::optional<DeviceNode> device_node(const Host& host, std::string_view path) {
  struct stat found {};
  const Fd node(host.open_file(path, O_PATH));
  if (!node || fstat(node.get(), &found) != 0) return std::nullopt;
  if (S_ISCHR(found.st_mode))
    return DeviceNode{fmt::format("{}:{}", major(found.st_rdev), minor(found.st_rdev)),
                      found.st_mode & k_node_permissions, found.st_gid};
  if (host.root() == "/") return std::nullopt;
  return stand_in(host, path);
}

}  // namespace gpupass::sys
