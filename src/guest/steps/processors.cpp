// SPDX-License-Identifier: GPL-2.0-or-later
// How many vCPUs, and how the guest sees them: as sockets, cores and threads with the host's caches.
#include <fmt/format.h>

#include "guest/edit.hpp"
#include "guest/steps.hpp"

namespace gpupass::guest {
namespace {

bool is_host_cpu(const Element& cpu) {
  return virt::attribute_is(cpu, "mode", "host-passthrough") || virt::attribute_is(cpu, "mode", "maximum");
}

void write_topology(Element& cpu, const Layout& layout) {
  const auto sockets = layout.cells.size();
  const auto cores = layout.vcpus() / static_cast<int>(sockets) / layout.threads;
  auto& topology = section(cpu, "topology", "model");
  set(topology, "sockets", sockets);
  set(topology, "dies", std::uint64_t{1});
  set(topology, "cores", std::to_string(cores));
  set(topology, "threads", std::to_string(layout.threads));
}

/// An AMD guest only believes in threads that are called so.
void require_topoext(Element& cpu) {
  auto& feature = append(cpu, "feature");
  set(feature, "policy", "require");
  set(feature, "name", "topoext");
}

std::string topology_text(const Layout& layout) {
  const auto sockets = layout.cells.size();
  return fmt::format("{} socket{}, {} threads per core", sockets, sockets == 1 ? "" : "s", layout.threads);
}

}  // namespace

Result<void> processors(Tuning& tuning) {
  const auto& layout = tuning.layout;
  auto& root = tuning.domain.root();
  auto& vcpu = section(root, "vcpu", "memoryBacking");
  set(vcpu, "placement", "static");
  set_text(vcpu, std::to_string(layout.vcpus()));
  tuning.choices.push_back({"vCPUs", std::to_string(layout.vcpus()), layout.vcpus_reason.why,
                            "the host's cores and cards", layout.vcpus_reason.warning});

  auto& cpu = section(root, "cpu", "features");
  write_topology(cpu, layout);
  const bool amd = tuning.host.topology.cpu_vendor == "AuthenticAMD";
  if (amd && layout.threads > 1 && is_host_cpu(cpu)) require_topoext(cpu);
  // Elsewhere QEMU cannot be told the host's caches.
  const bool x86 = tuning.host.inventory.kernel.is_x86();
  if (x86 && is_host_cpu(cpu)) set(section(cpu, "cache", "topology"), "mode", "passthrough");
  tuning.choices.push_back(
      {"CPU topology", topology_text(layout),
       amd && layout.threads > 1
           ? "the guest's scheduler sees which vCPUs share a core and a cache; on AMD it "
             "needs topoext for that"
       : x86 ? "the guest's scheduler sees which vCPUs share a core and a cache"
             : "the guest's scheduler sees which vCPUs share a core",
       "libvirt, domain XML: cpu/topology, cpu/cache", ""});
  return {};
}

}  // namespace gpupass::guest
