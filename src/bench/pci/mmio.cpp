// SPDX-License-Identifier: GPL-2.0-or-later
// Accesses to a card's memory by the processor, one word at a time. If mapped directly, they take a round
// trip on the bus; if trapped, also a trip through the hypervisor, which takes many times as long.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "bench/host_timing.hpp"
#include "bench/machine/environment.hpp"
#include "bench/pci/cases.hpp"
#include "bench/pci/config_space.hpp"
#include "bench/pci/window.hpp"
#include "gpupass/core/sysfs.hpp"

namespace gpupass::bench::pci {
namespace {

template <class Word>
volatile Word* word_at(const Window& window, std::size_t offset) {
  return reinterpret_cast<volatile Word*>(window.data() + offset);
}

/// Whether anything answers there: places all over the window that all read as ones do not.
bool answers(const Window& window) {
  constexpr std::size_t k_places = 64;
  const auto step = std::max<std::size_t>(window.bytes() / k_places, sizeof(std::uint32_t));
  for (std::size_t at = 0; at < window.bytes(); at += step) {
    if (*word_at<std::uint32_t>(window, at) != 0xFFFFFFFF) return true;
  }
  return false;
}

/// Reads one word again and again; it must stay what it was.
template <class Word>
Result<> time_reads(const Context& context, Measurement& measurement, const Window& window) {
  const auto* const place = word_at<Word>(window, 0);
  const Word before = *place;
  return sample_batches(context, measurement, [&](std::int64_t times) {
    for (; times > 0; --times) {
      ++measurement.check.elements;
      if (*place != before) ++measurement.check.errors;
    }
  });
}

/// Writes back the value that is there, and reads it once at each batch's end: writes are posted, and are
/// only done when a read behind them returns.
template <class Word>
Result<> time_writes(const Context& context, Measurement& measurement, const Window& window) {
  auto* const place = word_at<Word>(window, 0);
  const Word before = *place;
  return sample_batches(context, measurement, [&](std::int64_t times) {
    for (std::int64_t i = 0; i < times; ++i) *place = before;
    measurement.check.elements += times;
    if (*place != before) ++measurement.check.errors;
  });
}

using Timing = Result<> (*)(const Context&, Measurement&, const Window&);
struct Width {
  std::int64_t bytes;
  Timing reads, writes;
};
constexpr Width k_widths[] = {
    {1, time_reads<std::uint8_t>, time_writes<std::uint8_t>},
    {2, time_reads<std::uint16_t>, time_writes<std::uint16_t>},
    {4, time_reads<std::uint32_t>, time_writes<std::uint32_t>},
    {8, time_reads<std::uint64_t>, time_writes<std::uint64_t>},
};

/// Nanoseconds that something takes, the median of a few times.
template <class Function>
double median_ns(Function function) {
  std::array<double, 101> times{};
  for (auto& time : times) {
    const auto start = now_ns();
    function();
    time = static_cast<double>(now_ns() - start);
  }
  std::nth_element(times.begin(), times.begin() + times.size() / 2, times.end());
  return times[times.size() / 2];
}

/// "direct" or "trapped". In a guest, what takes about as long as a read of the configuration space, which
/// every hypervisor traps, is trapped itself. Where there is no hypervisor, nothing is.
std::string mapping_of(const Window& window, const ConfigSpace& space) {
  if (hypervisor() == "none") return "direct";
  const auto memory = median_ns([&] { static_cast<void>(*word_at<std::uint32_t>(window, 0)); });
  const auto configuration = median_ns([&] { static_cast<void>(space.read(k_ids)); });
  return memory < configuration / 2 ? "direct" : "trapped";
}

Result<> measure_bar(const Case& row, Context& context, const Bar& bar, Timing Width::*timing) {
  const auto& address = context.settings().pci;
  const Host host;
  const auto window = open_window(host, address, bar);
  const bool silent = window && !answers(**window);
  if (!window || silent) {
    auto measurement = measurement_of(row, {{"bar", std::int64_t{bar.index}}});
    measurement.status = Status::waived;
    measurement.reason = silent ? "it reads as all ones: nothing answers there" : window.error().what;
    if (!window && !window.error().hint.empty()) measurement.reason += "; " + window.error().hint;
    context.record(std::move(measurement));
    return {};
  }
  GPUPASS_TRY_ASSIGN(const auto space, ConfigSpace::open(address));
  const auto mapping = mapping_of(**window, space);
  for (const auto& width : k_widths) {
    auto measurement = measurement_of(row, {{"bar", std::int64_t{bar.index}}, {"width", width.bytes}});
    GPUPASS_TRY((width.*timing)(context, measurement, **window));
    measurement.notes["mapping"] = mapping;
    const auto seconds = summarize(values(measurement), Better::lower).median;
    measurement.notes["bandwidth"] = static_cast<double>(width.bytes) / seconds;  // B/s
    context.record(std::move(measurement));
  }
  return {};
}

Result<> measure_bars(const Case& row, Context& context, Timing Width::*timing) {
  const auto path = sysfs::pci_device(context.settings().pci, "resource");
  GPUPASS_TRY_ASSIGN(const auto resource, Host().read(path));
  const auto bars = prefetchable_bars(resource);
  if (bars.empty()) {
    auto measurement = measurement_of(row);
    measurement.status = Status::waived;
    measurement.reason = "it has no prefetchable memory BAR, and reading any other could have effects";
    context.record(std::move(measurement));
  }
  for (const auto& bar : bars) GPUPASS_TRY(measure_bar(row, context, bar, timing));
  return {};
}

}  // namespace

Result<> mmio_read(const Case& row, Context& context) {
  return measure_bars(row, context, &Width::reads);
}

Result<> mmio_write(const Case& row, Context& context) {
  return measure_bars(row, context, &Width::writes);
}

}  // namespace gpupass::bench::pci
