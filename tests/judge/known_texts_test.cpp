// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/judge/known_texts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <set>

#include "gpupass/judge/rules.hpp"
#include "support/golden.hpp"

namespace gpupass::judge {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> ids_in(std::string_view text) {
  std::vector<std::string> ids;
  for (const auto* const known : known_in(text)) ids.emplace_back(known->id);
  return ids;
}

/// As they were printed.
struct Printed {
  const char* text;
  const char* id;
};
class KnownTexts : public testing::TestWithParam<Printed> {};

TEST_P(KnownTexts, AreKnownWhereverTheyStand) {
  EXPECT_THAT(ids_in(GetParam().text), ElementsAre(GetParam().id));
  EXPECT_THAT(ids_in(std::string("line 1\n2026-11-27 web: ") + GetParam().text + " …\nlast"),
              ElementsAre(GetParam().id));
}

INSTANTIATE_TEST_SUITE_P(
    Printed, KnownTexts,
    testing::Values(
        Printed{"Failed to initialize NVML: Unknown Error", "lost-devices"},
        Printed{"docker: Error response from daemon: could not select device driver \"\" with capabilities: "
                "[[gpu]].",
                "no-device-driver"},
        Printed{
            "docker: Error response from daemon: could not select device driver \"cdi\" with capabilities: "
            "[].",
            "cdi-switched-off"},
        Printed{"Error response from daemon: error gathering device information while adding custom device "
                "\"gpupass/card=0000\": no such file or directory",
                "cdi-name-as-path"},
        Printed{"Failed to initialize NVML: Driver/library version mismatch", "driver-mismatch"},
        Printed{"nvidia-container-cli: initialization error: nvml error: driver/library version mismatch",
                "driver-mismatch"},
        Printed{"NVRM: API mismatch: the client has the version 515.48.07, but", "driver-mismatch"},
        Printed{"nvidia-container-cli: requirement error: unsatisfied condition: cuda>=12.8, please update "
                "your driver "
                "to a newer version, or use an earlier cuda container",
                "image-requires"},
        Printed{"Error 804: forward compatibility was attempted on non supported HW",
                "forward-compatibility"},
        Printed{"Error: setting up CDI devices: unresolvable CDI devices nvidia.com/gpu=all",
                "unresolvable-name"},
        Printed{"nvidia-container-cli: mount error: failed to add device rules: unable to find any existing "
                "device "
                "filters attached to the cgroup: bpf_prog_query(BPF_CGROUP_DEVICE) failed: operation not "
                "permitted",
                "device-filter"},
        Printed{
            "mount error: open failed: /sys/fs/cgroup/devices/user.slice/devices.allow: permission denied",
            "device-filter"},
        Printed{"error getting parent memory info: Insufficient Permissions", "mig-nodes"},
        Printed{"At least one device with migEnabled=true was not configured correctly: No MIG devices "
                "associated with "
                "/dev/nvidia0",
                "mig-nodes"},
        Printed{"lstat /dev/nvidia-uvm: no such file or directory", "uvm-node"},
        Printed{"Unable to open /dev/kfd read-write: Permission denied", "kfd"},
        Printed{"nvidia-container-cli: initialization error: load library failed: libnvidia-ml.so.1: cannot "
                "open shared "
                "object file: no such file or directory",
                "no-driver-library"},
        Printed{"libnvidia-egl-wayland.so.1.1.13 not found", "stale-file"},
        Printed{"cannot stat `/usr/lib/libcuda.so.575.57.08`: No such file or directory", "stale-file"},
        Printed{"Error 803: system has unsupported display driver / cuda driver combination", "two-drivers"},
        Printed{"no CUDA-capable device is detected", "no-cuda-card"},
        Printed{"CUDA driver version is insufficient for CUDA runtime version", "no-library"},
        Printed{"Error 802: system not yet initialized", "fabric"},
        Printed{"docker: Error response from daemon: failed to discover GPU vendor from CDI: no known GPU "
                "vendor found",
                "no-vendor"},
        Printed{"invalid device, empty device edits", "empty-edits"},
        Printed{"Failed to initialize NVML: Insufficient Permissions", "selinux"},
        Printed{"gpu device \"gpu-0\" has open fds by process(es): [1 2]", "in-use"},
        Printed{"conf.c:lxc_setup:4437 - Failed to run mount hooks", "lxc-hook"},
        Printed{"Error: crun: executable file `nvidia-smi` not found in $PATH: No such file or directory: "
                "OCI runtime "
                "attempted to invoke a command that was not found",
                "nothing-given"},
        Printed{"nvidia-container-cli: ldcache error: process /usr/sbin/ldconfig failed with error code: 1",
                "linker-cache"},
        Printed{"Error: stat nvidia.com/gpu=0: no such file or directory", "podman-without-cdi"},
        Printed{"container.Runtime.Name must be set", "runtime-type"},
        Printed{"NCCL INFO Channel 00/0 : 0[0] -> 1[0] [send] via NET/Socket/0", "nccl-sockets"}),
    [](const auto& one) { return std::to_string(one.index); });

TEST(KnownTextsTable, NothingIsSeenInOtherTexts) {
  for (const auto* const text :
       {"", "\n\n", "all is well", "could not select device driver", "with capabilities: [[gpu]]",
        "could not select device driver\nwith capabilities: [[gpu]]"})
    EXPECT_THAT(known_in(text), IsEmpty()) << text;
}

TEST(KnownTextsTable, HasEachIdOnceAndRulesThatDoctorAsksForContainers) {
  std::set<std::string> ids, rules;
  for (const auto& rule : asked_on(Occasion::container)) rules.insert(rule.id);
  for (const auto& known : known_texts()) {
    EXPECT_TRUE(ids.insert(known.id).second) << known.id;
    EXPECT_NE(known.patterns.front(), nullptr) << known.id;
    EXPECT_TRUE(*known.rule == '\0' || rules.contains(known.rule)) << known.rule;
  }
}

TEST(KnownTextsTable, IsInTheDocument) {
  const auto document = test::read_fixture(std::filesystem::path("../docs/containers.md"));
  std::string rows;
  for (const auto& known : known_texts()) {
    std::string said;
    for (const auto* const pattern : known.patterns) {
      if (pattern == nullptr) break;
      const bool ticks = std::string_view(pattern).find('`') != std::string_view::npos;
      said += fmt::format("{}{}{}{}", said.empty() ? "" : ", ", ticks ? "`` " : "`", pattern,
                          ticks ? " ``" : "`");
    }
    rows += fmt::format("| {} | {} | {} | {} |\n", said, known.means, known.helps,
                        *known.rule == '\0' ? std::string() : fmt::format("`{}`", known.rule));
  }
  EXPECT_NE(document.find(rows), std::string::npos) << "docs/containers.md is to have these rows:\n" << rows;
}

}  // namespace
}  // namespace gpupass::judge
