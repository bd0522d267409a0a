// SPDX-License-Identifier: GPL-2.0-or-later
#include <cuda_runtime.h>

#include "bench/cuda/card.hpp"
#include "bench/cuda/cuda.hpp"
#include "bench/cuda/diagnosis.hpp"
#include "bench/cuda/runtime.hpp"

namespace gpupass::bench::cuda {

Result<int> ordinal_at(const std::string& pci_address) {
  int ordinal = 0;
  if (cudaDeviceGetByPCIBusId(&ordinal, pci_address.c_str()) == cudaSuccess) return ordinal;
  return fail(ErrorKind::not_found, "CUDA counts no card at " + pci_address,
              "it counts those that are on the driver nvidia: `gpupass list` shows the drivers");
}

Result<> usable(int device) {
  GPUPASS_TRY(diagnose(machine_facts(Host()), driver_facts(), CUDART_VERSION, device));
  // What only the card itself can refuse: a context on it.
  GPUPASS_TRY(ok(cudaSetDevice(device), "cudaSetDevice"));
  return ok(cudaFree(nullptr), "a context on the card");
}

Result<> two_cards() {
  if (card_count() >= 2) return {};
  return fail(ErrorKind::unsupported, "CUDA sees one card, and this needs two");
}

}  // namespace gpupass::bench::cuda
