// SPDX-License-Identifier: GPL-2.0-or-later
// What containers can have of constructed machines.
#include "gpupass/container/look.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <algorithm>

#include "gpupass/discover/discover.hpp"
#include "support/gpu_host.hpp"

namespace gpupass::container {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Look : public testing::Test {
 protected:
  Look() { test::add_gpu_host(tree); }

  Machine look() {
    const Host host(tree.root());
    return look_at(host, discover::read_inventory(host).value());
  }

  /// Why no container can have it.
  std::string why_not(const char* address) {
    const auto machine = look();
    return machine.why_not(*machine.card(parse_pci_address(address).value()));
  }

  test::Tree tree;
};

std::vector<std::string> paths(const std::vector<Node>& nodes) {
  std::vector<std::string> all;
  for (const auto& node : nodes) all.push_back(node.path);
  return all;
}

TEST_F(Look, AWellMachineHasEveryCardForContainers) {
  const auto machine = look();
  ASSERT_EQ(machine.cards.size(), 4U);
  for (const auto& card : machine.cards) EXPECT_EQ(machine.why_not(card), "") << to_string(card.address);
  EXPECT_EQ(machine.cards[0].way, Way::nvidia);
  EXPECT_EQ(machine.cards[1].way, Way::amd);
  EXPECT_EQ(machine.cards[2].way, Way::render);
  EXPECT_EQ(machine.cards[3].way, Way::vfio);
  EXPECT_THAT(paths(machine.cards[0].nodes), ElementsAre("/dev/nvidia0"));
  EXPECT_THAT(paths(machine.cards[1].nodes), ElementsAre("/dev/dri/renderD129"));  // and no card1: no screen
  EXPECT_THAT(paths(machine.cards[3].nodes), ElementsAre("/dev/vfio/14"));
  EXPECT_EQ(machine.cards[0].uuid, "GPU-11111111-2222-3333-4444-555555555555");
  EXPECT_EQ(machine.cards[1].nodes[0].group, 993U);
  EXPECT_FALSE(machine.cards[1].nodes[0].for_everybody());
}

TEST_F(Look, NvidiasLibrariesAreFoundInAFolderOfTheirOwn) {
  const auto machine = look();
  ASSERT_TRUE(machine.nvidia);
  EXPECT_EQ(machine.nvidia->version, test::k_nvidia_version);
  EXPECT_EQ(machine.nvidia->library_version, test::k_nvidia_version);
  EXPECT_THAT(paths(machine.nvidia->nodes),
              ElementsAre("/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia-uvm-tools"));
  const auto file = fmt::format("/usr/local/nvidia/lib64/libcuda.so.{}", test::k_nvidia_version);
  for (const auto* const folder : {"/usr/lib/x86_64-linux-gnu", "/usr/lib64"}) {
    for (const auto& name : {std::string("libcuda.so"), std::string("libcuda.so.1"),
                             fmt::format("libcuda.so.{}", test::k_nvidia_version)})
      EXPECT_THAT(machine.nvidia->libraries, Contains(Mount{file, fmt::format("{}/{}", folder, name)}));
  }
  for (const auto& mount : machine.nvidia->libraries)
    EXPECT_THAT(mount.host, testing::Not(HasSubstr("libother")));
  EXPECT_THAT(machine.nvidia->others,
              Contains(Mount{"/usr/local/nvidia/bin/nvidia-smi", "/usr/bin/nvidia-smi"}));
  EXPECT_THAT(machine.nvidia->others,
              Contains(Mount{"/run/nvidia-persistenced/socket", "/run/nvidia-persistenced/socket", true}));
  EXPECT_THAT(
      machine.nvidia->others,
      Contains(Mount{fmt::format("/lib/firmware/nvidia/{}/gsp_ga10x.bin", test::k_nvidia_version),
                     fmt::format("/usr/lib/firmware/nvidia/{}/gsp_ga10x.bin", test::k_nvidia_version)}));
}

TEST_F(Look, TheLinkersCacheComesFirst) {
  const auto name = fmt::format("libcuda.so.{}", test::k_nvidia_version);
  tree.file("/opt/odd/" + name,
            "\x7f"
            "ELF\x02")
      .link("/opt/odd/libcuda.so.1", name);
  tree.file("/etc/ld.so.cache", test::linker_cache({{"libcuda.so.1", "/opt/odd/libcuda.so.1"}}));
  const auto machine = look();
  EXPECT_EQ(machine.nvidia->library_path, "/opt/odd/" + name);
  EXPECT_THAT(machine.nvidia->libraries, Contains(Mount{"/opt/odd/" + name, "/usr/lib64/libcuda.so.1"}));
}

TEST_F(Look, AScriptInsteadOfAProgramAndA32BitTwinAreLeftOut) {
  tree.file("/usr/bin/nvidia-smi", "#!/bin/sh\nexec /usr/local/nvidia/bin/nvidia-smi\n");
  const auto name = fmt::format("libcuda.so.{}", test::k_nvidia_version);
  tree.file("/usr/lib/" + name,
            "\x7f"
            "ELF\x01")
      .link("/usr/lib/libcuda.so.1", name);
  tree.file("/etc/ld.so.cache", test::linker_cache({{"libcuda.so.1", "/usr/lib/libcuda.so.1"}}));
  const auto machine = look();
  EXPECT_THAT(machine.nvidia->others,
              Contains(Mount{"/usr/local/nvidia/bin/nvidia-smi", "/usr/bin/nvidia-smi"}));
  EXPECT_EQ(machine.nvidia->library_path, "/usr/local/nvidia/lib64/" + name);
}

TEST_F(Look, ANodeThatIsMissingOrOfAnotherNumberIsNotGiven) {
  test::add_node(tree, "/dev/nvidia-uvm", "510:0");
  EXPECT_EQ(why_not(test::k_nvidia_card), "/dev/nvidia-uvm has the number 510:0, but the driver's is 507:0");
  tree.remove("/dev/nvidia-uvm");
  EXPECT_EQ(why_not(test::k_nvidia_card), "/dev/nvidia-uvm does not exist");
  tree.remove("/dev/nvidia0");
  EXPECT_EQ(why_not(test::k_nvidia_card), "its node /dev/nvidia0 does not exist");
  tree.remove("/dev/kfd");
  EXPECT_EQ(why_not(test::k_amd_card), "/dev/kfd does not exist");
  test::add_node(tree, "/dev/dri/renderD130", "226:131");
  EXPECT_EQ(why_not(test::k_intel_card),
            "its node /dev/dri/renderD130 has the number 226:131, but the driver's is 226:130");
  tree.remove("/dev/vfio/vfio");
  EXPECT_EQ(why_not(test::k_vfio_card), "/dev/vfio/vfio does not exist");
}

TEST_F(Look, LibrariesOfAnotherVersionThanTheModule) {
  tree.file("/sys/module/nvidia/version", "575.57.08\n");
  EXPECT_THAT(why_not(test::k_nvidia_card),
              HasSubstr("the kernel module has version 575.57.08, but the libraries have 580.159.04"));
  tree.remove("/usr/local/nvidia");
  EXPECT_EQ(why_not(test::k_nvidia_card), "there is no libcuda.so.1 of version 575.57.08");
}

TEST_F(Look, AGroupWithAMemberOnAnotherDriverCannotBeOpened) {
  test::PciTree pci(tree.root());
  test::Function sound;
  sound.address = "0000:04:00.1";
  sound.bus = "pci0000:00/0000:00:04.0";
  sound.class_code = 0x040300;
  sound.vendor = 0x10de;
  sound.driver = "snd_hda_intel";
  sound.group = 14;
  pci.add(sound);
  EXPECT_EQ(why_not(test::k_vfio_card),
            "0000:04:00.1 of its IOMMU group 14 is on snd_hda_intel, so nobody can open the group");
}

TEST_F(Look, ACapturedMachineWithoutNodesSaysNothingOfThem) {
  tree.remove("/dev");
  EXPECT_EQ(why_not(test::k_nvidia_card), "");
  EXPECT_EQ(why_not(test::k_amd_card), "");
}

// ---- files of CDI ---------------------------------------------------------------------------------

TEST_F(Look, FilesThatNameWhatIsNotThereAreOutOfDate) {
  tree.file("/etc/cdi/nvidia.yaml",
            "cdiVersion: 0.5.0\nkind: nvidia.com/gpu\ncontainerEdits:\n  mounts:\n"
            "  - hostPath: /usr/lib/libcuda.so.575.57.08\n    containerPath: /usr/lib/libcuda.so.575.57.08\n"
            "devices:\n- name: \"0\"\n  containerEdits:\n    deviceNodes:\n    - path: /dev/nvidia-uvm\n"
            "      major: 510\n      minor: 0\n    - path: /dev/nvidia0\n");
  const auto files = look().files;
  ASSERT_EQ(files.size(), 1U);
  EXPECT_THAT(
      files[0].stale,
      ElementsAre("/usr/lib/libcuda.so.575.57.08 does not exist; the driver has version 580.159.04 now",
                  "/dev/nvidia-uvm has the number 510:0 in it, but is 507:0 now"));
}

TEST_F(Look, HostileFilesAreToldAndNothingElse) {
  tree.file("/etc/shadow", "root:secret\n").link("/etc/cdi/a.json", "../shadow");
  tree.link("/etc/cdi/b.json", "/etc/cdi/b.json").link("/etc/cdi/c.yaml", "../../../../../../etc/hostname");
  tree.file("/etc/cdi/d.json", "{").file("/etc/cdi/notes.txt", "x").dir("/etc/cdi/e.json");
  const auto files = look().files;
  ASSERT_EQ(files.size(), 5U);
  for (const auto& file : files) {
    EXPECT_FALSE(file.unread.empty()) << file.path;
    EXPECT_THAT(file.unread, testing::Not(HasSubstr("secret")));
  }
  EXPECT_EQ(files[0].leads_to, "/etc/shadow");
}

// ---- containers -----------------------------------------------------------------------------------

TEST_F(Look, ContainersHaveTheNamesThatTheirEnginesList) {
  const std::string id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
  tree.file("/proc/70/comm", "python3\n")
      .file("/proc/70/cgroup", "0::/system.slice/docker-" + id + ".scope\n");
  tree.link("/proc/70/fd/3", "/dev/nvidia0");
  tree.file("/var/lib/docker/containers/" + id + "/config.v2.json", R"({"Name": "/web", "Other": 1})");
  tree.file("/proc/71/comm", "python3\n")
      .file("/proc/71/cgroup", "0::/machine.slice/libpod-" + id + ".scope\n");
  tree.link("/proc/71/fd/3", "/dev/dri/renderD129");
  tree.file("/var/lib/containers/storage/overlay-containers/containers.json",
            R"([{"id": ")" + id + R"(", "names": ["train"]}])");
  EXPECT_THAT(look().containers, ElementsAre(ContainerName{"docker", "0123456789ab", "web"},
                                             ContainerName{"podman", "0123456789ab", "train"}));
}

}  // namespace
}  // namespace gpupass::container
