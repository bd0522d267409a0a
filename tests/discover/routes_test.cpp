// SPDX-License-Identifier: GPL-2.0-or-later
// Routes that hold a network card.
#include <gtest/gtest.h>

#include "discover/machine.hpp"

namespace gpupass::discover {
namespace {

using test::at;
using test::Machine;

const std::string k_heading =
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n";
const std::string k_default = "\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n";

class Routes : public ::testing::Test {
 protected:
  Routes() {
    const std::string real = "/sys/devices/pci0000:00/0000:00:1f.6/net/eth0";
    machine.tree.dir(real).link("/sys/class/net/eth0", "../../.." + real);
  }
  /// An interface that stands on others.
  void upper(const std::string& name, const std::vector<std::string>& lower) {
    const auto real = "/sys/devices/virtual/net/" + name;
    machine.tree.dir(real).link("/sys/class/net/" + name, "../../.." + real);
    for (const auto& below : lower) machine.tree.link(real + "/lower_" + below, "../" + below);
  }
  void ipv4(const std::string& lines) { machine.tree.file("/proc/net/route", k_heading + lines); }
  std::vector<std::string> held() {
    inventory = machine.read();
    std::vector<std::string> uses;
    for (const auto& holder : inventory.holders) {
      EXPECT_EQ(holder.kind, HolderKind::route);
      EXPECT_EQ(holder.device, at("0000:00:1f.6"));
      uses.push_back(holder.node + " " + holder.use);
    }
    return uses;
  }
  using Names = std::vector<std::string>;

  Machine machine;
  Inventory inventory;
};

TEST_F(Routes, HoldTheCardOfTheirInterface) {
  ipv4("eth0" + k_default + "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n");
  EXPECT_EQ(held(), (Names{"eth0 192.0.2.0/24", "eth0 default"}));
  EXPECT_EQ(test::all_problems(inventory), "");
}

TEST_F(Routes, OfIpv6HoldItToo) {
  const std::string zero(32, '0');
  const auto line = [&](const std::string& to, const char* bits, const char* interface) {
    return to + " " + bits + " " + zero + " 00 " + zero + " 00000400 00000001 00000000 00000001 " +
           interface + "\n";
  };
  machine.tree.file("/proc/net/ipv6_route",
                    line(zero, "00", "eth0") + line("fd000000000000000000000000000000", "40", "eth0") +
                        line("fe800000000000000000000000000000", "40", "eth0") +
                        line("ff000000000000000000000000000000", "08", "eth0") +
                        line("fd000000000000000000000000000002", "80", "eth0") + line(zero, "00", "lo"));
  EXPECT_EQ(held(), (Names{"eth0 default", "eth0 fd00::/64"}));
}

TEST_F(Routes, HoldItThroughWhatStandsOnIt) {
  upper("bond0", {"eth0"});
  upper("bond0.7", {"bond0"});
  upper("br0", {"bond0.7", "vnet0"});
  upper("vnet0", {});
  ipv4("br0" + k_default);
  EXPECT_EQ(held(), Names{"eth0 default"});
}

TEST_F(Routes, ThroughInterfacesInACircleEnd) {
  upper("a", {"b"});
  upper("b", {"a"});
  ipv4("a" + k_default);
  EXPECT_EQ(held(), Names{});
}

TEST_F(Routes, ThatCannotBeFollowedAreAProblem) {
  ipv4("gone" + k_default + "eth0 rubbish\n");
  EXPECT_EQ(held(), Names{});
  EXPECT_NE(test::problems_of(inventory, "/sys/class/net/gone"), "");
  EXPECT_EQ(test::problems_of(inventory, "/proc/net/route"), "line 'eth0 rubbish' is not a route\n");
}

TEST_F(Routes, ThatCannotBeReadAreAProblem) {
  machine.tree.remove("/proc/net/route");
  EXPECT_EQ(held(), Names{});
  EXPECT_NE(test::problems_of(inventory, "/proc/net/route"), "");
}

}  // namespace
}  // namespace gpupass::discover
