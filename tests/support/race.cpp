// SPDX-License-Identifier: GPL-2.0-or-later
// race RUNS A… -- B…: runs two programs in turn, so that whatever else the machine does falls on both,
// and prints for each the median time, the median processor time and the most memory it took. Their
// output goes to /dev/null. One run of each goes before, uncounted.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "gpupass/core/text.hpp"

namespace {

using Words = std::vector<char*>;

struct Run {
  double wall_ms = 0, cpu_ms = 0;
  long peak_kib = 0;
};

double milliseconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
}

std::optional<Run> run(const Words& argv) {
  const auto start = std::chrono::steady_clock::now();
  const pid_t pid = fork();
  if (pid == 0) {
    const int null = open("/dev/null", O_RDWR);
    for (int stream = 0; stream < 3; ++stream) dup2(null, stream);
    execvp(argv[0], argv.data());
    _exit(127);
  }
  int status = 0;
  rusage usage{};
  if (pid < 0 || wait4(pid, &status, 0, &usage) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    return std::nullopt;
  }
  const std::chrono::duration<double, std::milli> wall = std::chrono::steady_clock::now() - start;
  return Run{wall.count(), milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime), usage.ru_maxrss};
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// "milliseconds, of processor, KiB" separated by tabs.
void print(const std::vector<Run>& runs) {
  std::vector<double> wall, cpu;
  long peak = 0;
  for (const auto& run : runs) {
    wall.push_back(run.wall_ms);
    cpu.push_back(run.cpu_ms);
    peak = std::max(peak, run.peak_kib);
  }
  std::cout << fmt::format("{:.1f}\t{:.1f}\t{}\n", median(wall), median(cpu), peak);
}

}  // namespace

int main(int count, char** words) {
  const auto runs = count > 2 ? gpupass::core::parse_number(words[1]) : std::nullopt;
  std::vector<Words> programs(1);
  for (int i = 2; i < count; ++i) {
    if (std::string_view(words[i]) == "--") {
      programs.emplace_back();
    } else {
      programs.back().push_back(words[i]);
    }
  }
  if (!runs || *runs == 0 || std::ranges::any_of(programs, &Words::empty)) {
    std::cerr << "usage: race RUNS PROGRAM… -- PROGRAM…\n";
    return 2;
  }
  for (auto& program : programs) program.push_back(nullptr);
  std::vector<std::vector<Run>> results(programs.size());
  for (std::uint64_t turn = 0; turn <= *runs; ++turn) {
    for (std::size_t i = 0; i < programs.size(); ++i) {
      const auto result = run(programs[i]);
      if (!result) {
        std::cerr << "race: " << programs[i][0] << " failed\n";
        return 1;
      }
      if (turn > 0) results[i].push_back(*result);
    }
  }
  for (const auto& result : results) print(result);
}
