// SPDX-License-Identifier: GPL-2.0-or-later
// A processor of the host for each vCPU, and others for QEMU's own threads.
#include <fmt/format.h>

#include <algorithm>

#include "guest/edit.hpp"
#include "guest/steps.hpp"

namespace gpupass::guest {
namespace {

std::vector<int> sorted(std::vector<int> cpus) {
  std::ranges::sort(cpus);
  return cpus;
}

/// Of every vCPU, and of every cell: what the host kept for itself.
struct Pinned {
  std::vector<int> vcpus;
  std::vector<int> kept;
};

Pinned pinned(const Layout& layout) {
  Pinned all;
  for (const auto& cell : layout.cells) {
    all.vcpus.insert(all.vcpus.end(), cell.cpus.begin(), cell.cpus.end());
    all.kept.insert(all.kept.end(), cell.kept.begin(), cell.kept.end());
  }
  all.kept = sorted(all.kept);
  return all;
}

/// Those of the first cell: a disk's thread moves data into memory that is most likely there.
std::vector<int> for_disks(const Layout& layout) {
  return layout.cells.front().kept;
}

void pin_vcpus(Tuning& tuning, Element& cputune, const Pinned& all) {
  for (std::size_t i = 0; i < all.vcpus.size(); ++i) {
    auto& pin = append(cputune, "vcpupin");
    set(pin, "vcpu", i);
    set(pin, "cpuset", std::to_string(all.vcpus[i]));
  }
  tuning.choices.push_back({"vCPU pins", "one to one, to " + cpu_list(sorted(all.vcpus)),
                            "a vCPU that moves or waits shows in every launch and every small copy; " +
                                tuning.layout.pins_reason.why,
                            "libvirt, domain XML: cputune/vcpupin", tuning.layout.pins_reason.warning});
}

void pin_qemu(Tuning& tuning, Element& cputune, const Pinned& all) {
  if (all.kept.empty()) {
    tuning.choices.push_back({"QEMU's threads", "not pinned", "the node has no core to spare for them",
                              "libvirt, domain XML: cputune/emulatorpin",
                              "they take time from the vCPUs; fewer vCPUs (--vcpus) leave a core for them"});
    return;
  }
  set(append(cputune, "emulatorpin"), "cpuset", cpu_list(all.kept));
  const bool has_io_threads = tuning.domain.root().FirstChildElement("iothreads") != nullptr;
  if (has_io_threads) {
    auto& pin = append(cputune, "iothreadpin");
    set(pin, "iothread", "1");
    set(pin, "cpuset", cpu_list(for_disks(tuning.layout)));
  }
  tuning.choices.push_back(
      {"QEMU's threads",
       (has_io_threads ? "emulator and I/O thread to " : "emulator to ") + cpu_list(all.kept),
       "cores that the host keeps and no vCPU has, on the memory's node, so that what they allocate is local",
       "libvirt, domain XML: cputune/emulatorpin, cputune/iothreadpin", ""});
}

/// What a guest may do that knows that its processors are its own.
void hint_dedicated(Tuning& tuning) {
  const auto* const cpu = tuning.domain.root().FirstChildElement("cpu");
  const bool x86 = tuning.host.inventory.kernel.is_x86();  // the hints are leaves of CPUID
  if (!x86 || cpu == nullptr || !virt::attribute_is(*cpu, "mode", "host-passthrough")) return;
  auto& kvm = virt::child(section(tuning.domain.root(), "features", "os"), "kvm");
  set(virt::child(kvm, "hint-dedicated"), "state", "on");
  set(virt::child(kvm, "poll-control"), "state", "on");
  tuning.choices.push_back(
      {"KVM hints", "dedicated, poll-control",
       "with a processor for each vCPU the guest may spin where it would yield, and polls "
       "for a moment before it sleeps, which shortens waits for the card",
       "libvirt, domain XML: features/kvm", ""});
}

}  // namespace

Result<void> pins(Tuning& tuning) {
  const auto& layout = tuning.layout;
  if (!layout.pinned()) {
    const bool unknown = layout.cells.front().node < 0;
    tuning.choices.push_back(
        {"vCPU pins", "none",
         unknown ? "which node the card is on is not known" : "there are too few processors",
         "libvirt, domain XML: cputune/vcpupin",
         unknown
             ? "the machine's firmware does not say which node the card is on (numa_node is -1), or it has "
               "cards with and without: look for a setting called NUMA or SRAT"
             : layout.pins_reason.warning});
    return {};
  }
  const auto all = pinned(layout);
  auto& cputune = section(tuning.domain.root(), "cputune", "iothreads");
  pin_vcpus(tuning, cputune, all);
  pin_qemu(tuning, cputune, all);
  hint_dedicated(tuning);
  return {};
}

}  // namespace gpupass::guest
