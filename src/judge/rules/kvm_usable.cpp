// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include "gpupass/judge/facts.hpp"
#include "gpupass/judge/rules.hpp"
#include "judge/findings.hpp"

namespace gpupass::judge {
namespace {

constexpr const char* k_node = "/dev/kvm";
constexpr const char* k_cpuinfo = "/proc/cpuinfo";
constexpr int k_api_version = 12;

/// KVM is a person's to decide: a domain of type qemu has its card without it, only slowly.
Finding unusable(std::string what, std::vector<Evidence> evidence, std::string remedy) {
  return blocks(Consent::may_be_given, k_machine, std::move(what), std::move(evidence), std::move(remedy));
}

/// What the processor shows of virtualisation: on x86 a flag, elsewhere nothing that every kernel would list.
Evidence shown_by(const Inventory& inventory) {
  if (inventory.kernel.is_x86()) return {k_cpuinfo, "flags: " + inventory.kvm.cpu_flag};
  return architecture_of(inventory);
}

/// What brings /dev/kvm.
std::string loading_it(const Inventory& inventory) {
  const auto& architecture = inventory.kernel.architecture;
  if (inventory.kernel.is_x86())
    return inventory.kvm.cpu_flag == "svm" ? "`modprobe kvm_amd`" : "`modprobe kvm_intel`";
  if (inventory.kernel.is_arm64())
    return "a kernel with CONFIG_KVM, started by the firmware at EL2, as the hypervisor's level is called";
  return architecture.starts_with("ppc64") ? "`modprobe kvm_hv`" : "`modprobe kvm`";
}

std::string where_kvm_says_why(const Inventory& inventory) {
  return inventory.kernel.is_x86()
             ? "if that fails, `journalctl -k -b -g kvm` says why (often: virtualisation is off in the "
               "firmware's set-up)"
             : "`journalctl -k -b -g kvm` says why it is not there";
}

Finding without_processor(const Inventory& inventory) {
  if (const auto problems = unread(inventory, {k_cpuinfo}); !problems.empty()) {
    return unmeasured(k_machine, "whether the processor supports KVM could not be read", problems,
                      "run `gpupass doctor` again as root");
  }
  // Seen: a /dev/kvm that opens and makes machines, on a processor without the flag, runs no kernel.
  return unusable(
      "the processor shows neither vmx nor svm, so KVM cannot run a guest",
      {{k_cpuinfo, "flags: neither vmx nor svm"}},
      "turn on \"VT-x\" (Intel) or \"SVM\" (AMD) in the firmware's set-up; in a virtual machine, turn on "
      "nested virtualisation outside");
}

Finding from_probe(const Inventory& inventory, const KvmProbe& probe) {
  const Evidence answer{k_node, probe.error};
  if (probe.denied) {
    return unmeasured(k_machine, "KVM could not be tried: this user may not open /dev/kvm", {answer},
                      "run `gpupass doctor` again as root, or `usermod -aG kvm $USER` and log in again");
  }
  if (!probe.node_present) {
    return unusable("there is no /dev/kvm", {answer, shown_by(inventory)},
                    fmt::format("{}; {}", loading_it(inventory), where_kvm_says_why(inventory)));
  }
  if (!probe.opened) return unusable("/dev/kvm cannot be opened", {answer}, loading_it(inventory));
  if (probe.api_version != k_api_version) {
    return unusable("/dev/kvm does not answer as KVM does",
                    {{k_node, fmt::format("API version {}, not {}", probe.api_version, k_api_version)}},
                    "boot a distribution's kernel");
  }
  if (!probe.machine_created) {
    return unusable("KVM cannot create a virtual machine", {answer},
                    "end whatever else uses the processor's virtualisation (VirtualBox, VMware), or look at "
                    "`journalctl -k -b -g kvm`");
  }
  return fine(k_machine, "KVM runs virtual machines",
              {shown_by(inventory), {k_node, "made a virtual machine"}});
}

Finding not_tried(const Inventory& inventory) {
  const auto& kernel = inventory.kernel;
  const auto& flag = inventory.kvm.cpu_flag;
  const auto known =
      kernel.is_x86() ? "the processor has " + flag : "this is " + describe_architecture(kernel);
  return unmeasured(k_machine, known + ", but /dev/kvm of a captured host cannot be tried",
                    {shown_by(inventory)}, "run `gpupass doctor` on the machine itself");
}

}  // namespace

std::vector<Finding> kvm_usable(const Inventory& inventory, const Target&) {
  const auto& kvm = inventory.kvm;
  if (inventory.kernel.is_x86() && kvm.cpu_flag.empty()) return {without_processor(inventory)};
  return {kvm.probe ? from_probe(inventory, *kvm.probe) : not_tried(inventory)};
}

}  // namespace gpupass::judge
