// SPDX-License-Identifier: GPL-2.0-or-later
// Cards for containers: what is shown, written, removed and refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gpupass/container/cdi.hpp"
#include "gpupass/core/json.hpp"
#include "gpupass/holds.hpp"
#include "gpupass/journal.hpp"
#include "gpupass/session/container.hpp"
#include "support/command.hpp"
#include "support/fake_kernel.hpp"
#include "support/golden.hpp"
#include "support/gpu_host.hpp"

namespace gpupass::cli {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const char* const k_file = session::k_cdi_file;

class Container : public testing::Test {
 protected:
  Container() {
    test::add_gpu_host(tree);
    before = test::snapshot(tree.root());
  }

  int run(std::vector<std::string> words) {
    words.insert(words.begin(), "container");
    auto said =
        test::run_line({kernel, test::idle_libvirt, test::source(), "fake:///"}, words, {.columns = 200});
    out = std::move(said.out);
    err = std::move(said.err);
    return said.status;
  }

  /// Refused with this status and these words, and nothing changed.
  void expect_refusal(const std::vector<std::string>& words, int status, const char* why) {
    const auto now = test::snapshot(tree.at("/etc"));
    EXPECT_EQ(run(words), status) << out << err;
    EXPECT_THAT(err, HasSubstr(why));
    EXPECT_EQ(test::snapshot(tree.at("/etc")), now);
    EXPECT_FALSE(kernel.exists("/var/lib/gpupass/cdi.json"));
  }

  [[nodiscard]] container::CdiFile written(const std::string& path = k_file) const {
    return container::read_cdi(path, kernel.read(path).value());
  }

  test::Tree tree;
  test::FakeKernel kernel{tree};
  std::string before, out, err;
};

TEST_F(Container, IsDescribedAndForgottenAgain) {
  ASSERT_EQ(run({"write"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("0000:01:00.0, 0000:02:00.0, 0000:03:00.0 and 0000:04:00.0 are described in "
                             "/etc/cdi/gpupass.json; `podman run --device gpupass/card=0000:01:00.0 …`"));
  const auto file = written();
  EXPECT_THAT(file.faults, IsEmpty());
  EXPECT_EQ(file.version, "0.5.0");
  ASSERT_EQ(file.devices.size(), 5U);
  EXPECT_EQ(file.devices[3].name, "vfio-0000:04:00.0");
  EXPECT_EQ(file.devices[4].name, "all");
  EXPECT_EQ(kernel.mode_of(k_file), 0644U);
  EXPECT_THAT(load_journals(kernel).value(), IsEmpty());

  ASSERT_EQ(run({"write", "--format", "json"}), 0) << err;
  EXPECT_EQ(core::Json::parse(out).at("changed"), false);

  ASSERT_EQ(run({"remove"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("/etc/cdi/gpupass.json is removed"));
  EXPECT_FALSE(kernel.exists(k_file));
  EXPECT_FALSE(kernel.exists("/var/lib/gpupass/cdi.json"));
  ASSERT_EQ(run({"remove"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("unchanged: gpupass has written nothing for containers"));
}

TEST_F(Container, ADryRunChangesNothing) {
  ASSERT_EQ(run({"write", "01:00.0", "--dry-run"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("write /etc/cdi/gpupass.json and /var/lib/gpupass/cdi.json"));
  EXPECT_EQ(test::snapshot(tree.root()), before);
}

TEST_F(Container, OnlyWhatIsNamedIsDescribed) {
  ASSERT_EQ(run({"write", "03:00.0", "--output", "/var/run/cdi/one.json"}), 0) << err;
  EXPECT_EQ(written("/var/run/cdi/one.json").devices.size(), 2U);  // it, and all
  EXPECT_FALSE(kernel.exists(k_file));
  ASSERT_EQ(run({"remove", "--output", "/var/run/cdi/one.json"}), 0) << err;
  EXPECT_FALSE(kernel.exists("/var/run/cdi/one.json"));
}

TEST_F(Container, WhatCannotBeWrittenIsPutBack) {
  tree.dir("/etc/cdi");
  before = test::snapshot(tree.at("/etc"));
  for (const std::string path : {"/var/lib/gpupass/cdi.json", k_file}) {
    kernel.after_change = {};
    kernel.before_change = [&](const test::FakeKernel::Change& change) {
      return change.path == path ? ENOSPC : 0;
    };
    EXPECT_EQ(run({"write"}), exit_code(ErrorKind::system)) << path << out << err;
    kernel.before_change = {};
    EXPECT_EQ(test::snapshot(tree.at("/etc")), before) << path;
    EXPECT_FALSE(kernel.exists("/var/lib/gpupass/cdi.json"));
    EXPECT_THAT(load_journals(kernel).value(), IsEmpty());
  }
}

TEST_F(Container, WhatWasInterruptedIsUndone) {
  struct PowerCut {};
  kernel.before_change = [&](const test::FakeKernel::Change& change) {
    if (change.path == "/var/lib/gpupass/cdi.json") throw PowerCut{};
    return 0;
  };
  EXPECT_THROW((void)run({"write"}), PowerCut);
  kernel.before_change = {};
  EXPECT_TRUE(kernel.exists(k_file));
  expect_refusal({"write"}, exit_code(ErrorKind::busy), "gpupass recover");
  const auto said = test::run_line({kernel, test::idle_libvirt, test::source(), "fake:///"}, {"recover"}, {});
  EXPECT_EQ(said.status, 0) << said.err;
  EXPECT_FALSE(kernel.exists(k_file));
}

// ---- refused --------------------------------------------------------------------------------------

TEST_F(Container, AFileThatIsNotGpupasssIsLeftAlone) {
  tree.file(k_file, R"({"cdiVersion": "0.5.0", "kind": "other.com/gpu", "devices": []})");
  expect_refusal({"write"}, exit_code(ErrorKind::refused), "exists, and is not gpupass's");
  expect_refusal({"remove", "--output", k_file}, exit_code(ErrorKind::refused),
                 "exists, and is not gpupass's");
  tree.file(k_file, "no JSON");
  expect_refusal({"write"}, exit_code(ErrorKind::refused), "exists, and is not gpupass's");
}

TEST_F(Container, AFileThatSomebodyChangedIsLeftAlone) {
  ASSERT_EQ(run({"write"}), 0) << err;
  tree.file(k_file, kernel.read(k_file).value() + " ");
  for (const auto* const action : {"write", "remove"}) {
    EXPECT_EQ(run({action}), exit_code(ErrorKind::refused)) << action;
    EXPECT_THAT(err, AllOf(HasSubstr("is not as gpupass wrote it"), HasSubstr("rm /etc/cdi/gpupass.json"),
                           HasSubstr("nothing was changed")));
    EXPECT_TRUE(kernel.exists(k_file));
  }
  tree.remove(k_file);  // as the hint says
  ASSERT_EQ(run({"write"}), 0) << err;
  ASSERT_EQ(run({"remove"}), 0) << err;
}

TEST_F(Container, NoNameIsDefinedTwice) {
  ASSERT_EQ(run({"write"}), 0) << err;
  EXPECT_EQ(run({"write", "01:00.0", "--output", "/etc/cdi/second.json"}), exit_code(ErrorKind::refused));
  EXPECT_THAT(err, AllOf(HasSubstr("/etc/cdi/gpupass.json defines gpupass/card=0000:01:00.0 already"),
                         HasSubstr("gpupass container remove --output /etc/cdi/gpupass.json")));
  EXPECT_FALSE(kernel.exists("/etc/cdi/second.json"));
}

TEST_F(Container, PlacesThatAreNoneAreRefused) {
  tree.file("/etc/precious", "x").link("/etc/cdi/linked.json", "../precious");
  expect_refusal({"write", "--output", "/etc/cdi/linked.json"}, exit_code(ErrorKind::refused),
                 "is a symbolic link");
  expect_refusal({"write", "--output", "/etc/cdi/x.yaml"}, exit_code(ErrorKind::usage), "end in .json");
  kernel.writable_by_others.insert("/etc");
  expect_refusal({"write", "--output", "/etc/other/x.json"}, exit_code(ErrorKind::refused),
                 "root alone writes");
}

TEST_F(Container, ACardThatIsAGuestsOrAJobsIsNotGiven) {
  Hold hold;
  hold.device = parse_pci_address(test::k_vfio_card).value();
  hold.owners = {job("slurm:1")};
  ASSERT_TRUE(save_hold(kernel, hold));
  expect_refusal({"write", "04:00.0"}, exit_code(ErrorKind::busy), "it is reserved for job slurm:1");
  EXPECT_THAT(err, HasSubstr("gpupass unbind 0000:04:00.0 --for slurm:1"));
  ASSERT_EQ(run({"write"}), 0) << err;  // the others
  EXPECT_THAT(err, HasSubstr("left out: 0000:04:00.0"));
  EXPECT_EQ(written().devices.size(), 4U);
}

TEST_F(Container, AGroupThatAProgramHasOpenIsNotGiven) {
  tree.file("/proc/80/comm", "qemu-system-x86\n").link("/proc/80/fd/9", "/dev/vfio/14");
  expect_refusal({"write", "04:00.0"}, exit_code(ErrorKind::busy),
                 "qemu-system-x86 (pid 80) has /dev/vfio/14 open");
}

TEST_F(Container, WhatIsWrongWithACardIsSaidWithWhatHelps) {
  test::add_node(tree, "/dev/nvidia-uvm", "510:0");
  expect_refusal({"write", "01:00.0"}, exit_code(ErrorKind::refused),
                 "/dev/nvidia-uvm has the number 510:0, but the driver's is 507:0");
  EXPECT_THAT(err, HasSubstr("nvidia-modprobe -c 0 -u"));
  expect_refusal({"flags", "01:00.0", "--engine", "docker"}, exit_code(ErrorKind::refused), "510:0");
  expect_refusal({"write", "00:01.0"}, exit_code(ErrorKind::refused),
                 "is not a graphics or accelerator card");
  expect_refusal({"write", "09:00.0"}, exit_code(ErrorKind::not_found), "09:00.0");
}

TEST_F(Container, WithoutAnyCardThereIsNothingToDescribe) {
  tree.remove("/dev");
  tree.file("/dev/null", "c 1:3 0666 0\n");
  expect_refusal({"write"}, exit_code(ErrorKind::not_found), "there is no card that a container can have");
  EXPECT_THAT(err, HasSubstr("its node /dev/dri/renderD129 does not exist"));
}

TEST_F(Container, ACapturedMachineIsLookedAtAndNeverChanged) {
  const Host captured(tree.root());
  const auto look = [&](const std::vector<std::string>& words) {
    auto& host = const_cast<Host&>(captured);  // NOLINT(cppcoreguidelines-pro-type-const-cast)
    return test::run_line({host, test::idle_libvirt, test::source(), "fake:///"}, words, {});
  };
  EXPECT_EQ(look({"container", "list"}).status, 0);
  EXPECT_EQ(look({"container", "write", "--dry-run"}).status, 0);
  EXPECT_EQ(look({"container", "write"}).status, exit_code(ErrorKind::refused));
  EXPECT_EQ(look({"container", "remove"}).status, exit_code(ErrorKind::refused));
  EXPECT_EQ(test::snapshot(tree.root()), before);
}

TEST_F(Container, TheDoctorSaysWhatKeepsContainersFromACard) {
  const auto doctor = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"doctor", "--container"});
    return test::run_line({kernel, test::idle_libvirt, test::source(), "fake:///"}, words, {.columns = 200});
  };
  EXPECT_EQ(doctor({}).status, 0);
  EXPECT_EQ(doctor({"01:00.0"}).status, 2);
  tree.remove("/dev/nvidia-uvm");
  const auto said = doctor({});
  EXPECT_EQ(said.status, 1);
  EXPECT_THAT(said.out, AllOf(HasSubstr("/dev/nvidia-uvm does not exist [device-nodes]"),
                              HasSubstr("nvidia-modprobe -c 0 -u")));
  const auto json = core::Json::parse(doctor({"--format", "json"}).out);
  EXPECT_EQ(json.at("blocks"), true);
  EXPECT_EQ(json.at("rules").at(0).at("id"), "driver-versions");
}

// ---- for one engine -------------------------------------------------------------------------------

TEST_F(Container, AnEngineThatReadsNoFileIsRefusedAndOneThatNeedsASwitchIsTold) {
  std::string said = "Docker version 20.10.24+dfsg1, build 297e128";
  kernel.on_run = [&](const Program& program) -> std::optional<ProgramEnd> {
    if (program.argv.front() != "docker") return std::nullopt;
    return ProgramEnd{0, said, ""};
  };
  expect_refusal({"write", "--engine", "docker"}, exit_code(ErrorKind::unsupported),
                 "Docker 20.10.24 does not read CDI files");
  EXPECT_THAT(err, HasSubstr("gpupass container flags SELECTOR --engine docker"));
  expect_refusal({"write", "--engine", "lxc"}, exit_code(ErrorKind::usage),
                 "--engine is one of docker, podman, containerd, cri-o");
  said = "Docker version 27.1.0, build 1";
  ASSERT_EQ(run({"write", "--engine", "docker"}), 0) << err;
  EXPECT_THAT(err, HasSubstr("\"features\": {\"cdi\": true}"));
  EXPECT_TRUE(kernel.exists(k_file));
  ASSERT_EQ(run({"remove"}), 0) << err;
  tree.file("/etc/docker/daemon.json", R"({"features": {"cdi": true}, "cdi-spec-dirs": ["/srv/cdi"]})");
  ASSERT_EQ(run({"write", "--engine", "docker"}), 0) << err;
  EXPECT_THAT(err, IsEmpty());
  EXPECT_TRUE(kernel.exists("/srv/cdi/gpupass.json"));
  ASSERT_EQ(run({"write", "--engine", "podman", "--dry-run"}), 0) << err;
  EXPECT_THAT(err, HasSubstr("Podman is not installed here"));
}

// ---- words ----------------------------------------------------------------------------------------

TEST_F(Container, FlagsNeedAnEngineAndACard) {
  expect_refusal({"flags", "01:00.0"}, 2, "no engine is named");
  expect_refusal({"flags", "01:00.0", "--engine", "rkt"}, 2,
                 "--engine is one of docker, podman, compose, lxc, libvirt-lxc, systemd-nspawn");
  expect_refusal({"flags", "--engine", "docker"}, 2, "");
  ASSERT_EQ(run({"flags", "02:00.0", "--engine", "docker"}), 0) << err;
  EXPECT_EQ(out, "--device=/dev/dri/renderD129 --device=/dev/kfd --group-add=993\n");
  ASSERT_EQ(run({"flags", "02:00.0", "--engine", "compose"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("    devices:\n      - \"/dev/dri/renderD129:/dev/dri/renderD129\"\n"));
  ASSERT_EQ(run({"flags", "03:00.0", "--engine", "lxc"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("lxc.cgroup.devices.allow = c 226:130 rw\n"));
  tree.file("/sys/fs/cgroup/cgroup.controllers", "cpu\n");
  ASSERT_EQ(run({"flags", "03:00.0", "--engine", "lxc"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("lxc.cgroup2.devices.allow = c 226:130 rw\n"));
}

TEST_F(Container, TheListSaysWhoHasACard) {
  const std::string id(64, 'a');
  tree.file("/proc/70/comm", "python3\n")
      .file("/proc/70/cgroup", "0::/system.slice/docker-" + id + ".scope\n");
  tree.link("/proc/70/fd/3", "/dev/nvidia0");
  tree.file("/var/lib/docker/containers/" + id + "/config.v2.json", R"({"Name": "/web"})");
  tree.file("/proc/71/comm", "train\n").link("/proc/71/fd/3", "/dev/nvidia0");
  ASSERT_EQ(run({"list"}), 0) << err;
  EXPECT_THAT(out, AllOf(ContainsRegex("0000:01:00.0 .* nvidia +yes +/dev/nvidia0 \\(195:0\\)"),
                         HasSubstr("0000:01:00.0 is used by docker container web: python3 (pid 70)"),
                         HasSubstr("0000:01:00.0 is used by train (pid 71)"),
                         HasSubstr("NVIDIA's driver 580.159.04"), HasSubstr("No CDI file defines a card")));
}

TEST_F(Container, TheListSaysWhichContainersHaveACardThatTheyDoNotUse) {
  const std::string id(64, 'b');
  tree.link("/proc/1/ns/mnt", "mnt:[1]");
  tree.file("/proc/80/comm", "sleep\n")
      .file("/proc/80/cgroup", "0::/system.slice/docker-" + id + ".scope\n")
      .link("/proc/80/ns/mnt", "mnt:[2]");
  tree.file("/var/lib/docker/containers/" + id + "/config.v2.json", R"({"Name": "/idle"})");
  test::add_node(tree, "/proc/80/root/dev/gpu0", "195:0");  // by another name
  test::add_node(tree, "/proc/80/root/dev/null", "1:3");
  ASSERT_EQ(run({"list"}), 0) << err;
  EXPECT_THAT(out,
              HasSubstr("0000:01:00.0 is in docker container idle, as /dev/gpu0: no process there has it "
                        "open"));
  EXPECT_THAT(out, Not(HasSubstr("0000:03:00.0 is in")));
  ASSERT_EQ(run({"list", "--format", "json"}), 0) << err;
  const auto cards = core::Json::parse(out).at("cards");
  EXPECT_EQ(cards.at(0).at("idle_in").at(0).at("name"), "idle");
  EXPECT_THAT(cards.at(1).at("idle_in"), IsEmpty());

  tree.link("/proc/80/fd/3", "/dev/nvidia0");
  ASSERT_EQ(run({"list"}), 0) << err;
  EXPECT_THAT(out, AllOf(HasSubstr("is used by docker container idle: sleep (pid 80)"),
                         Not(HasSubstr("no process there"))));
}

TEST_F(Container, AContainersDevLeadsNowhereElse) {
  tree.link("/proc/1/ns/mnt", "mnt:[1]");
  tree.file("/proc/80/comm", "sleep\n")
      .file("/proc/80/cgroup", "0::/lxc/c1\n")
      .link("/proc/80/ns/mnt", "mnt:[2]")
      .link("/proc/80/root/dev", "../../../dev");  // out of it, to the host's
  ASSERT_EQ(run({"list"}), 0) << err;
  EXPECT_THAT(out, Not(HasSubstr("no process there")));
}

TEST_F(Container, TheListSaysWhatIsWrongWithFiles) {
  const std::string device = R"("devices": [{"name": "0", "containerEdits": {"env": ["A=b"]}}]})";
  const auto file = R"({"cdiVersion": "0.5.0", "kind": "v.com/gpu", )" + device;
  tree.file("/etc/cdi/a.json", file).file("/etc/cdi/b.json", file).file("/etc/cdi/c.json", "{");
  tree.file("/etc/cdi/d.json", R"({"cdiVersion": "0.3.0", "kind": "w.com/gpu", )" + device);
  ASSERT_EQ(run({"list"}), 0) << err;
  EXPECT_THAT(out, AllOf(ContainsRegex("v.com/gpu=0 +/etc/cdi/a.json, /etc/cdi/b.json +defined twice"),
                         HasSubstr("/etc/cdi/c.json cannot be read"),
                         HasSubstr("/etc/cdi/d.json: engines ignore it: it states version 0.3.0"),
                         Not(HasSubstr("w.com/gpu=0"))));
}

}  // namespace
}  // namespace gpupass::cli
