// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/machine/environment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "bench/machine/field.hpp"
#include "bench/pci/by_ids.hpp"
#include "gpupass/core/printable.hpp"
#include "gpupass/core/sysfs.hpp"
#include "gpupass/core/text.hpp"

namespace gpupass::bench {
namespace {

using Json = nlohmann::json;

void put_text(Json& json, const char* key, const Result<std::string>& value) {
  if (value && !value->empty()) json[key] = core::printable(*value);
}

void put_number(Json& json, const char* key, const Result<std::string>& value) {
  if (!value) return;
  if (const auto number = core::parse_number(core::trim(*value))) json[key] = *number;
}

/// "always [madvise] never": the word in brackets.
Result<std::string> chosen(const Result<std::string>& text) {
  if (!text) return text;
  const auto open = text->find('['), close = text->find(']');
  if (open == text->npos || close == text->npos || close < open) return text;
  return text->substr(open + 1, close - open - 1);
}

/// "MemTotal:  131072 kB", and "Node 0 MemTotal:  131072 kB": bytes.
std::optional<std::uint64_t> memory_bytes(const Result<std::string>& meminfo) {
  if (!meminfo) return std::nullopt;
  for (const auto line : core::split(*meminfo, '\n')) {
    const auto words = core::words(line);
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
      if (words[i] != "MemTotal:") continue;
      if (const auto kilobytes = core::parse_number(words[i + 1])) return *kilobytes * 1024;
    }
  }
  return std::nullopt;
}

void put_processor(Json& env, const Host& host) {
  const auto cpuinfo = host.read("/proc/cpuinfo");
  const std::string cpu = sysfs::k_cpus;
  put_text(env, "cpu", field(cpuinfo, "model name"));
  put_text(env, "microcode", field(cpuinfo, "microcode"));
  put_text(env, "cpus_online", host.attribute(cpu + "/online"));
  put_text(env, "cpus_allowed", field(host.read("/proc/self/status"), "Cpus_allowed_list"));
  put_text(env, "smt", host.attribute(cpu + "/smt/control"));
  put_text(env, "governor", host.attribute(cpu + "/cpu0/cpufreq/scaling_governor"));
  put_text(env, "idle_driver", host.attribute(cpu + "/cpuidle/current_driver"));
  std::size_t count = 0;
  const auto lines = cpuinfo.value_or("");
  for (const auto line : core::split(lines, '\n')) {
    if (line.starts_with("processor")) ++count;
  }
  if (count > 0) env["vcpus"] = count;
  Json mitigations = Json::object();
  for (const auto& name : host.list(cpu + "/vulnerabilities").value_or(std::vector<std::string>{})) {
    put_text(mitigations, name.c_str(), host.attribute(fmt::format("{}/vulnerabilities/{}", cpu, name)));
  }
  if (!mitigations.empty()) env["mitigations"] = std::move(mitigations);
}

void put_memory(Json& env, const Host& host) {
  if (const auto bytes = memory_bytes(host.read("/proc/meminfo"))) env["memory_bytes"] = *bytes;
  Json nodes = Json::array();
  const std::string folder = sysfs::k_nodes;
  for (const auto& name : host.list(folder).value_or(std::vector<std::string>{})) {
    const auto number = name.starts_with("node") ? core::parse_number(name.substr(4)) : std::nullopt;
    if (!number) continue;
    Json node = {{"node", *number}};
    put_text(node, "cpus", host.attribute(fmt::format("{}/{}/cpulist", folder, name)));
    if (const auto bytes = memory_bytes(host.read(fmt::format("{}/{}/meminfo", folder, name))))
      node["memory_bytes"] = *bytes;
    nodes.push_back(std::move(node));
  }
  env["numa"] = std::move(nodes);
  Json pages = Json::object();
  const std::string mm = sysfs::k_memory;
  for (const auto& name : host.list(mm + "/hugepages").value_or(std::vector<std::string>{})) {
    put_number(pages, name.c_str(), host.attribute(fmt::format("{}/hugepages/{}/nr_hugepages", mm, name)));
  }
  env["hugepages"] = std::move(pages);
  put_text(env, "transparent_hugepages", chosen(host.attribute(mm + "/transparent_hugepage/enabled")));
  put_text(env, "numa_balancing", host.attribute("/proc/sys/kernel/numa_balancing"));
}

/// The words of the kernel's command line that may change a figure. The others name disks, consoles and
/// machines: they always differ, and are nobody's business in a result that is passed on.
std::string telling_words(const std::string& cmdline) {
  constexpr std::array k_names = {"amd_iommu",
                                  "amd_pstate",
                                  "clocksource",
                                  "cpuidle",
                                  "default_hugepagesz",
                                  "hugepages",
                                  "hugepagesz",
                                  "idle",
                                  "intel_idle",
                                  "intel_iommu",
                                  "intel_pstate",
                                  "iommu",
                                  "isolcpus",
                                  "kvm",
                                  "kvm_amd",
                                  "kvm_intel",
                                  "maxcpus",
                                  "mitigations",
                                  "nohz",
                                  "nohz_full",
                                  "nokaslr",
                                  "nopti",
                                  "nosmt",
                                  "notsc",
                                  "numa",
                                  "numa_balancing",
                                  "nvidia",
                                  "pci",
                                  "pcie_aspm",
                                  "pcie_acs_override",
                                  "preempt",
                                  "processor",
                                  "pti",
                                  "rcu_nocbs",
                                  "retbleed",
                                  "skew_tick",
                                  "spectre_v2",
                                  "swiotlb",
                                  "threadirqs",
                                  "transparent_hugepage",
                                  "tsc",
                                  "vfio",
                                  "vfio_iommu_type1",
                                  "vfio_pci",
                                  "x2apic_phys"};
  std::string kept;
  for (const auto word : core::words(cmdline)) {
    auto name = std::string(word.substr(0, word.find_first_of("=.")));
    std::replace(name.begin(), name.end(), '-', '_');
    if (std::find(k_names.begin(), k_names.end(), name) == k_names.end()) continue;
    kept += (kept.empty() ? "" : " ") + std::string(word);
  }
  return kept;
}

void put_kernel(Json& env, const Host& host) {
  put_text(env, "kernel", host.attribute("/proc/sys/kernel/osrelease"));
  if (const auto cmdline = host.attribute("/proc/cmdline")) {
    env["cmdline"] = core::printable(telling_words(*cmdline));
  }
  put_text(env, "clocksource", host.attribute(sysfs::k_clock_source));
  const auto vendor = host.attribute(sysfs::of_class("dmi", "id", "sys_vendor"));
  const auto product = host.attribute(sysfs::of_class("dmi", "id", "product_name"));
  if (vendor && product) env["machine"] = core::printable(*vendor + " " + *product);
  const auto release = host.read("/etc/os-release").value_or("");
  for (const auto line : core::split(release, '\n')) {
    constexpr std::string_view k_name = "PRETTY_NAME=\"";
    if (line.starts_with(k_name) && line.ends_with('"')) {
      env["os"] = core::printable(line.substr(k_name.size(), line.size() - k_name.size() - 1));
    }
  }
}

/// The modes of this machine's IOMMU groups: "none" without groups, else "DMA", "DMA-FQ" or "identity", or
/// several where they differ. In a guest this is the guest's own IOMMU, not the host's that serves the card.
std::string iommu_mode(const Host& host) {
  std::set<std::string> modes;
  const std::string folder = sysfs::k_iommu_groups;
  for (const auto& group : host.list(folder).value_or(std::vector<std::string>{})) {
    modes.insert(
        core::printable(host.attribute(fmt::format("{}/{}/type", folder, group)).value_or("unknown")));
  }
  return modes.empty() ? "none" : core::enumerate({modes.begin(), modes.end()});
}

Json function_facts(const Host& host, const std::string& address) {
  const auto folder = sysfs::pci_device(address);
  Json facts = {{"bdf", address}};
  put_text(facts, "ids", pci::ids_of(host, folder));
  for (const auto* name : {"class", "revision", "current_link_speed", "current_link_width", "max_link_speed",
                           "max_link_width", "numa_node", "power_state"}) {
    put_text(facts, name, host.attribute(folder + "/" + name));
  }
  put_text(facts, "driver", host.link_name(folder + "/driver"));
  put_text(facts, "iommu_mode", host.attribute(folder + "/iommu_group/type"));
  return facts;
}

}  // namespace

nlohmann::json environment(const Host& host, const Settings& settings, const std::string& hypervisor) {
  Json env = {{"hypervisor", hypervisor}, {"iommu", iommu_mode(host)}};
  put_processor(env, host);
  put_memory(env, host);
  put_kernel(env, host);
  if (!settings.pci.empty()) env["pci"] = function_facts(host, settings.pci);
  return env;
}

}  // namespace gpupass::bench
