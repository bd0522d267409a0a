// SPDX-License-Identifier: GPL-2.0-or-later
// What becomes of containers' CDI files while cards go to guests and come back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "gpupass/container/cdi.hpp"
#include "gpupass/core/json.hpp"
#include "gpupass/holds.hpp"
#include "gpupass/journal.hpp"
#include "gpupass/lock.hpp"
#include "gpupass/session/container.hpp"
#include "support/command.hpp"
#include "support/desktop.hpp"
#include "support/fake_hypervisor.hpp"
#include "support/fake_kernel.hpp"
#include "support/golden.hpp"
#include "support/gpu_host.hpp"
#include "support/shared_hypervisor.hpp"

namespace gpupass::cli {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const char* const k_file = session::k_cdi_file;
const char* const k_others = "/etc/cdi/nvidia.yaml";
const char* const k_domain =
    "<domain type='kvm'><name>vm1</name><os><type arch='x86_64' machine='q35'>hvm</type></os>"
    "<devices><controller type='pci' index='0' model='pcie-root'/></devices></domain>";

class ContainerMoves : public testing::Test {
 protected:
  ContainerMoves() {
    test::add_gpu_host(tree);
    test::add_passthrough_kernel(tree);
    for (const auto* const driver : {"nvidia", "amdgpu", "xe", "vfio-pci"}) kernel.add_driver(driver);
    kernel.prefer(test::k_nvidia_card, "nvidia").prefer(test::k_amd_card, "amdgpu");
  }

  int run(const std::vector<std::string>& words) {
    const auto connect = [this](const std::string&,
                                std::chrono::milliseconds) -> Result<std::unique_ptr<Hypervisor>> {
      return std::make_unique<test::SharedHypervisor>(libvirt, none);
    };
    auto said = test::run_line({kernel, connect, test::source(), "fake:///"}, words, {.columns = 400});
    out = std::move(said.out);
    err = std::move(said.err);
    return said.status;
  }

  /// The names that engines know from gpupass's file.
  [[nodiscard]] std::vector<std::string> described(const std::string& path = k_file) const {
    std::vector<std::string> names;
    for (const auto& device : container::read_cdi(path, kernel.read(path).value_or("")).devices)
      names.push_back(device.name);
    return names;
  }

  test::Tree tree;
  test::FakeKernel kernel{tree};
  test::FakeHypervisor libvirt{"vm1", k_domain, ""};
  std::map<std::string, std::string> none;
  std::string out, err;
};

TEST_F(ContainerMoves, ACardThatGoesToAGuestLeavesTheFileAndComesBackWithIt) {
  ASSERT_EQ(run({"container", "write"}), 0) << err;
  const auto whole = kernel.read(k_file).value();
  ASSERT_EQ(run({"attach", "vm1", "01:00.0"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("take gpupass/card=0000:01:00.0 from containers (write /etc/cdi/gpupass.json"));
  EXPECT_LT(out.find("from containers"), out.find("unbind 0000:01:00.0 from nvidia"));
  EXPECT_THAT(described(), ElementsAre("0000:02:00.0", "0000:03:00.0", "vfio-0000:04:00.0", "all"));
  EXPECT_THAT(kernel.read(k_file).value(), Not(HasSubstr("nvidia")));  // in `all` neither
  ASSERT_EQ(run({"detach", "vm1", "01:00.0"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("give gpupass/card=0000:01:00.0 to containers again"));
  EXPECT_EQ(kernel.read(k_file).value(), whole);
  EXPECT_THAT(load_journals(kernel).value(), IsEmpty());
}

TEST_F(ContainerMoves, WhatIsGivenToNoOneLeavesAndComesBackToo) {
  ASSERT_EQ(run({"container", "write", "02:00.0"}), 0) << err;
  const auto whole = kernel.read(k_file).value();
  ASSERT_EQ(run({"bind", "02:00.0"}), 0) << err;
  EXPECT_FALSE(kernel.exists(k_file));  // engines refuse a file without devices
  ASSERT_EQ(run({"container", "list"}), 0) << err;
  ASSERT_EQ(run({"unbind", "02:00.0"}), 0) << err;
  EXPECT_EQ(kernel.read(k_file).value(), whole);
  ASSERT_EQ(run({"container", "remove"}), 0) << err;
  EXPECT_FALSE(kernel.exists(session::k_cdi_record));
}

TEST_F(ContainerMoves, AVfioGroupLeavesWhenAGuestGetsIt) {
  ASSERT_EQ(run({"container", "write", "03:00.0", "04:00.0"}), 0) << err;
  ASSERT_EQ(run({"attach", "vm1", "04:00.0"}), 0) << err;
  EXPECT_THAT(described(), ElementsAre("0000:03:00.0", "all"));
  ASSERT_EQ(run({"detach", "vm1", "04:00.0"}), 0) << err;
  EXPECT_THAT(described(), ElementsAre("0000:03:00.0", "vfio-0000:04:00.0", "all"));
}

TEST_F(ContainerMoves, ALentCardIsDescribedWhileTheHostHasIt) {
  kernel.add_program("/usr/bin/true");
  ASSERT_EQ(run({"container", "write", "01:00.0"}), 0) << err;
  ASSERT_EQ(run({"hook", "install"}), 0) << err;
  ASSERT_EQ(run({"attach", "vm1", "01:00.0", "--lend"}), 0) << err;
  EXPECT_THAT(described(), ElementsAre("0000:01:00.0", "all"));
}

TEST_F(ContainerMoves, ADryRunSaysBothWays) {
  ASSERT_EQ(run({"container", "write"}), 0) << err;
  const auto before = test::snapshot(tree.root());
  ASSERT_EQ(run({"attach", "vm1", "01:00.0", "--dry-run"}), 0) << err;
  EXPECT_THAT(out, AllOf(HasSubstr("take gpupass/card=0000:01:00.0 from containers"),
                         HasSubstr("put back /etc/cdi/gpupass.json and /var/lib/gpupass/cdi.json")));
  EXPECT_EQ(test::snapshot(tree.root()), before);
  ASSERT_EQ(run({"attach", "vm1", "01:00.0"}), 0) << err;
  ASSERT_EQ(run({"detach", "vm1", "01:00.0", "--dry-run"}), 0) << err;
  EXPECT_THAT(err, HasSubstr("gpupass/card=0000:01:00.0 would be added to /etc/cdi/gpupass.json again"));
}

TEST_F(ContainerMoves, WhatFailsPutsTheFileBack) {
  ASSERT_EQ(run({"container", "write"}), 0) << err;
  const auto whole = kernel.read(k_file).value();
  kernel.refuse("/sys/bus/pci/drivers/nvidia/unbind", EIO);
  EXPECT_NE(run({"attach", "vm1", "01:00.0"}), 0);
  EXPECT_EQ(kernel.read(k_file).value(), whole);
  EXPECT_EQ(kernel.driver(test::k_nvidia_card), "nvidia");
}

TEST_F(ContainerMoves, AFileThatSomebodyChangedStaysAsItIs) {
  ASSERT_EQ(run({"container", "write"}), 0) << err;
  const auto changed = kernel.read(k_file).value() + " ";
  tree.file(k_file, changed);
  ASSERT_EQ(run({"attach", "vm1", "01:00.0"}), 0) << err;
  EXPECT_THAT(err,
              HasSubstr("/etc/cdi/gpupass.json is not as gpupass wrote it, and is left unchanged: it still "
                        "names gpupass/card=0000:01:00.0"));
  EXPECT_EQ(kernel.read(k_file).value(), changed);
}

TEST_F(ContainerMoves, ARecordThatCannotBeReadStopsNoGuest) {
  tree.file(session::k_cdi_record, "{");
  ASSERT_EQ(run({"attach", "vm1", "01:00.0"}), 0) << err;
  EXPECT_THAT(err, HasSubstr("/var/lib/gpupass/cdi.json"));
}

TEST_F(ContainerMoves, NamesOfOthersFilesAreToldAndTheFilesLeftAlone) {
  const std::string text =
      "cdiVersion: 0.5.0\nkind: nvidia.com/gpu\ndevices:\n- name: \"0\"\n  containerEdits:\n    "
      "deviceNodes:\n"
      "    - path: /dev/nvidia0\n- name: \"1\"\n  containerEdits:\n    deviceNodes:\n    - path: "
      "/dev/nvidiactl\n";
  tree.file(k_others, text);
  ASSERT_EQ(run({"attach", "vm1", "01:00.0"}), 0) << err;
  EXPECT_THAT(err, AllOf(HasSubstr("nvidia.com/gpu=0 of /etc/cdi/nvidia.yaml names a node of 0000:01:00.0"),
                         HasSubstr("nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml"),
                         Not(HasSubstr("nvidia.com/gpu=1"))));
  EXPECT_EQ(kernel.read(k_others).value(), text);
  EXPECT_FALSE(kernel.exists(session::k_cdi_record));
}

TEST_F(ContainerMoves, ACardThatComesBackWithoutItsNodeIsNotDescribed) {
  ASSERT_EQ(run({"container", "write"}), 0) << err;
  ASSERT_EQ(run({"attach", "vm1", "01:00.0"}), 0) << err;
  tree.remove("/dev/nvidia0");
  ASSERT_EQ(run({"detach", "vm1", "01:00.0"}), 0) << err;
  EXPECT_THAT(err, AllOf(HasSubstr("gpupass/card=0000:01:00.0 is not added to /etc/cdi/gpupass.json again: "
                                   "its node /dev/nvidia0 does not exist"),
                         HasSubstr("`nvidia-smi` run as root creates it")));
  EXPECT_THAT(described(), Not(testing::Contains("0000:01:00.0")));
  test::add_node(tree, "/dev/nvidia0", "195:0");
  ASSERT_EQ(run({"recover", "--dry-run"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("would give gpupass/card=0000:01:00.0 to containers again"));
  ASSERT_EQ(run({"recover", "--dry-run", "--format", "json"}), 0) << err;
  EXPECT_EQ(core::Json::parse(out).at("names"), core::Json::parse(R"(["gpupass/card=0000:01:00.0"])"));
  ASSERT_EQ(run({"recover"}), 0) << err;
  EXPECT_THAT(out, Not(HasSubstr("nothing was left")));
  EXPECT_THAT(described(), testing::Contains("0000:01:00.0"));
  ASSERT_EQ(run({"recover"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("nothing was left unfinished"));
}

TEST_F(ContainerMoves, TheMinorThatTheDriverGivesAnewIsTheOneDescribed) {
  ASSERT_EQ(run({"container", "write", "01:00.0"}), 0) << err;
  ASSERT_EQ(run({"attach", "vm1", "01:00.0"}), 0) << err;
  tree.file("/proc/driver/nvidia/gpus/0000:01:00.0/information", "GPU UUID: GPU-1\nDevice Minor: 3\n");
  test::add_node(tree, "/dev/nvidia3", "195:3");
  ASSERT_EQ(run({"detach", "vm1", "01:00.0"}), 0) << err;
  EXPECT_THAT(kernel.read(k_file).value(),
              AllOf(HasSubstr("/dev/nvidia3"), Not(HasSubstr("/dev/nvidia0\""))));
}

TEST_F(ContainerMoves, NobodyWritesBetweenAnInterruptionAndItsRecovery) {
  struct PowerCut {};
  ASSERT_EQ(run({"container", "write"}), 0) << err;
  kernel.before_change = [&](const test::FakeKernel::Change& change) {
    if (change.what.starts_with("kernel ")) throw PowerCut{};
    return 0;
  };
  EXPECT_THROW((void)run({"attach", "vm1", "01:00.0"}), PowerCut);
  kernel.before_change = {};
  for (const std::vector<std::string>& words : {std::vector<std::string>{"container", "write", "02:00.0"},
                                                {"container", "remove"},
                                                {"bind", "02:00.0"}}) {
    EXPECT_EQ(run(words), exit_code(ErrorKind::busy)) << words.front();
    EXPECT_THAT(err, AllOf(HasSubstr("attach 0000:01:00.0 to vm1"), HasSubstr("gpupass recover")));
  }
  EXPECT_EQ(kernel.driver(test::k_amd_card), "amdgpu");
  {  // a dry run, which locks nothing, tells one that is at work from one that was interrupted
    const auto lock = Lock::acquire(kernel, "0000:01:00.0", "attach", std::chrono::seconds(1));
    EXPECT_EQ(run({"container", "remove", "--dry-run"}), exit_code(ErrorKind::busy));
    EXPECT_THAT(err, HasSubstr("another command is running (\"attach 0000:01:00.0 to vm1\""));
  }
  ASSERT_EQ(run({"recover"}), 0) << err;
  EXPECT_THAT(described(), testing::Contains("0000:01:00.0"));
}

TEST_F(ContainerMoves, WritingAnewForgetsWhatIsAwayOnlyIfCardsAreNamed) {
  ASSERT_EQ(run({"container", "write"}), 0) << err;
  ASSERT_EQ(run({"attach", "vm1", "01:00.0"}), 0) << err;
  ASSERT_EQ(run({"container", "write"}), 0) << err;
  ASSERT_EQ(run({"detach", "vm1", "01:00.0"}), 0) << err;
  EXPECT_THAT(described(), testing::Contains("0000:01:00.0"));
  ASSERT_EQ(run({"attach", "vm1", "01:00.0"}), 0) << err;
  ASSERT_EQ(run({"container", "write", "02:00.0"}), 0) << err;
  ASSERT_EQ(run({"detach", "vm1", "01:00.0"}), 0) << err;
  EXPECT_THAT(described(), ElementsAre("0000:02:00.0", "all"));
}

TEST_F(ContainerMoves, AContainerThatHasTheCardOpenIsNamedBeforeAnythingIsChanged) {
  ASSERT_EQ(run({"container", "write"}), 0) << err;
  const std::string id(64, 'a');
  tree.file("/proc/70/comm", "python3\n")
      .file("/proc/70/cgroup", "0::/system.slice/docker-" + id + ".scope\n");
  tree.link("/proc/70/fd/3", "/dev/nvidia0");
  const auto before = test::snapshot(tree.at("/etc"));
  EXPECT_EQ(run({"attach", "vm1", "01:00.0"}), exit_code(ErrorKind::refused));
  EXPECT_THAT(err, AllOf(HasSubstr("the docker container aaaaaaaaaaaa has 0000:01:00.0: python3 (pid 70) has "
                                   "/dev/nvidia0 open"),
                         HasSubstr("`docker stop aaaaaaaaaaaa`")));
  EXPECT_EQ(test::snapshot(tree.at("/etc")), before);
  EXPECT_EQ(kernel.driver(test::k_nvidia_card), "nvidia");
}

/// It is not in the way, and is named: it will not have the card for a while.
TEST_F(ContainerMoves, AContainerThatHasTheCardAndDoesNotUseItIsNamed) {
  const std::string id(64, 'c');
  tree.link("/proc/1/ns/mnt", "mnt:[1]");
  tree.file("/proc/80/comm", "sleep\n")
      .file("/proc/80/cgroup", "0::/system.slice/docker-" + id + ".scope\n")
      .link("/proc/80/ns/mnt", "mnt:[2]");
  tree.file("/var/lib/docker/containers/" + id + "/config.v2.json", R"({"Name": "/idle"})");
  test::add_node(tree, "/proc/80/root/dev/nvidia0", "195:0");
  ASSERT_EQ(run({"attach", "vm1", "01:00.0", "--dry-run"}), 0) << err;
  const auto said =
      "docker container idle has 0000:01:00.0, as /dev/nvidia0, and cannot use it until it is back";
  EXPECT_THAT(err, HasSubstr(said));
  ASSERT_EQ(run({"attach", "vm1", "01:00.0"}), 0) << err;
  EXPECT_THAT(err, HasSubstr(said));
  ASSERT_EQ(run({"attach", "vm1", "02:00.0"}), 0) << err;
  EXPECT_THAT(err, Not(HasSubstr("container idle")));
}

}  // namespace
}  // namespace gpupass::cli
