// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/session/libvirt_now.hpp"

#include <gtest/gtest.h>

#include "support/fake_hypervisor.hpp"
#include "support/golden.hpp"
#include "support/tree.hpp"

namespace gpupass::session {
namespace {

Result<std::unique_ptr<Hypervisor>> idle(const std::string&, std::chrono::milliseconds) {
  return std::make_unique<test::FakeHypervisor>("vm1", "<domain/>", "");
}

/// What only looks goes by this: a captured machine's devices are in no domain of this machine's.
TEST(OnlyPermitted, OfACapturedMachineNoConnectionIsMade) {
  test::Tree tree;
  Host captured(tree.root());
  World world{captured, idle, test::source(), "test:///default"};
  EXPECT_FALSE(may_ask(world, "test:///default"));
  const auto hypervisor = only_permitted(world)("test:///default", std::chrono::seconds(1));
  ASSERT_FALSE(hypervisor);
  EXPECT_EQ(hypervisor.error().kind, ErrorKind::denied);
}

TEST(OnlyPermitted, OfThisMachineItIsTheWorldsOwn) {
  Host here;
  World world{here, idle, test::source(), "test:///default"};
  EXPECT_TRUE(may_ask(world, "qemu:///session"));
  EXPECT_TRUE(only_permitted(world)("qemu:///session", std::chrono::seconds(1)));
}

}  // namespace
}  // namespace gpupass::session
