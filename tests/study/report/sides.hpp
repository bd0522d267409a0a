// SPDX-License-Identifier: GPL-2.0-or-later
// A host and a guest with one of everything that a report can show.
#pragma once

#include "gpupass/study/report/content.hpp"
#include "study/compare/runs.hpp"

namespace gpupass::test {

/// Latencies whose longest one in a hundred take three times as long.
inline bench::Measurement with_tail(std::string id, double seconds) {
  auto measurement = latency(std::move(id), seconds, 2000);
  for (std::size_t i = 0; i < 40; ++i) measurement.samples_ns[i * 50] *= 3;
  measurement.summary = bench::summarize(bench::values(measurement), measurement.better);
  return measurement;
}

inline std::vector<bench::Measurement> one_of_everything(double factor, bool guest) {
  std::vector<bench::Measurement> measured;
  for (const std::int64_t bytes : {std::int64_t{1} << 16, std::int64_t{1} << 20, std::int64_t{1} << 28}) {
    auto copy = with_bytes(bandwidth("h2d.pinned", (bytes < 1 << 20 ? 9e9 : 55e9) / factor), bytes);
    copy.ceiling = bench::Ceiling{63e9, "32e9 × 16 × 128 / 130 / 8"};
    copy.check = {"splitmix64, whole buffer", bytes / 8, 0, ""};
    measured.push_back(std::move(copy));
  }
  for (const std::int64_t bytes : {std::int64_t{2} << 20, std::int64_t{64} << 20, std::int64_t{1} << 30})
    measured.push_back(with_bytes(latency("pcie.chase", 1.2e-6 * factor * (guest ? 1.1 : 1)), bytes));
  measured.push_back(with_tail("sync.block", 3e-5 * (guest ? 1.02 * factor : factor)));
  auto memory = bandwidth("hbm.copy", 3.01e12 / factor, bench::Group::device);
  memory.ceiling = bench::Ceiling{3.352e12, "5120 bit ÷ 8 × 2 × 2619 MHz"};
  measured.push_back(std::move(memory));
  measured.push_back(bandwidth("app.pipeline", 20e9 / (guest ? 1.012 * factor * factor : factor),
                               bench::Group::application));
  measured.push_back(
      not_measured(latency("p2p.latency", 1), bench::Status::waived, "there is one card only"));
  return measured;
}

inline bench::Side host_side() {
  auto host = side("host", steady(), [](double factor) { return one_of_everything(factor, false); });
  for (auto& run : host.runs) {
    run.env = {{"hypervisor", "none"}, {"kernel", "6.1.0"}, {"gpu", {{"uuid", "GPU-1"}}}};
    run.counters = {{"steal_ms", 0}};
  }
  return host;
}

inline bench::Side guest_side() {
  auto guest = side("guest", steady_too(), [](double factor) { return one_of_everything(factor, true); });
  for (auto& run : guest.runs) {
    run.env = {{"hypervisor", "KVM"}, {"kernel", "6.1.0"}, {"gpu", {{"uuid", "GPU-1"}}}};
    run.counters = {{"steal_ms", 12}};
  }
  return guest;
}

/// With ids that are the same in every test.
inline void name_runs(std::vector<bench::Side>& sides) {
  int count = 0;
  for (auto& side : sides) {
    for (auto& run : side.runs) {
      run.boot_id = "boot-" + std::to_string(++count);
      run.started = "2026-11-26T10:" + std::to_string(10 + count) + ":00Z";
      run.env["gpu"]["name"] = "NVIDIA H100";
      run.env["gpu"]["temperature_c"] = 40 + count;
    }
  }
}

inline study::Report report_of_everything() {
  std::vector<bench::Side> sides{host_side(), guest_side()};
  name_runs(sides);
  return study::make_report(std::move(sides[0]), std::move(sides[1]), {});
}

/// The same host beside two candidates: a container, whose start was measured, and the guest.
inline study::Reports reports_of_three() {
  std::vector<bench::Side> sides{host_side(), guest_side(), guest_side()};
  sides[1].name = "podman+crun";
  for (std::size_t i = 0; i < 2; ++i) {
    for (auto& run : sides[i].runs) {
      auto start = latency("start.program", i == 0 ? 0.003 : 0.18, 1);
      start.group = bench::Group::start;
      run.benchmarks.push_back(std::move(start));
    }
  }
  for (auto& run : sides[1].runs) {
    run.role = "podman+crun";
    run.env["container"] = {{"engine", "podman"}, {"runtime", "crun"}};
    std::erase_if(run.benchmarks, [](const auto& one) { return one.id == "app.pipeline"; });
    run.benchmarks.push_back(bandwidth("app.pipeline", 20e9, bench::Group::application));
  }
  name_runs(sides);
  return study::make_reports(std::move(sides), {});
}

}  // namespace gpupass::test
