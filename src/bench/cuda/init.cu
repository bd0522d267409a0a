// SPDX-License-Identifier: GPL-2.0-or-later
// What a process pays once: cuInit, a context, the first kernel. Each sample is a process of its own, which
// measures itself: starting it is not in the sample.
#include <dlfcn.h>

#include <array>
#include <charconv>
#include <iostream>
#include <string>

#include "bench/cuda/cases.hpp"
#include "bench/cuda/cuda.hpp"
#include "bench/cuda/harness.hpp"
#include "bench/host_timing.hpp"
#include "bench/start.hpp"
#include "gpupass/host.hpp"
#include "gpupass/pci_address.hpp"

namespace gpupass::bench::cuda {
namespace {

constexpr int k_processes = 20, k_processes_quick = 3;
constexpr int k_sentinel = 0x5EA1;

__global__ void write_sentinel(int* to) {
  *to = k_sentinel;
}

/// The steps, in the order in which a process takes them. Each returns its time in ns, delay injected.
Result<std::int64_t> driver(double inject) {
  void* const library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  const auto init =
      library == nullptr ? nullptr : reinterpret_cast<int (*)(unsigned)>(dlsym(library, "cuInit"));
  if (init == nullptr) return fail(ErrorKind::not_found, "libcuda.so.1 has no cuInit");
  const auto start = now_ns();
  const int answer = init(0);
  const auto ns = elapsed_with_injection(start, inject);
  if (answer != 0) return fail(ErrorKind::system, "cuInit: " + std::to_string(answer));
  return ns;
}

Result<std::int64_t> context(int device, double inject) {
  const auto start = now_ns();
  GPUPASS_TRY(ok(cudaSetDevice(device), "cudaSetDevice"));
  GPUPASS_TRY(ok(cudaFree(nullptr), "cudaFree"));
  return elapsed_with_injection(start, inject);
}

Result<std::int64_t> first_kernel(double inject) {
  GPUPASS_TRY_ASSIGN(auto stream, Stream::make());
  GPUPASS_TRY_ASSIGN(auto word, PinnedBuffer<int>::make(1));
  *word.data() = 0;
  const auto start = now_ns();
  write_sentinel<<<1, 1, 0, stream.get()>>>(word.data());
  GPUPASS_TRY(launched("the first kernel"));
  GPUPASS_TRY(stream.wait(std::chrono::seconds(60)));
  const auto ns = elapsed_with_injection(start, inject);
  if (*word.data() != k_sentinel) return fail(ErrorKind::system, "the first kernel wrote nothing");
  return ns;
}

template <class T>
Result<T> parse(const std::string& text) {
  T value{};
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end.ec != std::errc{}) return fail(ErrorKind::invalid, "not a number: " + text);
  return value;
}

/// A number of CUDA's, or a PCI address.
Result<int> ordinal_of(const std::string& card) {
  return parse_pci_address(card) ? ordinal_at(card) : parse<int>(card);
}

/// Takes the steps up to the one that is asked for: that one's time, or of "moment" when all were done.
Result<std::int64_t> step(const std::string& wanted, const std::string& card, double inject) {
  GPUPASS_TRY_ASSIGN(const auto driver_ns, driver(inject));
  if (wanted == "driver") return driver_ns;
  GPUPASS_TRY_ASSIGN(const auto device, ordinal_of(card));
  GPUPASS_TRY_ASSIGN(const auto context_ns, context(device, inject));
  if (wanted == "context") return context_ns;
  GPUPASS_TRY_ASSIGN(const auto kernel_ns, first_kernel(inject));
  return wanted == "moment" ? moment_ns() : kernel_ns;
}

/// Where the card was named by its address, nothing may have asked CUDA yet which number that is.
std::string card_of(const Settings& settings) {
  return settings.device_address.empty() ? std::to_string(settings.device) : settings.device_address;
}

Result<std::int64_t> measure_in_child(const Settings& settings, const std::string& wanted) {
  Host host;
  GPUPASS_TRY_ASSIGN(const auto end,
                     host.run({.argv = {"/proc/self/exe", "--child", wanted, card_of(settings),
                                        std::to_string(settings.inject)},
                               .timeout = settings.timeout}));
  if (end.status != 0) return fail(ErrorKind::system, "a process of its own failed: " + end.errors);
  return parse<std::int64_t>(end.output);
}

/// One process that is not kept first: what it reads from the disk is in memory for the others.
Result<> measure(const Case& row, Context& context, const char* wanted) {
  const auto& settings = context.settings();
  auto measurement = measurement_of(row);
  GPUPASS_TRY(measure_in_child(settings, wanted));
  const int processes = settings.quick ? k_processes_quick : k_processes;
  for (int i = 0; i < processes; ++i) {
    GPUPASS_TRY_ASSIGN(const auto ns, measure_in_child(settings, wanted));
    measurement.samples_ns.push_back(static_cast<double>(ns));
  }
  measurement.check.elements = processes;  // a process whose step fails ends the case
  context.record(std::move(measurement));
  return {};
}

}  // namespace

int child(const std::vector<std::string>& words) {
  const auto ns = [&]() -> Result<std::int64_t> {
    if (words.size() != 3) return fail(ErrorKind::usage, "--child STEP DEVICE DELAY");
    GPUPASS_TRY_ASSIGN(const auto inject, parse<double>(words[2]));
    return step(words[0], words[1], inject);
  }();
  if (!ns) {
    std::cerr << describe(ns.error()) << "\n";
    return exit_code(ns.error().kind);
  }
  std::cout << *ns << "\n";
  return 0;
}

/// Nothing was asked of the card before: why it cannot be used is looked for afterwards.
Result<> start_first_kernel(const Case& row, Context& context) {
  const auto& settings = context.settings();
  const auto moment = measure_in_child(settings, "moment");
  if (moment) {
    GPUPASS_TRY_ASSIGN(auto measurement, until(row, settings, *moment));
    context.record(std::move(measurement));
    return {};
  }
  const auto card = usable(settings.device);
  if (card) return Failure(moment.error());
  auto measurement = measurement_of(row);
  measurement.status = Status::waived;
  measurement.reason = card.error().what;
  context.record(std::move(measurement));
  return {};
}

Result<> init_driver(const Case& row, Context& context) {
  return measure(row, context, "driver");
}

Result<> init_context(const Case& row, Context& context) {
  return measure(row, context, "context");
}

Result<> init_first_kernel(const Case& row, Context& context) {
  return measure(row, context, "first_kernel");
}

}  // namespace gpupass::bench::cuda
