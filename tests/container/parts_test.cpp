// SPDX-License-Identifier: GPL-2.0-or-later
// What a container gets, as a CDI specification and as words.
#include "gpupass/container/parts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "container/yaml.hpp"
#include "gpupass/container/description.hpp"
#include "gpupass/core/json.hpp"

namespace gpupass::container {
namespace {

using core::Json;
using testing::HasSubstr;

Node node(const char* path, const char* number, mode_t mode = 0666, gid_t group = 0) {
  return {path, number, number, mode, group};
}

Card card(const char* address, Way way, std::vector<Node> nodes, std::optional<int> group = {}) {
  Card card{parse_pci_address(address).value(), {parse_pci_address(address).value()}, way};
  card.nodes = std::move(nodes);
  card.group = group;
  return card;
}

Machine machine() {
  Machine machine;
  machine.cards = {card("0000:01:00.0", Way::nvidia, {node("/dev/nvidia0", "195:0")}),
                   card("0000:02:00.0", Way::amd, {node("/dev/dri/renderD129", "226:129", 0660, 993)}),
                   card("0000:04:00.0", Way::vfio, {node("/dev/vfio/14", "241:0", 0600)}, 14)};
  machine.kfd = {node("/dev/kfd", "236:0", 0660, 993)};
  machine.vfio = {node("/dev/vfio/vfio", "10:196")};
  NvidiaDriver driver;
  driver.version = "580.1";
  driver.nodes = {node("/dev/nvidiactl", "195:255"), node("/dev/nvidia-uvm", "507:0")};
  driver.libraries = {{"/opt/libcuda.so.580.1", "/usr/lib64/libcuda.so.1"}};
  driver.others = {{"/run/s", "/run/s", true}};
  machine.nvidia = driver;
  return machine;
}

std::vector<const Card*> all_of(const Machine& machine) {
  std::vector<const Card*> cards;
  for (const auto& card : machine.cards) cards.push_back(&card);
  return cards;
}

TEST(Specification, HasADeviceForEachCardAndOneForAllThatAreOnTheHostsDrivers) {
  const auto whole = machine();
  EXPECT_EQ(Json::parse(specification(whole, all_of(whole))), Json::parse(R"({
    "cdiVersion": "0.5.0", "kind": "gpupass/card", "devices": [
      {"name": "0000:01:00.0", "containerEdits": {"env": ["NVIDIA_VISIBLE_DEVICES=void"],
        "deviceNodes": [{"path": "/dev/nvidia0", "permissions": "rw"}, {"path": "/dev/nvidiactl", "permissions": "rw"},
                        {"path": "/dev/nvidia-uvm", "permissions": "rw"}],
        "mounts": [{"hostPath": "/opt/libcuda.so.580.1", "containerPath": "/usr/lib64/libcuda.so.1",
                    "options": ["rbind", "rprivate", "nosuid", "nodev", "ro"]},
                   {"hostPath": "/run/s", "containerPath": "/run/s",
                    "options": ["rbind", "rprivate", "nosuid", "nodev", "noexec"]}]}},
      {"name": "0000:02:00.0", "containerEdits": {
        "deviceNodes": [{"path": "/dev/dri/renderD129", "permissions": "rw"}, {"path": "/dev/kfd", "permissions": "rw"}]}},
      {"name": "vfio-0000:04:00.0", "containerEdits": {"env": ["NVIDIA_VISIBLE_DEVICES=void"],
        "deviceNodes": [{"path": "/dev/vfio/14", "permissions": "rw"}, {"path": "/dev/vfio/vfio", "permissions": "rw"}]}},
      {"name": "all", "containerEdits": {"env": ["NVIDIA_VISIBLE_DEVICES=void"],
        "deviceNodes": [{"path": "/dev/nvidia0", "permissions": "rw"}, {"path": "/dev/nvidiactl", "permissions": "rw"},
                        {"path": "/dev/nvidia-uvm", "permissions": "rw"},
                        {"path": "/dev/dri/renderD129", "permissions": "rw"}, {"path": "/dev/kfd", "permissions": "rw"}],
        "mounts": [{"hostPath": "/opt/libcuda.so.580.1", "containerPath": "/usr/lib64/libcuda.so.1",
                    "options": ["rbind", "rprivate", "nosuid", "nodev", "ro"]},
                   {"hostPath": "/run/s", "containerPath": "/run/s",
                    "options": ["rbind", "rprivate", "nosuid", "nodev", "noexec"]}]}}]})"));
}

TEST(Specification, IsOneThatGpupassReadsWithoutAFault) {
  const auto whole = machine();
  const auto file = read_cdi("/etc/cdi/gpupass.json", specification(whole, all_of(whole)));
  EXPECT_EQ(file.unread, "");
  EXPECT_TRUE(file.faults.empty());
  EXPECT_EQ(names_of({file}).size(), 4U);
}

std::string words(const Machine& whole, std::size_t card, Engine engine, bool unified = true) {
  return flags(parts_of(whole, {&whole.cards[card]}), engine, unified).value();
}

TEST(Flags, OfDockerAndPodmanAreOneLine) {
  const auto whole = machine();
  EXPECT_EQ(words(whole, 0, Engine::docker),
            "--device=/dev/nvidia0 --device=/dev/nvidiactl --device=/dev/nvidia-uvm "
            "--volume=/opt/libcuda.so.580.1:/usr/lib64/libcuda.so.1:ro --volume=/run/s:/run/s "
            "--env=NVIDIA_VISIBLE_DEVICES=void\n");
  EXPECT_EQ(words(whole, 1, Engine::podman),
            "--device=/dev/dri/renderD129 --device=/dev/kfd --group-add=993\n");
  EXPECT_EQ(words(whole, 2, Engine::docker),
            "--device=/dev/vfio/14 --device=/dev/vfio/vfio --ulimit=memlock=-1:-1 "
            "--env=NVIDIA_VISIBLE_DEVICES=void\n");
}

TEST(Flags, OfSystemdNspawn) {
  const auto whole = machine();
  EXPECT_EQ(words(whole, 1, Engine::nspawn),
            "--bind=/dev/dri/renderD129 --property=DeviceAllow=/dev/dri/renderD129 "
            "--bind=/dev/kfd --property=DeviceAllow=/dev/kfd\n");
}

TEST(Flags, OfLxcAreLinesWithTheNumbersOfNow) {
  const auto whole = machine();
  EXPECT_EQ(
      words(whole, 0, Engine::lxc),
      "# These are the current numbers: a driver may get others after a restart.\n"
      "lxc.cgroup2.devices.allow = c 195:0 rw\n"
      "lxc.mount.entry = /dev/nvidia0 dev/nvidia0 none bind,create=file 0 0\n"
      "lxc.cgroup2.devices.allow = c 195:255 rw\n"
      "lxc.mount.entry = /dev/nvidiactl dev/nvidiactl none bind,create=file 0 0\n"
      "lxc.cgroup2.devices.allow = c 507:0 rw\n"
      "lxc.mount.entry = /dev/nvidia-uvm dev/nvidia-uvm none bind,create=file 0 0\n"
      "lxc.mount.entry = /opt/libcuda.so.580.1 usr/lib64/libcuda.so.1 none ro,optional,bind,create=file 0 0\n"
      "lxc.mount.entry = /run/s run/s none bind,create=file 0 0\n"
      "lxc.environment = NVIDIA_VISIBLE_DEVICES=void\n");
  EXPECT_THAT(words(whole, 0, Engine::lxc, false), HasSubstr("lxc.cgroup.devices.allow = c 195:0 rw\n"));
}

/// What gpupass's reader of YAML makes of the file for Compose; it knows no negative numbers.
Json compose(const Machine& whole, std::size_t card) {
  return parse_yaml(words(whole, card, Engine::compose), "card.yaml").value();
}

TEST(Flags, OfComposeAreAServiceThatOthersExtend) {
  const auto whole = machine();
  EXPECT_EQ(compose(whole, 0), Json::parse(R"({"services": {"card": {
    "devices": ["/dev/nvidia0:/dev/nvidia0", "/dev/nvidiactl:/dev/nvidiactl", "/dev/nvidia-uvm:/dev/nvidia-uvm"],
    "volumes": [{"type": "bind", "source": "/opt/libcuda.so.580.1", "target": "/usr/lib64/libcuda.so.1",
                 "read_only": true, "bind": {"create_host_path": false}},
                {"type": "bind", "source": "/run/s", "target": "/run/s", "bind": {"create_host_path": false}}],
    "environment": ["NVIDIA_VISIBLE_DEVICES=void"]}}})"));
  EXPECT_EQ(compose(whole, 1), Json::parse(R"({"services": {"card": {
    "devices": ["/dev/dri/renderD129:/dev/dri/renderD129", "/dev/kfd:/dev/kfd"], "group_add": ["993"]}}})"));
  EXPECT_EQ(compose(whole, 2), Json::parse(R"({"services": {"card": {
    "devices": ["/dev/vfio/14:/dev/vfio/14", "/dev/vfio/vfio:/dev/vfio/vfio"], "ulimits": {"memlock": "-1"},
    "environment": ["NVIDIA_VISIBLE_DEVICES=void"]}}})"));
}

TEST(Flags, OfComposeKeepAnyPathTogether) {
  for (const std::string path : {"/a b", "/a: b", "/a #b", "/a'\"\\b", "/- *&!|>%@`b", "/ü", "/a{b}[c]"}) {
    auto whole = machine();
    whole.nvidia->libraries[0].host = path;
    EXPECT_EQ(compose(whole, 0).at("services").at("card").at("volumes").at(0).at("source"), path);
  }
  auto whole = machine();
  whole.nvidia->libraries[0].host = "/a$b";  // for Compose a variable
  EXPECT_THAT(words(whole, 0, Engine::compose), HasSubstr("source: \"/a$$b\"\n"));
  whole.nvidia->libraries[0].host = "/a\xff";
  const auto text = flags(parts_of(whole, {&whole.cards[0]}), Engine::compose, true);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().kind, ErrorKind::invalid);
}

TEST(Flags, APathThatAShellWouldTakeApartIsRefused) {
  for (const auto* const path : {"/a b", "/a$(id)", "/a:b", "/a*", "/a\nb", "/a;b"}) {
    auto whole = machine();
    whole.nvidia->libraries[0].host = path;
    const auto text = flags(parts_of(whole, {&whole.cards[0]}), Engine::docker, true);
    ASSERT_FALSE(text) << path;
    EXPECT_EQ(text.error().kind, ErrorKind::invalid);
  }
}

TEST(Flags, EnginesHaveTheirNames) {
  EXPECT_EQ(engine_named("systemd-nspawn"), Engine::nspawn);
  EXPECT_EQ(engine_named("containerd"), std::nullopt);
  EXPECT_EQ(engine_names(), "docker, podman, compose, lxc, libvirt-lxc, systemd-nspawn");
}

}  // namespace
}  // namespace gpupass::container
