// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/cuda/card.hpp"

#include <cuda_runtime.h>
#include <fmt/format.h>

#include <array>
#include <charconv>

#include "bench/cuda/harness.hpp"
#include "bench/cuda/nvml.hpp"
#include "gpupass/core/sysfs.hpp"
#include "gpupass/host.hpp"

namespace gpupass::bench::cuda {
namespace {

std::string uuid_text(const cudaUUID_t& uuid) {
  std::string text = "GPU";
  for (std::size_t i = 0; i < sizeof uuid.bytes; ++i) {
    if (i == 0 || i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += fmt::format("{:02x}", static_cast<unsigned char>(uuid.bytes[i]));
  }
  return text;
}

/// The number that a kernel attribute begins with: 32 of "32.0 GT/s PCIe", 16 of "16".
std::optional<double> number(const Host& host, const std::string& path) {
  const auto text = host.attribute(path);
  double value = 0;
  if (!text || std::from_chars(text->data(), text->data() + text->size(), value).ec != std::errc{}) {
    return std::nullopt;
  }
  return value;
}

std::optional<Link> link_by_sysfs(const std::string& pci_address) {
  const Host host;
  const auto folder = sysfs::pci_device(pci_address);
  const auto speed = number(host, folder + "/max_link_speed");
  const auto width = number(host, folder + "/max_link_width");
  if (!speed || !width || *width < 1) return std::nullopt;
  constexpr std::array k_speeds = {2.5, 5.0, 8.0, 16.0, 32.0, 64.0};
  for (std::size_t i = 0; i < k_speeds.size(); ++i) {
    if (*speed <= k_speeds.at(i)) return Link{static_cast<int>(i) + 1, static_cast<int>(*width)};
  }
  return std::nullopt;
}

/// Nothing: this driver does not tell it.
std::optional<int> attribute(cudaDeviceAttr which, int ordinal) {
  int value = 0;
  if (cudaDeviceGetAttribute(&value, which, ordinal) != cudaSuccess) return std::nullopt;
  return value;
}

}  // namespace

Result<Card> card(int ordinal) {
  cudaDeviceProp properties{};
  GPUPASS_TRY(ok(cudaGetDeviceProperties(&properties, ordinal), fmt::format("card {}", ordinal)));
  Card card;
  card.ordinal = ordinal;
  card.name = properties.name;
  card.uuid = uuid_text(properties.uuid);
  card.pci_address = fmt::format("{:04x}:{:02x}:{:02x}.0", properties.pciDomainID, properties.pciBusID,
                                 properties.pciDeviceID);
  card.major = properties.major;
  card.minor = properties.minor;
  card.sm = properties.multiProcessorCount;
  card.sm_hz = attribute(cudaDevAttrClockRate, ordinal).value_or(0) * 1e3;
  card.memory_hz = attribute(cudaDevAttrMemoryClockRate, ordinal).value_or(0) * 1e3;
  card.memory_bus_bits = properties.memoryBusWidth;
  card.l2_bytes = properties.l2CacheSize;
  card.memory_bytes = static_cast<std::int64_t>(properties.totalGlobalMem);
  card.ecc = properties.ECCEnabled != 0;
  card.copy_engines = properties.asyncEngineCount;
  const auto state = card_state(card.uuid);
  card.link = state && state->link_max ? state->link_max : link_by_sysfs(card.pci_address);
  return card;
}

int card_count() {
  int count = 0;
  return cudaGetDeviceCount(&count) == cudaSuccess ? count : 0;
}

Result<Card> select(const Context& context) {
  const int ordinal = context.settings().device;
  GPUPASS_TRY(ok(cudaSetDevice(ordinal), fmt::format("cudaSetDevice {}", ordinal)));
  GPUPASS_TRY(ok(cudaSetDeviceFlags(cudaDeviceScheduleSpin | cudaDeviceMapHost), "cudaSetDeviceFlags"));
  return card(ordinal);
}

}  // namespace gpupass::bench::cuda
