// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/cuda/nvml.hpp"

#include <dlfcn.h>

#include <array>
#include <memory>

namespace gpupass::bench::cuda {
namespace {

// NVML's binary interface, as much of it as is asked here. Every function answers 0 for success.
using Device = void*;
struct Bar1 {
  unsigned long long total, free, used;
};
struct Process {
  unsigned pid;
  unsigned long long memory;
  unsigned gpu_instance, compute_instance;
};
enum Clock : int { sm_clock = 1, memory_clock = 2 };
constexpr int k_gpu_temperature = 0;

class Library {
 public:
  Library() : handle_(dlopen("libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL), dlclose) {
    ready_ = handle_ && call("nvmlInit_v2");
  }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  ~Library() {
    if (ready_) static_cast<void>(call("nvmlShutdown"));
  }

  explicit operator bool() const { return ready_; }

  /// False also where this version of the library has no such function.
  template <class... Arguments>
  [[nodiscard]] bool call(const char* name, Arguments... arguments) const {
    const auto function = reinterpret_cast<int (*)(Arguments...)>(dlsym(handle_.get(), name));
    return function != nullptr && function(arguments...) == 0;
  }

 private:
  std::unique_ptr<void, int (*)(void*)> handle_;
  bool ready_ = false;
};

/// One number that a function writes behind the device.
template <class T>
std::optional<T> number(const Library& nvml, Device device, const char* name) {
  T value{};
  if (!nvml.call(name, device, &value)) return std::nullopt;
  return value;
}

/// A mode that is told as it is and as it will be after a reset.
std::optional<bool> mode(const Library& nvml, Device device, const char* name) {
  unsigned now = 0, pending = 0;
  if (!nvml.call(name, device, &now, &pending)) return std::nullopt;
  return now != 0;
}

std::optional<Link> link(const Library& nvml, Device device, const char* generation, const char* width) {
  const auto gen = number<unsigned>(nvml, device, generation);
  const auto lanes = number<unsigned>(nvml, device, width);
  if (!gen || !lanes || *gen == 0 || *lanes == 0) return std::nullopt;
  return Link{static_cast<int>(*gen), static_cast<int>(*lanes)};
}

std::optional<int> clock(const Library& nvml, Device device, Clock which) {
  unsigned mhz = 0;
  if (!nvml.call("nvmlDeviceGetClockInfo", device, which, &mhz)) return std::nullopt;
  return static_cast<int>(mhz);
}

std::optional<double> watts(const Library& nvml, Device device, const char* name) {
  const auto milliwatts = number<unsigned>(nvml, device, name);
  if (!milliwatts) return std::nullopt;
  return static_cast<double>(*milliwatts) / 1000;
}

std::optional<int> processes(const Library& nvml, Device device) {
  std::array<Process, 64> list{};
  auto n = static_cast<unsigned>(list.size());
  if (!nvml.call("nvmlDeviceGetComputeRunningProcesses_v3", device, &n, list.data())) return std::nullopt;
  return static_cast<int>(n);
}

}  // namespace

std::optional<CardState> card_state(const std::string& uuid) {
  const Library nvml;
  Device device = nullptr;
  if (!nvml || !nvml.call("nvmlDeviceGetHandleByUUID", uuid.c_str(), &device)) return std::nullopt;

  CardState state;
  std::array<char, 96> version{};
  if (nvml.call("nvmlSystemGetDriverVersion", version.data(), static_cast<unsigned>(version.size()))) {
    state.driver = version.data();
  }
  state.ecc = mode(nvml, device, "nvmlDeviceGetEccMode");
  state.mig = mode(nvml, device, "nvmlDeviceGetMigMode");
  if (const auto on = number<unsigned>(nvml, device, "nvmlDeviceGetPersistenceMode")) {
    state.persistence = *on != 0;
  }
  state.link_now =
      link(nvml, device, "nvmlDeviceGetCurrPcieLinkGeneration", "nvmlDeviceGetCurrPcieLinkWidth");
  state.link_max = link(nvml, device, "nvmlDeviceGetMaxPcieLinkGeneration", "nvmlDeviceGetMaxPcieLinkWidth");
  if (const auto bar1 = number<Bar1>(nvml, device, "nvmlDeviceGetBAR1MemoryInfo")) {
    state.bar1_bytes = static_cast<std::int64_t>(bar1->total);
  }
  state.sm_mhz = clock(nvml, device, sm_clock);
  state.memory_mhz = clock(nvml, device, memory_clock);
  if (const auto reasons =
          number<unsigned long long>(nvml, device, "nvmlDeviceGetCurrentClocksThrottleReasons")) {
    state.throttle = *reasons;
  }
  state.power_w = watts(nvml, device, "nvmlDeviceGetPowerUsage");
  state.power_limit_w = watts(nvml, device, "nvmlDeviceGetEnforcedPowerLimit");
  unsigned celsius = 0;
  if (nvml.call("nvmlDeviceGetTemperature", device, k_gpu_temperature, &celsius)) {
    state.temperature_c = static_cast<int>(celsius);
  }
  state.processes = processes(nvml, device);
  return state;
}

}  // namespace gpupass::bench::cuda
