// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/cuda/diagnosis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace gpupass::bench::cuda {
namespace {

/// What an answer of the driver means. Some numbers changed with CUDA 10.1; people search for both.
struct Answer {
  int code, old_code;
  ErrorKind kind;
  const char* what;
  const char* hint;
};
constexpr std::array k_answers = {
    Answer{35, 0, ErrorKind::unsupported, "the driver is older than this program's CUDA runtime",
           "install a newer driver; in a guest that is the guest's own driver, not the host's; in a "
           "container it is the host's driver"},
    Answer{100, 38, ErrorKind::not_found, "the driver finds no card that CUDA can use",
           "check CUDA_VISIBLE_DEVICES and, with MIG on, whether there is an instance; in a guest, whether "
           "the driver took the card (`dmesg | grep NVRM`); in a container, whether it was given one"},
    Answer{
        999, 30, ErrorKind::system, "the driver fails and gives no reason",
        "the cause is most often /dev/nvidia-uvm: `nvidia-modprobe -u -c 0` loads the module and creates the "
        "node; in a container it must be passed in like the others; after a suspend, load nvidia_uvm again"},
    Answer{802, 0, ErrorKind::system, "the system is not ready for CUDA yet",
           "cards on an NVSwitch need its fabric manager, of exactly the driver's version; in a guest that "
           "got such cards without their switches, the host must have activated a partition of them; with "
           "confidential computing the card must be set ready first (`nvidia-smi conf-compute -srs 1`)"},
    Answer{803, 0, ErrorKind::unsupported,
           "the driver's library and its kernel module are of different versions",
           "after an update of the driver, load the new module or reboot; in a container, the library is the "
           "image's own and hides the host's: remove it from the image"},
    Answer{804, 0, ErrorKind::unsupported, "the compatibility library does not work with this card",
           "it works with data centre cards only: remove the cuda-compat folder from LD_LIBRARY_PATH, and "
           "install a newer driver"},
    Answer{3, 0, ErrorKind::system, "the driver cannot be initialised", "`dmesg | grep NVRM` may say why"},
    Answer{46, 0, ErrorKind::busy, "every card is in use by a process that does not share it",
           "`nvidia-smi -q -d COMPUTE` shows the mode; end the other process or set the mode to default"},
};

std::string version(int cuda) {
  return fmt::format("{}.{}", cuda / 1000, cuda % 1000 / 10);
}

std::string numbers(const Answer& answer) {
  return answer.old_code == 0 ? fmt::format("CUDA error {}", answer.code)
                              : fmt::format("CUDA error {}, once {}", answer.code, answer.old_code);
}

/// detail: what stands behind the colon.
Result<> explain(int code, const std::string& detail = {}) {
  const auto behind = detail.empty() ? "" : ": " + detail;
  for (const auto& answer : k_answers) {
    if (answer.code != code) continue;
    return fail(answer.kind, fmt::format("{} ({}){}", answer.what, numbers(answer), behind), answer.hint);
  }
  return fail(ErrorKind::system,
              fmt::format("the driver cannot be initialised (CUDA error {}){}", code, behind),
              "`dmesg | grep NVRM` may say why");
}

Result<> no_card() {
  return fail(ErrorKind::not_found, "there is no NVIDIA card on this machine's PCI bus",
              "in a guest: none was passed through, or it was not given to this guest");
}

Result<> held_for_guests(const CardOnBus& card) {
  return fail(ErrorKind::not_found, fmt::format("{} is held for guests by vfio-pci", card.address),
              "measure in the guest, or return it first: gpupass detach or unbind " + card.address);
}

Result<> not_taken(const CardOnBus& card) {
  return fail(
      ErrorKind::system, fmt::format("the kernel driver nvidia is loaded but has not taken {}", card.address),
      "`dmesg | grep NVRM` says why: a driver that does not know the card, or a card that does not answer");
}

/// other: who has the card instead; may be empty.
Result<> not_loaded(const std::string& other) {
  return fail(ErrorKind::not_found, "the kernel driver nvidia is not loaded" + other,
              "`modprobe nvidia`, on the host or in the guest, whichever has the card; for a container the "
              "host must load it");
}

/// How a container gets everything that belongs to a card.
std::string given_by_gpupass(const std::string& why) {
  return why +
         " On the host: `gpupass container write`, then start it with --device "
         "gpupass/card=ADDRESS; without CDI with $(gpupass container flags ADDRESS --engine docker); "
         "`gpupass container attach lxc:NAME ADDRESS` for LXC";
}

/// A container that has none of the nodes was started without a card; one that lacks some was given a part.
Result<> no_node(const MachineFacts& machine, const Node& node) {
  const bool none = std::ranges::all_of(machine.nodes, &Node::missing);
  if (machine.contained && none)
    return fail(ErrorKind::not_found, "this container has no card: it has none of NVIDIA's device nodes",
                given_by_gpupass("a container gets a card when it is started."));
  const auto what = fmt::format("there is no device node {}", node.path);
  if (machine.contained)
    return fail(ErrorKind::not_found, what + ", but other nodes of the card exist",
                given_by_gpupass("this container was given only a part of the card. If the host has no such "
                                 "node either, `nvidia-modprobe -u -c 0` there creates it."));
  return fail(ErrorKind::not_found, what, "`nvidia-modprobe -u -c 0` creates the nodes");
}

Result<> closed_node(const MachineFacts& machine, const Node& node) {
  const auto what = fmt::format("the device node {} cannot be opened: {}", node.path, node.error);
  if (node.hollow)
    return fail(ErrorKind::system, what + "; no driver has its number",
                machine.contained ? given_by_gpupass("the node is from before a restart of the host.")
                                  : "remove the node, and `nvidia-modprobe -u -c 0` creates it again");
  if (machine.contained && node.shut)
    return fail(
        ErrorKind::denied, what + "; the container's device cgroup does not allow it",
        given_by_gpupass("the node was created or mounted without permission to open it, or a `systemctl "
                         "daemon-reload` withdrew the permission."));
  return fail(ErrorKind::denied, what,
              machine.contained
                  ? "look at its mode and group, and at the groups that this container's user is in "
                    "(--group-add); with mapped users, at the owner that it has here"
                  : "look at its mode and owner");
}

Result<> no_library(const MachineFacts& machine, const std::string& error) {
  const auto what = "the driver's library cannot be loaded: " + error;
  if (machine.contained)
    return fail(ErrorKind::not_found, what + "; the card's device nodes exist",
                given_by_gpupass("this container was given the nodes without the host's libraries "
                                 "(with NVIDIA's runtime NVIDIA_DRIVER_CAPABILITIES must have `compute`)."));
  return fail(ErrorKind::not_found, what,
              "install the driver's user-space part, in the kernel module's version");
}

/// The library that is found first is of another version than the kernel module.
Result<> two_versions(const MachineFacts& machine, const std::string& library, const std::string& module) {
  auto result = explain(803, fmt::format("{} and {}", library, module));
  if (machine.contained)
    result.error().hint =
        given_by_gpupass(fmt::format("the libcuda.so.1 that is found first is the image's own, {}, and hides "
                                     "the host's: remove it from the image, or mount the host's over it.",
                                     library));
  return result;
}

/// What is wrong below the library, from the card upwards.
Result<> below_library(const MachineFacts& machine) {
  const auto& cards = machine.cards;
  const auto drives = [](const CardOnBus& card) { return card.driver == "nvidia"; };
  if (machine.bus_seen && cards.empty()) return no_card();
  if (!cards.empty() && std::none_of(cards.begin(), cards.end(), drives)) {
    const auto& card = cards.front();
    if (card.driver == "vfio-pci") return held_for_guests(card);
    if (machine.kernel_module) return not_taken(card);
    return not_loaded(card.driver.empty() ? "" : fmt::format("; {} has {}", card.driver, card.address));
  }
  if (cards.empty() && !machine.kernel_module) return not_loaded("");
  for (const auto& node : machine.nodes) {
    if (node.missing) return no_node(machine, node);
    if (!node.error.empty()) return closed_node(machine, node);
  }
  return {};
}

}  // namespace

Result<> diagnose(const MachineFacts& machine, const DriverFacts& driver, int runtime, int ordinal) {
  // Where the library works, the files prove nothing: there are machines that hide them.
  const bool works = driver.load_error.empty() && driver.init == 0;
  if (!works) GPUPASS_TRY(below_library(machine));
  if (!driver.load_error.empty()) return no_library(machine, driver.load_error);
  const auto module = machine.kernel_module.value_or("");
  if (!works && !module.empty() && !driver.library.empty() && driver.library != module) {
    return two_versions(machine, driver.library, module);
  }
  if (!works) return explain(driver.init.value_or(999));
  // Within one major version any driver serves any runtime.
  if (driver.api / 1000 < runtime / 1000) {
    return explain(35, fmt::format("it supports CUDA {}, but this program needs {}", version(driver.api),
                                   version(runtime)));
  }
  if (driver.cards == 0) return explain(100);
  if (ordinal < 0 || ordinal >= driver.cards) {
    return fail(ErrorKind::not_found, fmt::format("there is no card {}: CUDA sees {}", ordinal, driver.cards),
                "--device counts from 0; CUDA_VISIBLE_DEVICES hides cards");
  }
  return {};
}

}  // namespace gpupass::bench::cuda
