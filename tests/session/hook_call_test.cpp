// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/session/hook_call.hpp"

#include <gtest/gtest.h>

namespace gpupass::session {
namespace {

TEST(HookCall, ConcernsUsBeforeAStartAndAfterAnEnd) {
  EXPECT_EQ(concerns_us({"qemu", "vm1", "prepare"}), true);
  EXPECT_EQ(concerns_us({"qemu", "vm1", "release"}), true);
  for (const auto* const other : {"start", "started", "stopped", "reconnect", "migrate", "attach", ""})
    EXPECT_EQ(concerns_us({"qemu", "vm1", other}), false) << other;
}

/// The name is a file's, too, where its loans are looked for.
TEST(HookCall, IsRefusedForANameThatNoDomainHas) {
  for (const auto* const name : {"", ".", "../holds/x", "a/b"}) {
    const auto ours = concerns_us({"qemu", name, "prepare"});
    ASSERT_FALSE(ours) << name;
    EXPECT_EQ(ours.error().kind, ErrorKind::invalid);
    EXPECT_EQ(concerns_us({"qemu", name, "reconnect"}), false) << "a running guest stays";
  }
}

TEST(HookCall, IsAnsweredInOneLine) {
  Error error{ErrorKind::refused, "it is\nheld", "detach it", {"start vm1"}, {}};
  error.also.push_back({ErrorKind::system, "and more", {}, {}, {}});
  EXPECT_EQ(in_one_line(error), "start vm1: it is held; detach it; and more");
}

}  // namespace
}  // namespace gpupass::session
