// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/machine/counters.hpp"

#include <gtest/gtest.h>

#include "bench/machine/clocks.hpp"
#include "gpupass/bench/machine/sha256.hpp"
#include "support/tree.hpp"

namespace gpupass::bench {
namespace {

TEST(Counters, AreReadFromTheKernelsFiles) {
  gpupass::test::Tree tree;
  tree.file("/proc/stat", "cpu  10 1 20 300 4 5 6 70 8 9\ncpu0 1 1 1 1 1 1 1 1 1 1\nintr 1234 5 6\nctxt 99\n")
      .file("/proc/interrupts",
            "           CPU0       CPU1\n 45:         12         30   PCI-MSI 524288-edge      nvidia\n"
            " 46:          1          0   PCI-MSI 1-edge      nvidia-modeset\n 47:  9 9  PCI-MSI  eth0\n");
  const Host host(tree.root());
  const auto counters = read_counters(host);
  EXPECT_EQ(counters.steal_ticks, 70U);
  EXPECT_EQ(counters.all_ticks, 416U);  // guest time is within user time already
  EXPECT_EQ(counters.busy_ticks, 42U);
  EXPECT_EQ(counters.interrupts, 1234U);
  EXPECT_EQ(counters.ctx_switches, 99U);
  EXPECT_EQ(counters.nvidia_irqs, 43U);
}

TEST(Counters, BetweenTwoReadingsIsWhatWasAdded) {
  Counters before, after;
  before.steal_ticks = 5;
  after.steal_ticks = 8;
  after.nvidia_irqs = 7;
  const auto added = between(before, after, 100);
  EXPECT_EQ(added["steal_ms"], 30);
  EXPECT_EQ(added["nvidia_irqs"], 7);
}

TEST(CounterGates, AShareAboveItsLimitDoesNotPass) {
  Counters before, after;
  after.all_ticks = 1000;
  after.steal_ticks = 20;
  after.busy_ticks = 400;
  after.own_ticks = 350;
  const auto both = gates(before, after);
  EXPECT_EQ(both[0].name, "steal_share");
  EXPECT_DOUBLE_EQ(both[0].value.value(), 0.02);
  EXPECT_FALSE(both[0].pass);
  EXPECT_DOUBLE_EQ(both[1].value.value(), 0.05);
  EXPECT_TRUE(both[1].pass);
}

TEST(CounterGates, ARunShorterThanATickCannotTell) {
  for (const auto& gate : gates(Counters{}, Counters{})) {
    EXPECT_FALSE(gate.value);
    EXPECT_TRUE(gate.pass);
    EXPECT_FALSE(gate.reason.empty());
  }
}

TEST(ClockGates, ClocksThatRunApartDoNotPass) {
  const Moment before{0, 0}, steady{1'000'000'000, 1'000'100'000}, wild{1'000'000'000, 1'000'300'000};
  const auto good = gates(before, steady, 25), bad = gates(before, wild, 900);
  EXPECT_DOUBLE_EQ(good[0].value.value(), 100);
  EXPECT_TRUE(good[0].pass);
  EXPECT_TRUE(good[1].pass);
  EXPECT_DOUBLE_EQ(bad[0].value.value(), 300);
  EXPECT_FALSE(bad[0].pass);
  EXPECT_FALSE(bad[1].pass);
  EXPECT_FALSE(gates(before, Moment{1000, 9000}, 25)[0].value);  // a microsecond tells nothing
}

TEST(ClockGates, OurOwnClockGoesForward) {
  const auto first = moment();
  const auto second = moment();
  EXPECT_GE(second.raw_ns, first.raw_ns);
  EXPECT_GT(clock_read_ns(), 0);
}

// The examples of FIPS 180-4's companion, and the lengths around a block's end.
TEST(Sha256, OfKnownTexts) {
  EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256(std::string(55, 'a')), "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318");
  EXPECT_EQ(sha256(std::string(56, 'a')), "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a");
  EXPECT_EQ(sha256(std::string(64, 'a')), "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
  EXPECT_EQ(sha256(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

}  // namespace
}  // namespace gpupass::bench
