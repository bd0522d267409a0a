// SPDX-License-Identifier: GPL-2.0-or-later
// Cards in the configurations of LXC's containers: put there, taken out, refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gpupass/core/json.hpp"
#include "gpupass/journal.hpp"
#include "support/command.hpp"
#include "support/fake_kernel.hpp"
#include "support/golden.hpp"
#include "support/gpu_host.hpp"

namespace gpupass::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const char* const k_config = "/var/lib/lxc/web/config";
const char* const k_text = "lxc.uts.name = web\n\n# mine\nlxc.rootfs.path = dir:/srv/web\n";

class ContainerLxc : public testing::Test {
 protected:
  ContainerLxc() {
    test::add_gpu_host(tree);
    tree.file(k_config, k_text).file("/sys/fs/cgroup/cgroup.controllers", "cpu\n");
  }

  int run(std::vector<std::string> words) {
    words.insert(words.begin(), "container");
    auto said =
        test::run_line({kernel, test::idle_libvirt, test::source(), "fake:///"}, words, {.columns = 400});
    out = std::move(said.out);
    err = std::move(said.err);
    return said.status;
  }

  void expect_refusal(const std::vector<std::string>& words, ErrorKind kind, const std::string& why) {
    const auto before = test::snapshot(tree.at("/var"));
    EXPECT_EQ(run(words), exit_code(kind)) << out << err;
    EXPECT_THAT(err, HasSubstr(why));
    EXPECT_EQ(test::snapshot(tree.at("/var")), before);
  }

  test::Tree tree;
  test::FakeKernel kernel{tree};
  std::string out, err;
};

TEST_F(ContainerLxc, ACardIsPutIntoTheConfigurationAndTakenOutAgain) {
  ASSERT_EQ(run({"attach", "lxc:web", "01:00.0"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("web has 0000:01:00.0 from its next start on; the host keeps it"));
  const auto config = kernel.read(k_config).value();
  EXPECT_THAT(config,
              AllOf(testing::StartsWith(k_text), HasSubstr("lxc.cgroup2.devices.allow = c 195:0 rw\n"),
                    HasSubstr("lxc.cgroup2.devices.allow = c 507:0 rw\n"),
                    HasSubstr("usr/lib/x86_64-linux-gnu/libcuda.so.1 none ro,bind,create=file 0 0\n")));
  ASSERT_EQ(run({"attach", "lxc:web", "01:00.0"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("unchanged: "));
  ASSERT_EQ(run({"list"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("0000:01:00.0 is in the configuration of the LXC container web (off)"));
  const auto status =
      test::run_line({kernel, test::idle_libvirt, test::source(), "fake:///"}, {"status"}, {.columns = 200});
  EXPECT_THAT(status.out, HasSubstr("the LXC container web (off) has 0000:01:00.0 on the host's driver"));
  ASSERT_EQ(run({"attach", "lxc:web", "02:00.0"}), 0) << err;
  ASSERT_EQ(run({"detach", "lxc:web", "01:00.0"}), 0) << err;
  EXPECT_THAT(kernel.read(k_config).value(), AllOf(HasSubstr("/dev/kfd"), Not(HasSubstr("nvidia"))));
  ASSERT_EQ(run({"detach", "lxc:web"}), 0) << err;
  EXPECT_EQ(kernel.read(k_config).value(), k_text);
  ASSERT_EQ(run({"detach", "lxc:web"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("unchanged: gpupass gave web no card"));
  EXPECT_THAT(load_journals(kernel).value(), IsEmpty());
}

TEST_F(ContainerLxc, AfterARestartTheNumbersAreWrittenAnew) {
  ASSERT_EQ(run({"attach", "lxc:web", "01:00.0"}), 0) << err;
  test::add_node(tree, "/dev/nvidia-uvm", "511:0");
  test::add_node(tree, "/dev/nvidia-uvm-tools", "511:1");
  tree.file("/proc/devices", "Character devices:\n195 nvidia\n236 kfd\n511 nvidia-uvm\n");
  ASSERT_EQ(run({"list"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("/dev/nvidia-uvm has the number 511:0 now, which no line allows"));
  ASSERT_EQ(run({"list", "--format", "json"}), 0) << err;
  const auto web = core::Json::parse(out).at("lxc").at(0);
  EXPECT_EQ(web.at("cards"), core::Json::parse(R"(["0000:01:00.0"])"));
  EXPECT_EQ(web.at("stale").size(), 2U);
  ASSERT_EQ(run({"attach", "lxc:web", "01:00.0"}), 0) << err;
  EXPECT_THAT(kernel.read(k_config).value(), AllOf(HasSubstr("c 511:0 rw"), Not(HasSubstr("c 507:0"))));
}

TEST_F(ContainerLxc, ADryRunShowsTheStepAndChangesNothing) {
  const auto before = test::snapshot(tree.root());
  ASSERT_EQ(run({"attach", "lxc:web", "01:00.0", "--dry-run"}), 0) << err;
  EXPECT_THAT(out, AllOf(HasSubstr("give 0000:01:00.0 to the container web (write /var/lib/lxc/web/config)"),
                         HasSubstr("put back /var/lib/lxc/web/config")));
  EXPECT_EQ(test::snapshot(tree.root()), before);
}

TEST_F(ContainerLxc, OneThatRunsIsLeftAloneWithTheWordsThatHelp) {
  tree.file("/proc/net/unix", "0: 2 0 10000 1 1 15 @/var/lib/lxc/web/command\n");
  expect_refusal({"attach", "lxc:web", "01:00.0"}, ErrorKind::busy, "web is running");
  EXPECT_THAT(err, AllOf(HasSubstr("nothing was changed; `lxc-stop -n web`, then `gpupass container attach "
                                   "lxc:web 0000:01:00.0`, then `lxc-start -n web`"),
                         Not(HasSubstr("lxc-device"))));  // it would have no library
  expect_refusal({"attach", "lxc:web", "03:00.0"}, ErrorKind::busy, "web is running");
  EXPECT_THAT(err, HasSubstr("`lxc-device -n web add /dev/dri/renderD130`"));
  tree.file(k_config, std::string(k_text) + "lxc.idmap = u 0 100000 65536\n");
  expect_refusal({"attach", "lxc:web", "03:00.0"}, ErrorKind::busy, "web is running");
  EXPECT_THAT(err, Not(HasSubstr("lxc-device")));  // which makes no node there
}

TEST_F(ContainerLxc, WhatIsTakenOutOfOneThatRunsIsTakenOutOfItsNextStart) {
  ASSERT_EQ(run({"attach", "lxc:web", "03:00.0"}), 0) << err;
  tree.file("/proc/net/unix", "0: 2 0 10000 1 1 15 @/var/lib/lxc/web/command\n");
  ASSERT_EQ(run({"attach", "lxc:web", "03:00.0"}), 0) << err;  // it is so already
  ASSERT_EQ(run({"detach", "lxc:web", "03:00.0"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("it keeps what it has until it ends"));
  EXPECT_EQ(kernel.read(k_config).value(), k_text);
}

TEST_F(ContainerLxc, UsersThatAreMappedAreTold) {
  tree.file(k_config, "lxc.idmap = u 0 100000 65536\n");
  ASSERT_EQ(run({"attach", "lxc:web", "03:00.0"}), 0) << err;
  EXPECT_THAT(err, HasSubstr("web maps users, and /dev/dri/renderD130 is for group 993 of the host alone"));
}

TEST_F(ContainerLxc, ACardThatIsGoneCanBeTakenOut) {
  ASSERT_EQ(run({"attach", "lxc:web", "03:00.0"}), 0) << err;
  tree.remove("/sys/bus/pci/devices/0000:03:00.0");
  ASSERT_EQ(run({"detach", "lxc:web", "0000:03:00.0"}), 0) << err;
  EXPECT_EQ(kernel.read(k_config).value(), k_text);
}

TEST_F(ContainerLxc, BadInputIsOneErrorAndChangesNothing) {
  expect_refusal({"attach"}, ErrorKind::usage, "no container is named");
  expect_refusal({"attach", "lxc:web"}, ErrorKind::usage, "no device is named");
  expect_refusal({"attach", "web", "01:00.0"}, ErrorKind::usage, "'web' is not lxc:NAME");
  expect_refusal({"attach", "docker:web", "01:00.0"}, ErrorKind::usage, "--device gpupass/card=ADDRESS");
  for (const std::string name : {"", "..", "../../etc", ".x", "a/b", "a\x1b[2J"})
    expect_refusal({"attach", "lxc:" + name, "01:00.0"}, ErrorKind::usage, "is not a container's name");
  expect_refusal({"attach", "lxc:wep", "01:00.0"}, ErrorKind::not_found,
                 "there is no container wep: /var/lib/lxc/wep/config does not exist");
  EXPECT_THAT(err, HasSubstr("there is web"));
  expect_refusal({"attach", "lxc:web", "00:01.0"}, ErrorKind::refused,
                 "is not a graphics or accelerator card");
  expect_refusal({"attach", "lxc:web", "09:00.0"}, ErrorKind::not_found, "09:00.0");
  expect_refusal({"detach", "lxc:web", "09:00.0"}, ErrorKind::not_found, "09:00.0");
  test::add_node(tree, "/dev/nvidia-uvm", "510:0");
  expect_refusal({"attach", "lxc:web", "01:00.0"}, ErrorKind::refused,
                 "/dev/nvidia-uvm has the number 510:0");
  tree.file(k_config, "# gpupass 0000:01:00.0: end\n");
  expect_refusal({"attach", "lxc:web", "02:00.0"}, ErrorKind::invalid,
                 "/var/lib/lxc/web/config: line 1: a gpupass block ends that never began");
  expect_refusal({"detach", "lxc:web"}, ErrorKind::invalid, "remove gpupass's lines from the file by hand");
  tree.file(k_config, std::string(std::size_t{2} << 20U, 'x'));
  expect_refusal({"attach", "lxc:web", "02:00.0"}, ErrorKind::invalid, k_config);
}

TEST_F(ContainerLxc, FilesThatOthersWriteAreLeftAlone) {
  tree.file("/etc/precious", "x").link("/var/lib/lxc/linked/config", "/etc/precious");
  expect_refusal({"attach", "lxc:linked", "02:00.0"}, ErrorKind::refused, "is a symbolic link");
  kernel.writable_by_others.insert(k_config);
  expect_refusal({"attach", "lxc:web", "02:00.0"}, ErrorKind::refused, "");
  EXPECT_THAT(err, HasSubstr("root alone may be able to write it"));
  kernel.writable_by_others.clear();
  tree.file("/etc/pve/lxc/101.conf", "x").file("/var/lib/lxc/101/config", "x\n");
  expect_refusal({"attach", "lxc:101", "02:00.0"}, ErrorKind::refused, "is a container of Proxmox VE");
  EXPECT_THAT(err, HasSubstr("pct set 101 --dev0"));
  tree.dir("/var/lib/incus/containers/dev");
  expect_refusal({"attach", "lxc:dev", "02:00.0"}, ErrorKind::refused, "is a container of Incus");
  EXPECT_THAT(err, HasSubstr("incus config device add dev gpu0 gpu pci=0000:01:00.0"));
}

TEST_F(ContainerLxc, WhatWasInterruptedKeepsOthersAwayAndIsUndone) {
  struct PowerCut {};
  kernel.after_change = [&](const test::FakeKernel::Change& change) {
    if (change.path == k_config) throw PowerCut{};
    return 0;
  };
  EXPECT_THROW((void)run({"attach", "lxc:web", "03:00.0"}), PowerCut);
  kernel.after_change = {};
  expect_refusal({"attach", "lxc:web", "02:00.0"}, ErrorKind::busy, "gpupass recover");
  const auto said = test::run_line({kernel, test::idle_libvirt, test::source(), "fake:///"}, {"recover"}, {});
  EXPECT_EQ(said.status, 0) << said.err;
  EXPECT_EQ(kernel.read(k_config).value(), k_text);
}

// ---- libvirt's containers -------------------------------------------------------------------------

TEST_F(ContainerLxc, LibvirtsAreRefusedBeforeAnythingIsAsked) {
  const auto before = test::snapshot(tree.root());
  for (const auto* const uri : {"lxc:///", "lxc:///system", "lxc+unix:///system"}) {
    const auto asked = [](const std::string&,
                          std::chrono::milliseconds) -> Result<std::unique_ptr<Hypervisor>> {
      ADD_FAILURE() << "libvirt was asked";
      return fail(ErrorKind::hypervisor, "asked");
    };
    const auto said = test::run_line({kernel, asked, test::source(), "fake:///"},
                                     {"attach", "web", "01:00.0", "--connect", uri}, {.columns = 400});
    EXPECT_EQ(said.status, exit_code(ErrorKind::unsupported));
    EXPECT_THAT(said.err,
                AllOf(HasSubstr("libvirt starts no container that has a PCI device"),
                      HasSubstr("nothing was changed"), HasSubstr("gpupass container attach lxc:web 01:00.0"),
                      HasSubstr("gpupass container flags 01:00.0 --engine libvirt-lxc")));
  }
  EXPECT_EQ(test::snapshot(tree.root()), before);
}

}  // namespace
}  // namespace gpupass::cli
