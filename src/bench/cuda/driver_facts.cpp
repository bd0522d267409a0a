// SPDX-License-Identifier: GPL-2.0-or-later
// Asks the driver's library, which comes with the driver and is never linked.
#include <dlfcn.h>

#include <filesystem>

#include "bench/cuda/diagnosis.hpp"

namespace gpupass::bench::cuda {
namespace {

/// "580.159.04" of …/libcuda.so.580.159.04, the file that the loaded library is; empty if it is named
/// otherwise.
std::string version_of(void* symbol) {
  Dl_info info{};
  if (dladdr(symbol, &info) == 0 || info.dli_fname == nullptr) return "";
  std::error_code error;
  const auto name = std::filesystem::canonical(info.dli_fname, error).filename().string();
  constexpr std::string_view k_before = "libcuda.so.";
  if (error || !name.starts_with(k_before)) return "";
  const auto version = name.substr(k_before.size());
  return version.find('.') == std::string::npos ? "" : version;
}

}  // namespace

DriverFacts driver_facts() {
  DriverFacts facts;
  void* const library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);  // never closed: the runtime uses it
  if (library == nullptr) {
    const char* const why = dlerror();
    facts.load_error = why == nullptr ? "libcuda.so.1" : why;
    return facts;
  }
  const auto find = [&](const char* name) { return dlsym(library, name); };
  const auto init = reinterpret_cast<int (*)(unsigned)>(find("cuInit"));
  const auto api = reinterpret_cast<int (*)(int*)>(find("cuDriverGetVersion"));
  const auto count = reinterpret_cast<int (*)(int*)>(find("cuDeviceGetCount"));
  if (init == nullptr || api == nullptr || count == nullptr) {
    facts.load_error = "libcuda.so.1 is not the driver's library: a function is missing";
    return facts;
  }
  facts.library = version_of(reinterpret_cast<void*>(init));
  if (api(&facts.api) != 0) facts.api = 0;
  facts.init = init(0);
  if (facts.init != 0 || count(&facts.cards) != 0) facts.cards = 0;
  return facts;
}

}  // namespace gpupass::bench::cuda
