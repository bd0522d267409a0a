// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/program.hpp"

#include <fmt/format.h>

#include <iostream>

#include "bench/options.hpp"
#include "bench/runner.hpp"
#include "core/text.hpp"
#include "gpupass/bench/run.hpp"
#include "sys/durable_file.hpp"
#ifdef GPUPASS_BENCH_CUDA
#include "bench/cuda/cuda.hpp"
#endif

namespace gpupass::bench {
namespace {

int report(const Error& error) {
  std::cerr << "gpupass-bench: " << describe(error) << "\n";
  return exit_code(error.kind);
}

Run measure(Host& host, const Options& options) {
  Run run;
  run.role = options.role;
  run.block = options.block;
  run.order_in_block = options.order_in_block;
  run.started = core::iso_time(host.now());
  run.seed = options.settings.seed;
  NeedsMet met(host, options.settings);
  std::vector<const Case*> rows;
  for (const auto& row : cases()) {
    if (options.select(row)) rows.push_back(&row);
  }
  for (const auto* row : in_random_order(rows, run.seed)) {
    run_case(*row, options.settings, met,
             [&](Measurement measurement) { run.benchmarks.push_back(std::move(measurement)); });
  }
  return run;
}

Result<int> run_with(const Options& options) {
  Host host;
  const auto run = measure(host, options);
  const auto json = to_json(run).dump(1) + "\n";
  if (!options.out.empty()) GPUPASS_TRY(sys::write_durably(options.out, json));
  if (options.format == Format::json) std::cout << json;
  return 0;
}

}  // namespace

int run_program(const std::vector<std::string>& arguments) {
#ifdef GPUPASS_BENCH_CUDA
  if (!arguments.empty() && arguments.front() == "--child") {
    return cuda::child({arguments.begin() + 1, arguments.end()});
  }
#endif
  const auto options = parse_options(arguments);
  if (!options) return report(options.error());
  if (options->information) {
    std::cout << *options->information;
    return 0;
  }
  const auto status = run_with(*options);
  return status ? *status : report(status.error());
}

}  // namespace gpupass::bench
