// SPDX-License-Identifier: GPL-2.0-or-later
#include "container/nvidia.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "container/linker_cache.hpp"
#include "gpupass/core/printable.hpp"
#include "gpupass/core/sysfs.hpp"
#include "gpupass/core/text.hpp"

namespace gpupass::container {
namespace {

using Names = std::vector<std::string>;

/// Where distributions, clouds and NVIDIA's operator put the driver, behind the linker's own folders.
constexpr std::array k_library_folders = {"/usr/lib/x86_64-linux-gnu",
                                          "/usr/lib/x86_64-linux-gnu/nvidia/current",
                                          "/usr/lib/aarch64-linux-gnu",
                                          "/usr/lib/aarch64-linux-gnu/nvidia/current",
                                          "/usr/lib64",
                                          "/usr/lib64/nvidia",
                                          "/usr/lib",
                                          "/usr/lib/nvidia",
                                          "/usr/local/nvidia/lib64",
                                          "/usr/local/nvidia/lib",
                                          "/usr/local/lib",
                                          "/opt/nvidia/lib64",
                                          "/opt/nvidia/lib",
                                          "/home/kubernetes/bin/nvidia/lib64",
                                          "/var/lib/nvidia/lib64",
                                          "/run/opengl-driver/lib",
                                          "/usr/lib/wsl/lib"};
constexpr std::array k_program_folders = {"/usr/bin",
                                          "/usr/sbin",
                                          "/usr/local/bin",
                                          "/usr/local/sbin",
                                          "/usr/local/nvidia/bin",
                                          "/opt/nvidia/bin",
                                          "/home/kubernetes/bin/nvidia/bin",
                                          "/var/lib/nvidia/bin",
                                          "/run/current-system/sw/bin"};
constexpr std::array k_programs = {"nvidia-smi", "nvidia-debugdump", "nvidia-cuda-mps-control",
                                   "nvidia-cuda-mps-server", "nvidia-persistenced"};
constexpr std::array k_firmware_folders = {"/lib/firmware", "/usr/lib/firmware", "/usr/local/nvidia/firmware",
                                           "/run/current-system/firmware"};
/// Not /tmp/nvidia-mps, which anybody may have made.
constexpr std::array k_sockets = {"/run/nvidia-persistenced/socket", "/run/nvidia-fabricmanager/socket"};
constexpr std::array k_tables = {"/usr/share/vulkan/icd.d/nvidia_icd.json",
                                 "/etc/vulkan/icd.d/nvidia_icd.json",
                                 "/usr/share/vulkan/implicit_layer.d/nvidia_layers.json",
                                 "/etc/vulkan/implicit_layer.d/nvidia_layers.json",
                                 "/usr/share/glvnd/egl_vendor.d/10_nvidia.json",
                                 "/usr/share/egl/egl_external_platform.d/15_nvidia_gbm.json",
                                 "/usr/share/egl/egl_external_platform.d/10_nvidia_wayland.json",
                                 "/usr/share/nvidia/nvoptix.bin"};
/// Of the driver's packages, with version numbers of their own.
constexpr std::array<std::string_view, 2> k_own_versions = {"libnvidia-egl-", "libnvidia-api.so"};

Names list(const Host& host, const std::string& folder) {
  return host.list(folder).value_or(Names{});
}

constexpr std::string_view k_elf =
    "\x7f"
    "ELF";

/// Not a script that calls one of another folder, which no container has.
bool is_elf(const Host& host, const std::string& path) {
  return host.read_start(path, k_elf.size()) == std::string(k_elf);
}

std::string name_in(std::string_view path) {
  return std::string(path.substr(path.rfind('/') + 1));
}

/// "libcuda" of "libcuda.so.1".
std::string_view stem_of(std::string_view name) {
  return name.substr(0, name.find(".so"));
}

/// "580.159.04" of "libcuda.so.580.159.04"; empty if there is none of that form.
std::string version_of_library(std::string_view name) {
  const auto at = name.find(".so.");
  const auto version = at == name.npos ? std::string_view() : name.substr(at + 4);
  const bool is_one = version.find('.') != version.npos &&
                      version.find_first_not_of("0123456789.") == version.npos && version.back() != '.';
  return is_one ? std::string(version) : "";
}

/// Folders that /etc/ld.so.conf names, with what it includes.
Names configured_folders(const Host& host) {
  Names folders;
  Names files = {"/etc/ld.so.conf"};
  for (const auto& name : list(host, "/etc/ld.so.conf.d")) {
    if (name.ends_with(".conf")) files.push_back("/etc/ld.so.conf.d/" + name);
  }
  for (const auto& file : files) {
    const auto text = host.read(file).value_or("");
    for (const auto line : core::split(text, '\n')) {
      if (core::trim(line).starts_with('/')) folders.emplace_back(core::trim(line));
    }
  }
  return folders;
}

/// Every folder that may have a part of the driver, the one that a program of the host gets first.
Names library_folders(const Host& host) {
  constexpr std::size_t k_largest_cache = std::size_t{16} << 20U;
  Names folders;
  const auto add = [&](std::string folder) {
    while (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
    if (std::ranges::find(folders, folder) == folders.end()) folders.push_back(std::move(folder));
  };
  const auto content = host.read("/etc/ld.so.cache", k_largest_cache).value_or("");
  for (const auto& [name, path] : read_linker_cache(content)) {
    if (name.starts_with("libcuda.so") || name.starts_with("libnvidia-") ||
        name.find("_nvidia.so") != name.npos)
      add(path.substr(0, path.rfind('/')));
  }
  for (auto& folder : configured_folders(host)) add(std::move(folder));
  for (const auto* const folder : k_library_folders) add(folder);
  return folders;
}

/// Of the 32-bit twin of a library, which has the same name in another folder.
bool is_32_bit(const Host& host, const std::string& path) {
  const auto wanted = std::string(k_elf) + "\x01";  // ELFCLASS32
  return host.read_start(path, wanted.size()) == wanted;
}

/// "/sys/module/nvidia/version", or the line "NVRM version: NVIDIA UNIX … Kernel Module  580.159.04  …".
std::string module_version(const Host& host) {
  if (const auto version = host.attribute(sysfs::kernel_module("nvidia", "version")))
    return core::printable(*version);
  const auto text = host.read("/proc/driver/nvidia/version").value_or("");
  for (const auto line : core::split(text, '\n')) {
    if (!line.starts_with("NVRM version:")) continue;
    for (const auto word : core::words(line)) {
      if (auto version = version_of_library(fmt::format("x.so.{}", word)); !version.empty()) return version;
    }
  }
  return {};
}

class Libraries {
 public:
  Libraries(const Host& host, const std::string& architecture, NvidiaDriver& driver)
      : host_(host), driver_(driver) {
    // The folders that every glibc of such a system looks into by itself: Debian's and its kin's, and
    // others'.
    const bool is_arm = architecture == "aarch64";
    targets_ = {is_arm ? "/usr/lib/aarch64-linux-gnu" : "/usr/lib/x86_64-linux-gnu", "/usr/lib64"};
  }

  void read() {
    for (const auto& folder : library_folders(host_)) {
      const auto names = list(host_, folder);
      note_default(folder, names);
      std::set<std::string, std::less<>> stems;
      for (const auto& name : names) {
        if (is_part(name)) stems.insert(std::string(stem_of(name)));
      }
      for (const auto& name : names) {
        if (name.find(".so") != name.npos && stems.contains(stem_of(name))) add(folder, name);
      }
    }
    std::ranges::sort(driver_.libraries, {}, &Mount::container);
  }

 private:
  [[nodiscard]] bool is_part(std::string_view name) const {
    return (name.starts_with("lib") && name.ends_with(".so." + driver_.version)) ||
           std::ranges::any_of(k_own_versions, [&](auto prefix) { return name.starts_with(prefix); });
  }

  /// What a program gets that asks for libcuda.so.1.
  void note_default(const std::string& folder, const Names& names) {
    constexpr const char* k_cuda = "libcuda.so.1";
    if (!driver_.library_path.empty() || std::ranges::find(names, k_cuda) == names.end()) return;
    const auto real = host_.resolve(folder + "/" + k_cuda);
    if (!real || is_32_bit(host_, *real)) return;
    driver_.library_path = *real;
    driver_.library_version = version_of_library(name_in(*real));
  }

  void add(const std::string& folder, const std::string& name) {
    // A name that ends in .so is for compilers; of libcuda alone some programs ask for it at run time.
    if (name.ends_with(".so") && !name.starts_with("libcuda.")) return;
    const auto real = host_.resolve(folder + "/" + name);
    if (!real || !is_part(name_in(*real)) || !core::is_printable(*real) || is_32_bit(host_, *real)) return;
    if (!seen_.insert(name).second) return;
    for (const auto& target : targets_) driver_.libraries.push_back({*real, target + "/" + name});
    if (name == "libcuda.so.1") add_plain(*real);
  }

  /// libcuda.so, where the host itself has no such name.
  void add_plain(const std::string& real) {
    if (!seen_.insert("libcuda.so").second) return;
    for (const auto& target : targets_) driver_.libraries.push_back({real, target + "/libcuda.so"});
  }

  const Host& host_;
  NvidiaDriver& driver_;
  Names targets_;
  std::set<std::string> seen_;
};

void add_others(const Host& host, NvidiaDriver& driver) {
  for (const auto* const program : k_programs) {
    for (const auto* const folder : k_program_folders) {
      const auto real = host.resolve(fmt::format("{}/{}", folder, program));
      if (!real || !core::is_printable(*real) || !is_elf(host, *real)) continue;
      driver.others.push_back({*real, fmt::format("/usr/bin/{}", program)});
      break;
    }
  }
  for (const auto* const folder : k_firmware_folders) {
    const auto place = fmt::format("{}/nvidia/{}", folder, driver.version);
    const auto names = list(host, place);
    for (const auto& name : names) {
      if (name.starts_with("gsp") && name.ends_with(".bin") && core::is_printable(name))
        driver.others.push_back(
            {place + "/" + name, fmt::format("/usr/lib/firmware/nvidia/{}/{}", driver.version, name)});
    }
    if (!names.empty()) break;
  }
  for (const auto* const table : k_tables) {
    if (host.exists(table)) driver.others.push_back({table, table});
  }
  for (const auto* const socket : k_sockets) {
    if (host.exists(socket)) driver.others.push_back({socket, socket, true});
  }
}

/// "DeviceFileMinor: 12" of the driver's file of a capability.
std::optional<std::uint64_t> capability_minor(const Host& host, const std::string& access) {
  const auto text = host.read(access).value_or("");
  for (const auto line : core::split(text, '\n')) {
    if (line.starts_with("DeviceFileMinor:")) return core::parse_number(core::words(line).back());
  }
  return std::nullopt;
}

/// Below /proc/driver/nvidia/capabilities/gpu0/mig there is a folder gi1 of each GPU instance, and in that
/// one ci0 of each compute instance.
std::vector<MigPart> read_mig_parts(const Host& host, const NodeReader& nodes) {
  const std::string all = "/proc/driver/nvidia/capabilities";
  std::vector<MigPart> parts;
  const auto add = [&](const std::string& name, const std::string& folder) {
    const auto access = folder + "/access";
    if (const auto minor = capability_minor(host, access))
      parts.push_back({name, access,
                       nodes.dynamic(fmt::format("/dev/nvidia-caps/nvidia-cap{}", *minor), "nvidia-caps",
                                     static_cast<unsigned>(*minor))});
  };
  for (const auto& gpu : list(host, all)) {
    const auto folder = fmt::format("{}/{}/mig", all, gpu);
    for (const auto& instance : gpu.starts_with("gpu") ? list(host, folder) : Names{}) {
      if (!instance.starts_with("gi")) continue;
      add(gpu + "/" + instance, folder + "/" + instance);
      for (const auto& part : list(host, folder + "/" + instance)) {
        if (part.starts_with("ci"))
          add(fmt::format("{}/{}/{}", gpu, instance, part), fmt::format("{}/{}/{}", folder, instance, part));
      }
    }
  }
  return parts;
}

}  // namespace

std::optional<NvidiaDriver> read_nvidia(const Host& host, const NodeReader& nodes,
                                        const std::string& architecture) {
  NvidiaDriver driver;
  driver.version = module_version(host);
  if (driver.version.empty()) return std::nullopt;
  driver.nodes = {nodes.node("/dev/nvidiactl", "195:255"), nodes.dynamic("/dev/nvidia-uvm", "nvidia-uvm", 0)};
  // Debuggers and profilers use the one, programs that drive screens the other: where they are there.
  for (auto& node : {nodes.dynamic("/dev/nvidia-uvm-tools", "nvidia-uvm", 1),
                     nodes.node("/dev/nvidia-modeset", "195:254")}) {
    if (node.trouble().empty()) driver.nodes.push_back(node);
  }
  Libraries(host, architecture, driver).read();
  add_others(host, driver);
  driver.mig_parts = read_mig_parts(host, nodes);
  return driver;
}

std::optional<NvidiaCard> read_nvidia_card(const Host& host, const PciAddress& card) {
  const auto text =
      host.read(fmt::format("/proc/driver/nvidia/gpus/{}/information", to_string(card))).value_or("");
  std::optional<NvidiaCard> found;
  std::string uuid;
  for (const auto line : core::split(text, '\n')) {
    const auto words = core::words(line);
    if (line.starts_with("GPU UUID:") && words.size() == 3) uuid = core::printable(words[2]);
    if (!line.starts_with("Device Minor:")) continue;
    if (const auto minor = core::parse_number(words.back())) found = NvidiaCard{"", *minor};
  }
  if (found) found->uuid = uuid;
  return found;
}

}  // namespace gpupass::container
