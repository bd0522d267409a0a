// SPDX-License-Identifier: GPL-2.0-or-later
// The card as a result file shows it.
#include <cuda_runtime.h>

#include "bench/cuda/card.hpp"
#include "bench/cuda/cuda.hpp"
#include "bench/cuda/nvml.hpp"
#include "gpupass/core/printable.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/host.hpp"

namespace gpupass::bench::cuda {
namespace {

using nlohmann::json;

json link_json(const Link& link) {
  return {{"gen", link.generation}, {"width", link.width}};
}

template <class T>
void put(json& object, const char* key, const std::optional<T>& value) {
  if (value) object[key] = *value;
}

/// The file that CUDA's driver library was loaded from; of a container as the container sees it.
std::string library_of_driver() {
  const auto maps = Host().read("/proc/self/maps", std::size_t{16} << 20U).value_or("");
  for (const auto line : core::split(maps, '\n')) {
    const auto path = line.find('/');
    if (path != line.npos && line.find("/libcuda.so") != line.npos) return core::printable(line.substr(path));
  }
  return "";
}

}  // namespace

json compiled_with() {
  return {{"nvcc", GPUPASS_NVCC}, {"sm", GPUPASS_SM}};
}

json environment(int device) {
  const auto found = card(device);
  if (!found) return json::object();
  json gpu = {{"uuid", found->uuid},
              {"name", found->name},
              {"bdf", found->pci_address},
              {"compute_capability", std::to_string(found->major) + "." + std::to_string(found->minor)},
              {"sm", found->sm},
              {"sm_mhz_max", found->sm_hz / 1e6},
              {"memory_mhz", found->memory_hz / 1e6},
              {"memory_bus_bits", found->memory_bus_bits},
              {"l2_bytes", found->l2_bytes},
              {"memory_bytes", found->memory_bytes},
              {"ecc", found->ecc},
              {"copy_engines", found->copy_engines}};
  if (found->link) gpu["link"] = link_json(*found->link);
  json env = {{"cuda_runtime", CUDART_VERSION}};
  int api = 0;
  if (cudaDriverGetVersion(&api) == cudaSuccess) env["cuda_driver"] = api;
  if (const auto state = card_state(found->uuid)) {
    put(env, "driver", state->driver);
    put(gpu, "mig", state->mig);
    put(gpu, "persistence", state->persistence);
    put(gpu, "bar1_bytes", state->bar1_bytes);
    put(gpu, "power_limit_w", state->power_limit_w);
    put(gpu, "temperature_c", state->temperature_c);
  }
  if (const auto library = library_of_driver(); !library.empty()) env["libcuda"] = library;
  env["gpu"] = std::move(gpu);
  return env;
}

}  // namespace gpupass::bench::cuda
