// SPDX-License-Identifier: GPL-2.0-or-later
#include "virt/guest_address.hpp"

#include <arpa/inet.h>

namespace gpupass::virt {

bool is_reachable_address(const std::string& text) {
  in_addr four{};
  if (inet_pton(AF_INET, text.c_str(), &four) == 1)
    return !text.starts_with("127.") && !text.starts_with("169.254.");
  in6_addr six{};
  if (inet_pton(AF_INET6, text.c_str(), &six) != 1) return false;
  return !IN6_IS_ADDR_LOOPBACK(&six) && !IN6_IS_ADDR_LINKLOCAL(&six);
}

}  // namespace gpupass::virt
