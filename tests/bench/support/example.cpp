// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/support/example.hpp"

namespace gpupass::bench::test {

Run example_run() {
  Measurement copy;
  copy.id = "h2d.pinned";
  copy.params = {{"bytes", std::int64_t{4096}}};
  copy.group = Group::transfer;
  copy.metric = "bandwidth";
  copy.unit = "B/s";
  copy.better = Better::higher;
  copy.status = Status::passed;
  copy.work = {4096, 8};
  copy.check = {"splitmix64, whole buffer", 512, 0, ""};
  copy.samples_ns = {1000.5, 1100, 990};
  copy.sm_mhz = {1980, 1980, 1979.5};
  copy.summary = summarize(values(copy), copy.better);
  copy.ceiling = Ceiling{6.3e10, "32 GT/s × 16 × 128 ÷ 130 ÷ 8"};
  copy.notes = {{"mapping", "direct"}};

  Measurement waived;
  waived.id = "p2p.copy";
  waived.group = Group::transfer;
  waived.metric = "bandwidth";
  waived.unit = "B/s";
  waived.better = Better::higher;
  waived.status = Status::waived;
  waived.reason = "there is one card";

  Run run;
  run.id = "982e6f88-626f-4d4d-b95e-cfe40e0016e9";
  run.role = "guest";
  run.block = 3;
  run.order_in_block = 1;
  run.boot_id = "f4d5003e-d8d9-48bc-9c98-08ca894444fd";
  run.started = "2026-11-22T10:53:00Z";
  run.seed = 18'000'000'000'000'000'000U;  // more than a signed number holds
  run.tool = {{"version", "0.1.0"}};
  run.env = {{"hypervisor", "KVM"}, {"vcpus", 16}};
  run.counters = {{"steal_ms", 0}};
  run.gates = {{"clock_drift_ppm", 3.1, 200, true, ""}};
  run.benchmarks = {copy, waived};
  return run;
}

}  // namespace gpupass::bench::test
