// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/judge/known_texts.hpp"

#include <algorithm>

#include "gpupass/core/text.hpp"

namespace gpupass::judge {
namespace {

constexpr std::array k_texts = {
    KnownText{
        "lost-devices",
        {"Failed to initialize NVML: Unknown Error"},
        "the container had the card and lost it: NVIDIA's toolkit in legacy mode gave it the nodes without "
        "the engine's knowledge, and a `systemctl daemon-reload` or a container update took them away",
        "restart the container, by a CDI name or with --device for each node",
        "toolkit-legacy"},
    KnownText{
        "no-device-driver",
        {"could not select device driver * with capabilities: [[gpu]]"},
        "Docker has nothing that provides cards: NVIDIA's toolkit is not installed or not configured, or "
        "Docker is a snap",
        "`gpupass container write` and --device gpupass/card=ADDRESS need no toolkit; Docker before 25 takes "
        "$(gpupass container flags ADDRESS --engine docker)",
        "docker-confined"},
    KnownText{
        "cdi-switched-off",
        {"could not select device driver \"cdi\" with capabilities"},
        "Docker 25 to 28.2 reads CDI files only where its configuration switches that on",
        "`\"features\": {\"cdi\": true}` in /etc/docker/daemon.json, and restart Docker; `gpupass container "
        "write --engine docker` says whether it is so",
        ""},
    KnownText{"cdi-name-as-path",
              {"error gathering device information while adding custom device \"gpupass/card="},
              "Docker Compose took a CDI name apart at its colons, and the first part of it for a path",
              "in compose.yaml name it below deploy, with driver: cdi; or extend the service that `gpupass "
              "container flags ADDRESS --engine compose` prints",
              ""},
    KnownText{"driver-mismatch",
              {"Driver/library version mismatch", "driver/library version mismatch",
               "API mismatch: the client has the version"},
              "the driver's libraries and its kernel module have different versions: the packages were "
              "updated and the module was not reloaded, or the image has libraries of its own",
              "restart the machine or reload the module; remove the image's libraries",
              "driver-versions"},
    KnownText{
        "image-requires",
        {"requirement error: unsatisfied condition: cuda"},
        "the image says that it needs a newer driver (NVIDIA_REQUIRE_CUDA)",
        "a newer driver, or an older image; NVIDIA_DISABLE_REQUIRE=1 if the same major version is enough",
        ""},
    KnownText{
        "forward-compatibility",
        {"forward compatibility was attempted on non supported HW"},
        "CUDA 804: the image's compatibility library is found before the driver's, and it works only with "
        "data centre cards",
        "take /usr/local/cuda/compat off LD_LIBRARY_PATH and the linker's cache, or install a newer driver",
        ""},
    KnownText{
        "unresolvable-name",
        {"unresolvable CDI devices"},
        "the engine knows no such CDI name: no file defines it, the engine reads other folders, it ignores "
        "the file as too new or faulty, or two files define the name",
        "`gpupass doctor --container` says which; `gpupass container write` writes a file of version 0.5.0",
        "cdi-files"},
    KnownText{
        "device-filter",
        {"bpf_prog_query(BPF_CGROUP_DEVICE) failed", "devices.allow: permission denied"},
        "NVIDIA's toolkit in legacy mode changes the container's device cgroup, which a rootless engine, "
        "an engine inside an unprivileged container, or a hardened kernel does not allow",
        "a CDI name instead: `gpupass container write`",
        "toolkit-legacy"},
    KnownText{"mig-nodes",
              {"error getting parent memory info: Insufficient Permissions",
               "fatalnvml: Insufficient Permissions", "No MIG devices associated with /dev/nvidia"},
              "a MIG instance's capability node (/dev/nvidia-caps) was not given, or the CDI file is from "
              "before the instances were made",
              "`nvidia-ctk cdi generate` after each change of MIG; gpupass gives only whole cards",
              "mig-nodes"},
    KnownText{"uvm-node",
              {"/dev/nvidia-uvm: no such file or directory", "cudaErrorUnknown", "CUDA_ERROR_UNKNOWN"},
              "CUDA 999, formerly 30: /dev/nvidia-uvm is missing, or a node, an LXC configuration or a CDI "
              "file has the number of an earlier boot",
              "`nvidia-modprobe -c 0 -u` on the host, then restart the container; `gpupass container attach` "
              "rewrites LXC's lines",
              "device-nodes"},
    KnownText{
        "kfd",
        {"Unable to open /dev/kfd read-write"},
        "ROCm cannot open AMD's node. Permission denied: the container's user is not in the node's group. "
        "Operation not permitted: the device cgroup does not allow it. No such file: it was not given",
        "--group-add with the number that the group has on the host, as `gpupass container flags` prints it",
        "device-nodes"},
    KnownText{"no-driver-library",
              {"load library failed: libnvidia-ml.so.1"},
              "NVIDIA's toolkit finds no driver on the host: it is not installed, Docker is a snap or runs "
              "in a virtual machine of its own, or a guest has the card",
              "install the driver; `gpupass container list` says who has the card",
              "driver-versions"},
    KnownText{"stale-file",
              {"libnvidia-*.so.* not found", "stat *libnvidia-*.so.*such file or directory",
               "stat *libcuda.so.*such file or directory"},
              "a CDI file names a library of the driver's version from before an update",
              "write the file again: `gpupass container write`, or `nvidia-ctk cdi generate`",
              "cdi-current"},
    KnownText{
        "two-drivers",
        {"system has unsupported display driver / cuda driver combination", "cudaErrorSystemDriverMismatch"},
        "CUDA 803, formerly 38: the image has its own libcuda.so.1, whose version is not the kernel "
        "module's, and it is found first",
        "remove it from the image, or cover it: `gpupass container write` mounts the host's over it",
        ""},
    KnownText{"no-cuda-card",
              {"no CUDA-capable device is detected", "cudaErrorNoDevice", "CUDA_ERROR_NO_DEVICE"},
              "CUDA 100, formerly 38: the host has no kernel driver, a guest has the card, or the container "
              "was given none",
              "a container cannot supply a kernel module: `gpupass container list` says what the host has",
              "device-nodes"},
    KnownText{"no-library",
              {"CUDA driver version is insufficient for CUDA runtime version", "cudaErrorInsufficientDriver"},
              "CUDA 35: with driver version 0 no libcuda.so.1 was mounted; with a number the driver is too "
              "old for the image",
              "`gpupass container write`, then start it by the CDI name; a newer driver, or an older image",
              "driver-versions"},
    KnownText{"fabric",
              {"system not yet initialized"},
              "CUDA 802: cards on an NVSwitch wait for its fabric manager",
              "start nvidia-fabricmanager on the host, of the driver's version",
              "fabric-manager"},
    KnownText{"no-vendor",
              {"failed to discover GPU vendor from CDI"},
              "Docker resolves --gpus through CDI, and no file defines a card of NVIDIA or AMD",
              "--device gpupass/card=ADDRESS after `gpupass container write`, or `nvidia-ctk cdi generate`",
              ""},
    KnownText{"empty-edits",
              {"invalid device, empty device edits"},
              "a CDI file was written while a card had no node",
              "`nvidia-modprobe -c 0 -u` creates the nodes; then write the file again",
              "cdi-files"},
    KnownText{"selinux",
              {"Failed to initialize NVML: Insufficient Permissions"},
              "SELinux or the modes of the nodes keep the container from opening them",
              "`setsebool -P container_use_devices=true`, or --security-opt label=disable",
              "selinux-labels"},
    KnownText{
        "in-use",
        {"has open fds by process(es)"},
        "Kubernetes' driver for cards wants to give one to a virtual machine, but a process has it open",
        "`gpupass container list` names the process and its container",
        ""},
    KnownText{"lxc-hook",
              {"Failed to run mount hooks"},
              "LXC's hook that calls NVIDIA's toolkit failed; the lines before say why, or "
              "`nvidia-container-cli info` does",
              "`gpupass container attach lxc:NAME ADDRESS` needs no hook",
              ""},
    KnownText{"nothing-given",
              {"executable file `nvidia-smi` not found in $PATH", "executable file \"nvidia-smi\" not found"},
              "the container was not given the driver's files",
              "start it by a CDI name: `gpupass container write`",
              ""},
    KnownText{"linker-cache",
              {"ldcache error: process"},
              "the toolkit runs the image's ldconfig, which failed: an image without glibc, or an "
              "unprivileged engine",
              "gpupass's file runs nothing in the image: `gpupass container write`",
              ""},
    KnownText{"podman-without-cdi",
              {"stat nvidia.com/gpu=*: no such file or directory",
               "stat gpupass/card=*: no such file or directory"},
              "Podman before 4.1 takes a CDI name for a path",
              "$(gpupass container flags ADDRESS --engine podman), or a newer Podman",
              ""},
    KnownText{
        "runtime-type",
        {"container.Runtime.Name must be set"},
        "the containerd configuration that NVIDIA's toolkit before 1.20 writes lacks the runtime's type",
        "a newer toolkit; a CDI name needs no NVIDIA runtime",
        ""},
    KnownText{"nccl-sockets",
              {"via NET/Socket/"},
              "NCCL takes two containers of one machine for two machines and goes through the network, up to "
              "97 times slower: they have separate namespaces, or each sees only one card",
              "start them with --ipc host --pid host --uts host and all cards in each",
              "nccl-namespaces"},
};

/// Within one line; `*` is anything.
bool is_in(std::string_view line, std::string_view pattern) {
  std::size_t at = 0;
  for (const auto part : core::split(pattern, '*')) {
    const auto found = line.find(part, at);
    if (found == line.npos) return false;
    at = found + part.size();
  }
  return true;
}

bool says(std::string_view line, const KnownText& known) {
  return std::ranges::any_of(known.patterns,
                             [&](const char* pattern) { return pattern != nullptr && is_in(line, pattern); });
}

}  // namespace

std::span<const KnownText> known_texts() {
  return k_texts;
}

std::vector<const KnownText*> known_in(std::string_view text) {
  std::vector<const KnownText*> found;
  const auto lines = core::split(text, '\n');
  for (const auto& known : k_texts) {
    if (std::ranges::any_of(lines, [&](std::string_view line) { return says(line, known); }))
      found.push_back(&known);
  }
  return found;
}

}  // namespace gpupass::judge
