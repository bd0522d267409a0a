// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/machine/counters.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

#include "gpupass/core/text.hpp"

namespace gpupass::bench {
namespace {

std::uint64_t number(std::string_view word) {
  return core::parse_number(word).value_or(0);
}

/// "cpu  user nice system idle iowait irq softirq steal guest guest_nice"; guest is part of user.
void read_ticks(Counters& counters, const std::vector<std::string_view>& words) {
  constexpr std::size_t k_idle = 4, k_iowait = 5, k_steal = 8;
  for (std::size_t i = 1; i < std::min(words.size(), k_steal + 1); ++i) {
    const auto ticks = number(words[i]);
    counters.all_ticks += ticks;
    if (i == k_steal) counters.steal_ticks = ticks;
    if (i != k_idle && i != k_iowait && i != k_steal) counters.busy_ticks += ticks;
  }
}

/// " 45:  12  0 PCI-MSI 524288-edge nvidia": the numbers of each processor, then words.
std::uint64_t interrupts_of(const Host& host, std::string_view driver) {
  std::uint64_t sum = 0;
  const auto text = host.read("/proc/interrupts").value_or("");
  for (const auto line : core::split(text, '\n')) {
    if (line.find(driver) == line.npos) continue;
    const auto words = core::words(line);
    for (std::size_t i = 1; i < words.size() && core::parse_number(words[i]); ++i) sum += number(words[i]);
  }
  return sum;
}

/// This process and those that it started and waited for.
void read_own(Counters& counters) {
  const auto ticks = sysconf(_SC_CLK_TCK);
  for (const auto whose : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage{};
    getrusage(whose, &usage);
    const auto seconds = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec;
    const auto microseconds = usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
    counters.own_ticks += static_cast<std::uint64_t>(seconds * ticks + microseconds * ticks / 1'000'000);
    counters.own_ctx_switches += static_cast<std::uint64_t>(usage.ru_nvcsw);
    counters.own_involuntary_ctx_switches += static_cast<std::uint64_t>(usage.ru_nivcsw);
  }
}

/// A share of the processors' time. Passes where no time was counted: the run was shorter than a tick.
Gate share(const char* name, std::uint64_t part, std::uint64_t whole, double limit, const char* what) {
  if (whole == 0) return {name, std::nullopt, limit, true, "the run was too short to tell"};
  const double value = static_cast<double>(part) / static_cast<double>(whole);
  const bool pass = value <= limit;
  return {name, value, limit, pass,
          pass ? "" : fmt::format("{} {:.1f} % of the processors' time", what, 100 * value)};
}

}  // namespace

Counters read_counters(const Host& host) {
  Counters counters;
  const auto stat = host.read("/proc/stat").value_or("");
  for (const auto line : core::split(stat, '\n')) {
    const auto words = core::words(line);
    if (words.size() < 2) continue;
    if (words[0] == "cpu") read_ticks(counters, words);
    if (words[0] == "ctxt") counters.ctx_switches = number(words[1]);
    if (words[0] == "intr") counters.interrupts = number(words[1]);
  }
  counters.nvidia_irqs = interrupts_of(host, "nvidia");
  read_own(counters);
  return counters;
}

nlohmann::json between(const Counters& before, const Counters& after, long ticks_per_second) {
  return {{"steal_ms",
           (after.steal_ticks - before.steal_ticks) * 1000 / static_cast<std::uint64_t>(ticks_per_second)},
          {"ctx_switches", after.ctx_switches - before.ctx_switches},
          {"interrupts", after.interrupts - before.interrupts},
          {"nvidia_irqs", after.nvidia_irqs - before.nvidia_irqs},
          {"own_ctx_switches", after.own_ctx_switches - before.own_ctx_switches},
          {"own_involuntary_ctx_switches",
           after.own_involuntary_ctx_switches - before.own_involuntary_ctx_switches}};
}

std::vector<Gate> gates(const Counters& before, const Counters& after) {
  const auto all = after.all_ticks - before.all_ticks;
  const auto busy = after.busy_ticks - before.busy_ticks;
  const auto own = std::min(busy, after.own_ticks - before.own_ticks);
  return {
      share("steal_share", after.steal_ticks - before.steal_ticks, all, 0.01, "the hypervisor gave others"),
      share("others_share", busy - own, all, 0.1, "other programs and the kernel took")};
}

}  // namespace gpupass::bench
