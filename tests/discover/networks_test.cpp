// SPDX-License-Identifier: GPL-2.0-or-later
// What a network interface carries that no route of the host shows.
#include <gtest/gtest.h>

#include "discover/machine.hpp"

namespace gpupass::discover {
namespace {

using test::at;
using test::Machine;

const std::string k_function = "/sys/devices/pci0000:00/0000:00:1f.6";

class Networks : public ::testing::Test {
 protected:
  Networks() { card("eth0"); }
  void card(const std::string& name) {
    const auto real = k_function + "/net/" + name;
    machine.tree.dir(real).link("/sys/class/net/" + name, "../.." + real.substr(4));
  }
  void upper(const std::string& name, const std::string& kind, const std::vector<std::string>& lower) {
    const auto real = "/sys/devices/virtual/net/" + name;
    machine.tree.file(real + "/uevent", kind.empty() ? "" : "DEVTYPE=" + kind + "\n")
        .link("/sys/class/net/" + name, "../.." + real.substr(4));
    for (const auto& below : lower) machine.tree.link(real + "/lower_" + below, "../" + below);
  }
  std::vector<std::string> held() {
    inventory = machine.read();
    std::vector<std::string> uses;
    for (const auto& holder : inventory.holders) {
      EXPECT_EQ(holder.device, at("0000:00:1f.6"));
      uses.push_back(holder.node + ": " + holder.use);
    }
    return uses;
  }
  using Names = std::vector<std::string>;

  Machine machine;
  Inventory inventory;
};

TEST_F(Networks, OfGuestsOnABridgeHoldItsOtherPorts) {
  upper("br0", "bridge", {"bond0", "vnet0", "vnet1"});
  upper("bond0", "bond", {"eth0"});
  upper("vnet0", "", {});
  upper("vnet1", "", {});
  EXPECT_EQ(held(), Names{"eth0: the bridge br0 with vnet0 and vnet1"});
  EXPECT_EQ(inventory.holders.at(0).kind, HolderKind::network);
}

TEST_F(Networks, OfABridgeWithNobodyElseHoldNothing) {
  upper("br0", "bridge", {"eth0"});
  EXPECT_EQ(held(), Names{});
}

TEST_F(Networks, OfManyGuestsAreCounted) {
  upper("br0", "bridge", {"eth0", "t1", "t2", "t3", "t4", "t5"});
  for (const char* const tap : {"t1", "t2", "t3", "t4", "t5"}) upper(tap, "", {});
  EXPECT_EQ(held(), Names{"eth0: the bridge br0 with t1, t2, t3 and 2 more"});
}

TEST_F(Networks, OfMacvtapAndVrfHoldTheCard) {
  upper("macvtap0", "macvtap", {"eth0"});
  upper("red", "vrf", {"eth0"});
  upper("eth0.7", "vlan", {"eth0"});
  EXPECT_EQ(held(), (Names{"eth0: the macvtap macvtap0", "eth0: the vrf red"}));
}

TEST_F(Networks, OfOpenVSwitchHoldItsPortsAndTheRoutesOfTheHost) {
  upper("ovs-system", "", {"eth0", "vnet0"});
  upper("vnet0", "", {});
  upper("br-ex", "", {});
  machine.tree.file("/proc/net/route",
                    "Iface\tDestination\nbr-ex\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n");
  EXPECT_EQ(held(), (Names{"eth0: default", "eth0: an Open vSwitch with vnet0"}));
  EXPECT_EQ(inventory.holders.at(0).layer, "ovs");
  EXPECT_EQ(inventory.holders.at(1).layer, "ovs");
}

/// What lies right on the card's interface tells how the interface is freed.
TEST_F(Networks, SayWhatLiesOnTheCardsInterface) {
  upper("vmbr0", "bridge", {"bond0.7"});
  upper("bond0.7", "vlan", {"bond0"});
  upper("bond0", "bond", {"eth0"});
  upper("macvtap0", "macvtap", {"eth0"});
  machine.tree.file("/proc/net/route",
                    "Iface\tDestination\nvmbr0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
                    "eth0\t00000A0A\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n");
  EXPECT_EQ(held(), (Names{"eth0: 10.10.0.0/16", "eth0: default", "eth0: the macvtap macvtap0"}));
  const auto& holders = inventory.holders;
  EXPECT_EQ(holders.at(0).upper, "");
  EXPECT_EQ(holders.at(1).upper + " " + holders.at(1).layer, "bond0 bond");
  EXPECT_EQ(holders.at(2).upper + " " + holders.at(2).layer, "macvtap0 macvtap");
}

TEST_F(Networks, OfATunnelAreNotTakenForAPortOfTheSwitch) {
  upper("ovs-system", "", {"eth0"});
  upper("wg0", "wireguard", {});
  upper("tun0", "", {});
  machine.tree.file("/sys/devices/virtual/net/tun0/tun_flags", "0x1\n")
      .file("/proc/net/route",
            "Iface\tDestination\nwg0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
            "tun0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n");
  EXPECT_EQ(held(), Names{});
}

TEST_F(Networks, OfAContainerHoldTheInterfaceThatWasMovedThere) {
  machine.tree.remove("/sys/class/net/eth0").remove(k_function + "/net/eth0");
  machine.tree.link("/proc/1/ns/net", "net:[1]")
      .link("/proc/77/ns/net", "net:[2]")
      .dir("/proc/77/fd")
      .file("/proc/77/comm", "pause\n")
      .link("/proc/77/root/sys/class/net/net1", "../../devices/pci0000:00/0000:00:1f.6/net/net1");
  EXPECT_EQ(held(), Names{"net1: another network namespace"});
  EXPECT_EQ(inventory.holders.at(0).pid, 77);
  EXPECT_EQ(inventory.holders.at(0).process, "pause");
}

TEST_F(Networks, OfANamespaceThatNobodyShowsHoldItToo) {
  machine.tree.remove("/sys/class/net/eth0").remove(k_function + "/net/eth0");
  EXPECT_EQ(held(), Names{": another network namespace"});
}

TEST_F(Networks, OnUsbHoldTheUsbController) {
  const std::string real = k_function + "/usb2/2-1/2-1.3/2-1.3:1.0/net/usb0";
  machine.tree.dir(real).link("/sys/class/net/usb0", "../.." + real.substr(4));
  machine.tree.file("/proc/net/route",
                    "Iface\tDestination\nusb0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n");
  EXPECT_EQ(held(), Names{"usb0: default"});
}

}  // namespace
}  // namespace gpupass::discover
