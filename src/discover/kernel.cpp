// SPDX-License-Identifier: GPL-2.0-or-later
#include "discover/kernel.hpp"

#include <algorithm>
#include <array>
#include <unordered_set>

#include "gpupass/core/printable.hpp"
#include "gpupass/core/sysfs.hpp"
#include "gpupass/core/text.hpp"

namespace gpupass::discover {
namespace {

constexpr std::size_t k_longest_configuration = 64U << 20U;
constexpr std::array k_looked_for = {"vfio",    "vfio_pci", "vfio_iommu_type1", "vfio_iommu_spapr_tce",
                                     "iommufd", "kvm",      "kvm_intel",        "kvm_amd"};
constexpr const char* k_processors = "/proc/cpuinfo";
constexpr std::size_t k_first_processor = 16384;  // one is told of in less; all of a large machine take long

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
  GPUPASS_TRY_ASSIGN(const auto text, host.read(path, k_longest_configuration));
  NameSet names;
  for (const auto line : core::split(text, '\n')) names.insert(module_name(line.substr(0, line.find(':'))));
  return names;
}

/// /proc/modules, "vfio_pci 16384 0 - Live 0x…" a line.
NameSet loaded_modules(const Host& host) {
  NameSet names;
  // Not there where the kernel has no modules.
  const auto text = host.read("/proc/modules", k_longest_configuration).value_or("");
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
    const bool there =
        loaded.contains(name) || built_in.contains(name) || host.exists(sysfs::kernel_module(name));
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

/// A line of /proc/cpuinfo that only one architecture writes so. Of x86 a 32-bit kernel is not told apart:
/// nothing here depends on it.
struct Shape {
  std::string_view key, value;  // the value's beginning
  const char* architecture;
};
constexpr std::array k_shapes = {
    Shape{"flags", "", "x86_64"},
    Shape{"CPU architecture", "8", "aarch64"},
    Shape{"CPU architecture", "AArch64", "aarch64"},  // kernels before 3.19
    Shape{"CPU architecture", "7", "armv7l"},
    Shape{"isa", "rv64", "riscv64"},
    Shape{"cpu", "POWER", "ppc64le"},
    Shape{"vendor_id", "IBM/S390", "s390x"},
    Shape{"CPU Family", "Loongson-64bit", "loongarch64"},
};

std::string architecture_of_processors(std::string_view cpuinfo) {
  for (const auto line : core::split(cpuinfo, '\n')) {
    const auto colon = line.find(':');
    if (colon == line.npos) continue;
    const auto key = core::trim(line.substr(0, colon));
    const auto value = core::trim(line.substr(colon + 1));
    const auto shape = std::ranges::find_if(
        k_shapes, [&](const Shape& one) { return key == one.key && value.starts_with(one.value); });
    if (shape != k_shapes.end()) return shape->architecture;
  }
  return "";
}

/// Folders of the kernel's sources, as paths of modules have them: "kernel/arch/x86/kvm/kvm.ko".
std::string architecture_of_modules(std::string_view list) {
  constexpr std::array<std::pair<std::string_view, const char*>, 6> k_folders{
      {{"kernel/arch/x86/", "x86_64"},
       {"kernel/arch/arm64/", "aarch64"},
       {"kernel/arch/riscv/", "riscv64"},
       {"kernel/arch/powerpc/", "ppc64le"},
       {"kernel/arch/s390/", "s390x"},
       {"kernel/arch/loongarch/", "loongarch64"}}};
  for (const auto& [folder, architecture] : k_folders) {
    if (list.find(folder) != list.npos) return architecture;
  }
  return "";
}

/// The kernel's own word where it has one (since 6.1), else what only one architecture looks like.
void read_architecture(const Host& host, Kernel& kernel) {
  constexpr const char* k_own_word = "/proc/sys/kernel/arch";
  const auto folder = "/lib/modules/" + kernel.release;
  const auto take = [&](std::string architecture, const std::string& path) {
    if (!kernel.architecture.empty() || architecture.empty()) return;
    kernel.architecture = std::move(architecture);
    kernel.told_by = path;
  };
  take(core::printable(core::trim(host.attribute(k_own_word).value_or(""))), k_own_word);
  const auto processors = host.read_start(k_processors, k_first_processor).value_or("");
  take(architecture_of_processors(processors), k_processors);
  for (const auto* const name : {"/modules.builtin", "/modules.dep"}) {
    if (!kernel.architecture.empty()) return;
    const auto list = host.read(folder + name, k_longest_configuration).value_or("");
    take(architecture_of_modules(list), folder + name);
  }
}

}  // namespace

Kernel read_kernel(const Host& host, Problems& problems) {
  Kernel kernel;
  kernel.release = read_line(host, "/proc/sys/kernel/osrelease", problems);
  kernel.command_line = read_line(host, "/proc/cmdline", problems);
  kernel.boot_id = read_line(host, "/proc/sys/kernel/random/boot_id", problems);
  kernel.modules = read_modules(host, kernel.release, problems);
  read_architecture(host, kernel);
  return kernel;
}

Kvm read_kvm(const Host& host, Problems& problems) {
  Kvm kvm;
  const auto text = text_or_note(problems, k_processors, host.read_start(k_processors, k_first_processor));
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

}  // namespace gpupass::discover
