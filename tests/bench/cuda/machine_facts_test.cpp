// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include "bench/cuda/diagnosis.hpp"
#include "support/tree.hpp"

namespace gpupass::bench::cuda {
namespace {

constexpr const char* k_banner =
    "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.159.04  Release Build  (root@host)\n"
    "GCC version:  gcc version 14.2.0 (Debian 14.2.0-19)\n";

void add_card(test::Tree& tree, const std::string& address, const char* vendor, const char* class_code,
              const char* driver) {
  const auto folder = "/sys/bus/pci/devices/" + address;
  tree.file(folder + "/vendor", std::string(vendor) + "\n")
      .file(folder + "/class", std::string(class_code) + "\n");
  if (driver != nullptr) tree.link(folder + "/driver", std::string("../../../bus/pci/drivers/") + driver);
}

TEST(MachineFacts, CardsAreNvidiasDisplaysAnd3dControllers) {
  test::Tree tree;
  add_card(tree, "0000:01:00.0", "0x10de", "0x030000", "vfio-pci");
  add_card(tree, "0000:01:00.1", "0x10de", "0x040300", "snd_hda_intel");
  add_card(tree, "0000:02:00.0", "0x10de", "0x030200", nullptr);
  add_card(tree, "0000:03:00.0", "0x1002", "0x030000", "amdgpu");
  const auto facts = machine_facts(Host(tree.root()));
  EXPECT_TRUE(facts.bus_seen);
  EXPECT_EQ(facts.cards, (std::vector<CardOnBus>{{"0000:01:00.0", "vfio-pci"}, {"0000:02:00.0", ""}}));
}

TEST(MachineFacts, VersionOfTheModuleIsTheBannersNotTheCompilers) {
  test::Tree tree;
  tree.file("/proc/driver/nvidia/version", k_banner);
  EXPECT_EQ(machine_facts(Host(tree.root())).kernel_module, "580.159.04");
}

TEST(MachineFacts, AWordThatOnlyBeginsLikeAVersionIsNone) {
  test::Tree tree;
  tree.file("/proc/driver/nvidia/version",
            "NVRM version: NVIDIA UNIX 2.6-class Kernel Module  390.157  Wed Oct 12\n");
  EXPECT_EQ(machine_facts(Host(tree.root())).kernel_module, "390.157");
}

TEST(MachineFacts, NothingIsThere) {
  test::Tree tree;
  const auto facts = machine_facts(Host(tree.root()));
  EXPECT_FALSE(facts.bus_seen);
  EXPECT_FALSE(facts.kernel_module);
  for (const auto& node : facts.nodes) EXPECT_TRUE(node.missing) << node.path;
}

TEST(MachineFacts, NodeThatIsThereAndOneThatCannotBeOpened) {
  test::Tree tree;
  tree.file("/dev/nvidiactl").dir("/dev/nvidia0");  // a folder cannot be opened for writing, by root neither
  const auto facts = machine_facts(Host(tree.root()));
  ASSERT_EQ(facts.nodes.size(), 3U);
  EXPECT_EQ(facts.nodes[0], (Node{"/dev/nvidiactl", "", false}));
  EXPECT_EQ(facts.nodes[1], (Node{"/dev/nvidia0", "Is a directory", false}));
  EXPECT_TRUE(facts.nodes[2].missing);
}

TEST(MachineFacts, AContainerMayHaveTheFourthCardAlone) {
  test::Tree tree;
  tree.file("/dev/nvidiactl").file("/dev/nvidia3").file("/dev/nvidia-uvm").file("/dev/nvidia-modeset");
  const auto facts = machine_facts(Host(tree.root()));
  EXPECT_EQ(facts.nodes,
            (std::vector<Node>{
                {"/dev/nvidiactl", "", false}, {"/dev/nvidia3", "", false}, {"/dev/nvidia-uvm", "", false}}));
}

TEST(MachineFacts, AContainerIsKnownByTheMarkOfItsEngine) {
  EXPECT_FALSE(machine_facts(Host(test::Tree().root())).contained);
  for (const auto* const mark : {"/.dockerenv", "/run/.containerenv", "/run/systemd/container"}) {
    test::Tree tree;
    tree.file(mark);
    EXPECT_TRUE(machine_facts(Host(tree.root())).contained) << mark;
  }
  test::Tree tree;
  tree.file("/proc/1/environ", std::string("HOME=/\0mycontainer=no\0", 21));
  EXPECT_FALSE(machine_facts(Host(tree.root())).contained);
  tree.file("/proc/1/environ", std::string("HOME=/\0container=lxc\0", 21));
  EXPECT_TRUE(machine_facts(Host(tree.root())).contained);
}

}  // namespace
}  // namespace gpupass::bench::cuda
