// SPDX-License-Identifier: GPL-2.0-or-later
// The largest huge pages of which there are enough, on every node that the guest runs on.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "gpupass/core/quantity.hpp"
#include "gpupass/core/sysfs.hpp"
#include "guest/edit.hpp"
#include "guest/share.hpp"
#include "guest/steps.hpp"

namespace gpupass::guest {
namespace {

constexpr std::array<std::uint64_t, 2> k_page_sizes{k_gibibyte, 2 * k_mebibyte};

/// The guest's memory is got before its first instruction, by several threads: libvirt knows since 8.2 how
/// to say that.
constexpr auto k_allocation_threads = libvirt(8, 2, 0);
constexpr int k_most_threads = 16;

PagePool pool_of(const Tuning& tuning, const Cell& cell, std::uint64_t size) {
  const auto node = part_of_host(tuning.host.topology, cell.node);
  const auto pool = node.hugepages.find(size);
  return pool == node.hugepages.end() ? PagePool{} : pool->second;
}

bool is_enough(const Tuning& tuning, std::uint64_t size) {
  return std::ranges::all_of(tuning.layout.cells, [&](const Cell& cell) {
    return cell.memory % size == 0 && pool_of(tuning, cell, size).free >= cell.memory / size;
  });
}

/// "/sys/devices/system/node/node0/hugepages/hugepages-1048576kB/nr_hugepages".
std::string pool_path(const Cell& cell, std::uint64_t size) {
  const auto folder = cell.node < 0 ? std::string(sysfs::k_memory) : sysfs::node(cell.node);
  return fmt::format("{}/hugepages/hugepages-{}kB/nr_hugepages", folder, size / 1024);
}

/// What is lacking for 1 GiB pages, and what provides them.
std::string remedy(const Tuning& tuning) {
  for (const auto& cell : tuning.layout.cells) {
    const auto wanted = (cell.memory + k_gibibyte - 1) / k_gibibyte;
    const auto pool = pool_of(tuning, cell, k_gibibyte);
    if (cell.memory % k_gibibyte != 0)
      return fmt::format("{} is not a multiple of 1 GiB: choose a multiple for pages of that size",
                         core::size_text(cell.memory));
    if (pool.free >= wanted) continue;
    return fmt::format(
        "{} pages of 1 GiB are needed and {} are free: `echo {} > {}`, or hugepagesz=1G hugepages={} on the "
        "kernel's command line, which finds them for certain",
        wanted, pool.free, pool.total + wanted - pool.free, pool_path(cell, k_gibibyte),
        (pool.total + wanted - pool.free) * tuning.layout.cells.size());
  }
  return {};
}

/// "1 GiB" as libvirt has it.
void write_pages(Element& backing, const Layout& layout, std::uint64_t size) {
  auto& page = append(virt::child(backing, "hugepages"), "page");
  const bool gibibytes = size % k_gibibyte == 0;
  set(page, "size", size / (gibibytes ? k_gibibyte : k_mebibyte));
  set(page, "unit", gibibytes ? "GiB" : "MiB");
  if (layout.by_node)
    set(page, "nodeset", layout.cells.size() == 1 ? "0" : fmt::format("0-{}", layout.cells.size() - 1));
}

void write_allocation(Tuning& tuning, Element& backing) {
  auto& allocation = virt::child(backing, "allocation");
  set(allocation, "mode", "immediate");
  const auto threads = std::min(tuning.layout.vcpus(), k_most_threads);
  const bool known = tuning.host.libvirt.version >= k_allocation_threads;
  if (known) set(allocation, "threads", std::to_string(threads));
  tuning.choices.push_back({"allocation",
                            known ? fmt::format("at the start, {} threads", threads) : "at the start",
                            "VFIO needs all of the memory at the start in any case, and clearing it is what "
                            "takes the time",
                            "libvirt, domain XML: memoryBacking/allocation", ""});
}

}  // namespace

Result<void> huge_pages(Tuning& tuning) {
  const auto& layout = tuning.layout;
  const auto size = std::ranges::find_if(k_page_sizes, [&](auto one) { return is_enough(tuning, one); });
  auto& root = tuning.domain.root();
  Choice choice{"huge pages", "none",
                "larger pages make fewer steps of each address translation, the processor's and the IOMMU's",
                "libvirt, domain XML: memoryBacking/hugepages", ""};
  if (size == k_page_sizes.end()) {
    choice.warning = remedy(tuning);
    tuning.choices.push_back(std::move(choice));
    return {};
  }
  choice.value = fmt::format("{} of {}", layout.memory() / *size, core::size_text(*size));
  if (*size != k_page_sizes.front()) choice.warning = remedy(tuning);
  tuning.choices.push_back(std::move(choice));
  auto& backing = section(root, "memoryBacking", "memory");
  write_pages(backing, layout, *size);
  write_allocation(tuning, backing);
  return {};
}

}  // namespace gpupass::guest
