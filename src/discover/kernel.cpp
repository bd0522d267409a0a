// SPDX-License-Identifier: GPL-2.0-or-later
#include "discover/kernel.hpp"

#include <algorithm>
#include <array>
#include <unordered_set>

#include "core/printable.hpp"
#include "core/text.hpp"

namespace gpupass::discovery {
namespace {

constexpr std::size_t k_limit = 64U << 20U;
constexpr std::array k_looked_for = {"vfio", "vfio_pci", "vfio_iommu_type1", "kvm", "kvm_intel", "kvm_amd"};

using NameSet = std::unordered_set<std::string>;

std::string read_line(const Host& host, const std::string& path, Problems& problems) {
  return core::printable(core::trim(text_or_note(problems, path, host.attribute(path))));
}

/// "kernel/drivers/vfio/pci/vfio-pci.ko.xz" → "vfio_pci".
std::string module_name(std::string_view path) {
  const auto file = path.substr(path.rfind('/') + 1);
  std::string name(file.substr(0, file.find(".ko")));
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

/// The modules that a file below /lib/modules/RELEASE lists, a path at the start of each line.
Result<NameSet> listed_modules(const Host& host, const std::string& path) {
  GPUPASS_TRY_ASSIGN(const auto text, host.read(path, k_limit));
  NameSet names;
  for (const auto line : core::split(text, '\n')) names.insert(module_name(line.substr(0, line.find(':'))));
  return names;
}

/// /proc/modules, "vfio_pci 16384 0 - Live 0x…" a line.
NameSet loaded_modules(const Host& host) {
  NameSet names;
  // Not there where the kernel has no modules.
  const auto text = host.read("/proc/modules", k_limit).value_or("");
  for (const auto line : core::split(text, '\n')) names.emplace(line.substr(0, line.find(' ')));
  return names;
}

std::vector<Module> read_modules(const Host& host, const std::string& release, Problems& problems) {
  const auto folder = "/lib/modules/" + release;
  const auto loaded = loaded_modules(host);
  const auto built_in = listed_modules(host, folder + "/modules.builtin").value_or(NameSet{});
  std::vector<Module> modules;
  for (const std::string name : k_looked_for) {
    // A module that is built in may have a folder in /sys/module and nothing else that shows it.
    const bool there = loaded.contains(name) || built_in.contains(name) || host.exists("/sys/module/" + name);
    modules.push_back({name, there, there});
  }
  if (std::all_of(modules.begin(), modules.end(), [](const Module& module) { return module.available; })) {
    return modules;
  }
  const auto loadable = listed_modules(host, folder + "/modules.dep");
  if (!loadable) note(problems, folder + "/modules.dep", loadable.error());
  for (auto& module : modules) {
    module.available = module.available || (loadable && loadable->contains(module.name));
  }
  return modules;
}

}  // namespace

Kernel read_kernel(const Host& host, Problems& problems) {
  Kernel kernel;
  kernel.release = read_line(host, "/proc/sys/kernel/osrelease", problems);
  kernel.command_line = read_line(host, "/proc/cmdline", problems);
  kernel.boot_id = read_line(host, "/proc/sys/kernel/random/boot_id", problems);
  kernel.modules = read_modules(host, kernel.release, problems);
  return kernel;
}

Kvm read_kvm(const Host& host, Problems& problems) {
  constexpr std::size_t k_first_processor =
      16384;  // one is told of in less; all of a large machine take long
  Kvm kvm;
  const auto text = text_or_note(problems, "/proc/cpuinfo", host.read("/proc/cpuinfo", k_first_processor));
  for (const auto line : core::split(text, '\n')) {
    if (!line.starts_with("flags")) continue;
    for (const auto flag : core::words(line)) {
      if (flag == "vmx" || flag == "svm") kvm.cpu_flag = flag;
    }
    break;
  }
  if (!host.captured()) kvm.probe = host.probe_kvm();
  return kvm;
}

}  // namespace gpupass::discovery
