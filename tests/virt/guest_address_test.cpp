// SPDX-License-Identifier: GPL-2.0-or-later
#include "virt/guest_address.hpp"

#include <gtest/gtest.h>

namespace gpupass::virt {
namespace {

TEST(GuestAddress, IsOneThatTheHostMayReach) {
  EXPECT_TRUE(is_reachable_address("192.168.122.7"));
  EXPECT_TRUE(is_reachable_address("2001:db8::7"));
  for (const auto* const own : {"127.0.0.1", "169.254.1.1", "::1", "fe80::1", "FE80::1"})
    EXPECT_FALSE(is_reachable_address(own)) << own;
}

/// A guest's agent says what it likes, and ssh reads options wherever they stand.
TEST(GuestAddress, IsNoOtherWords) {
  for (const auto* const words : {"", "-oProxyCommand=touch /tmp/x", "192.168.122.7 -v", "host.example",
                                  "fe80::1%eth0", "192.168.122.7\n"})
    EXPECT_FALSE(is_reachable_address(words)) << words;
}

}  // namespace
}  // namespace gpupass::virt
