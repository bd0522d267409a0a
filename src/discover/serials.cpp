// SPDX-License-Identifier: GPL-2.0-or-later
#include "discover/serials.hpp"

#include <algorithm>

#include "gpupass/core/printable.hpp"
#include "gpupass/core/sysfs.hpp"
#include "gpupass/core/text.hpp"

namespace gpupass::discover {
namespace {

constexpr auto k_patience = std::chrono::milliseconds(1000);

std::size_t byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

std::optional<std::string> serial_text(std::string_view text) {
  const auto trimmed = core::trim(text.substr(0, text.find('\0')));
  if (trimmed.empty() || !core::is_printable(trimmed)) return std::nullopt;
  return std::string(trimmed);
}

/// Two letters, a length and as many bytes, one behind the other.
std::optional<std::string> serial_of_fields(std::string_view fields) {
  constexpr std::size_t k_header = 3;
  while (fields.size() >= k_header) {
    const auto size = byte_at(fields, 2);
    if (fields.starts_with("SN")) return serial_text(fields.substr(k_header, size));
    fields.remove_prefix(std::min(k_header + size, fields.size()));
  }
  return std::nullopt;
}

/// Where a source can be read, and how a serial number is found in it.
struct Source {
  const char* name;  // as in Identity::serials
  std::string path;
  std::optional<std::string> (*find)(std::string_view text);
};

std::vector<Source> sources_of(const Device& device) {
  std::vector<Source> sources;
  const auto address = to_string(device.address);
  if (!device.serials.contains("pcie"))
    sources.push_back({"vpd", sysfs::pci_device(address, "vpd"), serial_of_vpd});
  if (device.vendor == k_nvidia && device.driver == "nvidia")
    sources.push_back({"nvidia", "/proc/driver/nvidia/gpus/" + address + "/information", uuid_of_nvidia});
  return sources;
}

}  // namespace

std::optional<std::string> serial_of_vpd(std::string_view vpd) {
  constexpr std::size_t k_large = 0x80, k_read_only = 0x90, k_small_size = 0x07, k_end = 0x78;
  while (!vpd.empty()) {
    const auto tag = byte_at(vpd, 0);
    const bool large = (tag & k_large) != 0;
    if ((!large && (tag & ~k_small_size) == k_end) || (large && vpd.size() < 3)) return std::nullopt;
    const std::size_t header = large ? 3 : 1;
    const auto size = large ? byte_at(vpd, 1) | byte_at(vpd, 2) << 8U : tag & k_small_size;
    if (tag == k_read_only) return serial_of_fields(vpd.substr(header, size));
    vpd.remove_prefix(std::min(header + size, vpd.size()));
  }
  return std::nullopt;
}

std::optional<std::string> uuid_of_nvidia(std::string_view information) {
  constexpr std::string_view k_field = "GPU UUID:";
  for (const auto line : core::split(information, '\n')) {
    if (!line.starts_with(k_field) || line.find('?') != line.npos) continue;
    return serial_text(line.substr(k_field.size()));
  }
  return std::nullopt;
}

void read_slow_serials(const Host& host, const std::vector<PciAddress>& functions,
                       std::vector<Device>& devices) {
  for (auto& device : devices) {
    if (std::ranges::find(functions, device.address) == functions.end()) continue;
    const auto sources = sources_of(device);
    std::vector<std::string> paths;
    for (const auto& source : sources) paths.push_back(source.path);
    const auto texts = host.guarded_attributes(paths, k_patience);
    for (std::size_t i = 0; i < sources.size(); ++i) {
      // Most devices have neither file, and one that does not answer is one whose number is not known.
      if (!texts[i]) continue;
      if (auto serial = sources[i].find(*texts[i]))
        device.serials.emplace(sources[i].name, *std::move(serial));
    }
  }
}

}  // namespace gpupass::discover
