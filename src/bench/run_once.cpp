// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/run_once.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <mutex>

#include "bench/cuda/cuda.hpp"
#include "bench/machine/clocks.hpp"
#include "bench/machine/confinement.hpp"
#include "bench/machine/counters.hpp"
#include "bench/machine/environment.hpp"
#include "bench/runner.hpp"
#include "bench/watchdog.hpp"
#include "gpupass/bench/machine/sha256.hpp"
#include "gpupass/core/printable.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/sys/terminal.hpp"

namespace gpupass::bench {
namespace {

constexpr int k_waits_in_a_case = 4;  // times Settings::timeout is what one case may last

nlohmann::json tool_facts(const Host& host, const Settings& settings) {
  nlohmann::json tool = {{"version", GPUPASS_VERSION},
                         {"compiler", GPUPASS_COMPILER},
                         {"quick", settings.quick},
                         {"inject", settings.inject}};
  tool.update(cuda::compiled_with());
  if (const auto file = host.read(sys::executable().string(), 1U << 30U)) tool["sha256"] = sha256(*file);
  return tool;
}

Run new_run(const Host& host, const Options& options) {
  const auto under = hypervisor();
  Run run;
  run.id = host.attribute("/proc/sys/kernel/random/uuid").value_or("");
  run.role = !options.role.empty() ? options.role : under == "none" ? "host" : "guest";
  run.block = options.block;
  run.order_in_block = options.order_in_block;
  run.boot_id = host.attribute("/proc/sys/kernel/random/boot_id").value_or("");
  run.started = core::iso_time(host.now());
  run.seed = options.settings.seed;
  run.tool = tool_facts(host, options.settings);
  run.env = environment(host, options.settings, under);
  run.env.update(confinement(host, sys::executable().string()));
  return run;
}

/// The run while its cases add to it; the watchdog's thread may ask for it at any time.
class Growing {
 public:
  explicit Growing(Run run) : run_(std::move(run)) {}

  void add(Measurement measurement) {
    const std::lock_guard lock(mutex_);
    run_.benchmarks.push_back(std::move(measurement));
  }
  void add_to_env(const nlohmann::json& facts) {
    const std::lock_guard lock(mutex_);
    run_.env.update(facts);
  }
  [[nodiscard]] Run so_far() {
    const std::lock_guard lock(mutex_);
    return run_;
  }

 private:
  std::mutex mutex_;
  Run run_;
};

void append(std::vector<Gate>& to, std::vector<Gate> more) {
  std::move(more.begin(), more.end(), std::back_inserter(to));
}

/// Measures the run's surroundings from its making until finish().
class Surroundings {
 public:
  explicit Surroundings(const Host& host) : host_(host), counters_(read_counters(host)), moment_(moment()) {}

  void finish(Run& run, [[maybe_unused]] int device) const {
    const auto counters = read_counters(host_);
    run.counters = between(counters_, counters, sysconf(_SC_CLK_TCK));
    append(run.gates, gates(moment_, moment(), clock_read_ns()));
    append(run.gates, gates(counters_, counters));
    append(run.gates, cuda::gates(device));
  }

 private:
  const Host& host_;
  Counters counters_;
  Moment moment_;
};

/// Ends the process with what there is: what hangs has the only other thread.
void give_up(const std::string& what, std::chrono::milliseconds limit, Growing& run, const Keep& keep) {
  const auto reason = fmt::format("it did not return within {} s, so the run ended there",
                                  std::chrono::duration_cast<std::chrono::seconds>(limit).count());
  std::cerr << fmt::format("\ngpupass-bench: {}: {}\n", what, reason);
  const auto recorded = run.so_far().benchmarks;
  for (const auto& row : cases()) {
    if (row.id != what) continue;
    const auto own =
        std::count_if(recorded.begin(), recorded.end(), [&](const auto& one) { return one.id == what; });
    run.add(broke_off(row, reason, static_cast<std::size_t>(own)));
  }
  static_cast<void>(keep(run.so_far()));
  std::cout.flush();
  _exit(exit_code(ErrorKind::timeout));
}

/// Nothing was asked for in particular: then a list has what only an experiment runs, too.
bool lists_all(const Options& options) {
  return options.groups.empty() && options.filters.empty();
}

/// Takes the cases of the start out of the rows, and measures them: before anything else of this run takes
/// its time, or wakes the driver of the card.
std::vector<Measurement> measure_start(const Host& host, const Settings& settings,
                                       std::vector<const Case*>& rows) {
  const auto later =
      std::ranges::stable_partition(rows, [](const Case* row) { return row->group == Group::start; });
  std::vector<Measurement> measured;
  NeedsMet met(host, settings);
  for (auto row = rows.begin(); row != later.begin(); ++row)
    run_case(**row, settings, met,
             [&](Measurement measurement) { measured.push_back(std::move(measurement)); });
  rows.erase(rows.begin(), later.begin());
  return measured;
}

}  // namespace

Result<std::vector<const Case*>> selected(const Options& options) {
  std::vector<const Case*> rows;
  for (const auto& row : cases()) {
    if (options.select(row) || (options.list && lists_all(options))) rows.push_back(&row);
  }
  if (rows.empty()) {
    return fail(ErrorKind::not_found, "no case fits", "`gpupass-bench --list` shows them all");
  }
  return rows;
}

bool all_right(const Run& run) {
  return std::all_of(run.benchmarks.begin(), run.benchmarks.end(), [](const Measurement& measurement) {
    return measurement.status == Status::passed || measurement.status == Status::waived;
  });
}

bool needs_card(const Case* row) {
  return row->needs != Needs::nothing && row->needs != Needs::pci_device;
}

bool any_measured(const Run& run) {
  const auto of_start = [](const Measurement& measurement) { return measurement.group == Group::start; };
  const bool only_start = std::ranges::all_of(run.benchmarks, of_start);
  return std::ranges::any_of(run.benchmarks, [&](const Measurement& measurement) {
    return !measurement.samples_ns.empty() && (only_start || !of_start(measurement));
  });
}

Result<Run> run_once(Host& host, const Options& options, Progress& progress, const Keep& keep) {
  GPUPASS_TRY_ASSIGN(auto rows, selected(options));
  rows = in_random_order(std::move(rows), options.settings.seed);
  auto settings = options.settings;
  auto start = measure_start(host, settings, rows);
  Growing run(new_run(host, options));
  for (auto& measurement : start) run.add(std::move(measurement));
  const auto limit = k_waits_in_a_case * options.settings.timeout;
  Watchdog watchdog(limit, [&](const std::string& id) { give_up(id, limit, run, keep); });
  watchdog.begin("looking at the card");
  if (!settings.device_address.empty() && std::ranges::any_of(rows, needs_card)) {
    GPUPASS_TRY_ASSIGN(settings.device, cuda::ordinal_at(settings.device_address));
  }
  run.add_to_env(cuda::environment(settings.device));
  NeedsMet met(host, settings);
  const Surroundings surroundings(host);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& row = *rows[i];
    progress.begins(i + 1, rows.size(), row.id);
    watchdog.begin(std::string(row.id));
    run_case(row, settings, met, [&](Measurement measurement) {
      progress.measured(fmt::format("{} {}", name(measurement.status), key(measurement)));
      run.add(std::move(measurement));
    });
  }
  watchdog.begin("the last look at the machine");
  auto whole = run.so_far();
  surroundings.finish(whole, settings.device);
  watchdog.end();
  return whole;
}

}  // namespace gpupass::bench
