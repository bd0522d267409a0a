// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/run/suite.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "gpupass/bench/machine/sha256.hpp"
#include "gpupass/core/printable.hpp"
#include "gpupass/core/sysfs.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/domain.hpp"
#include "gpupass/guest/frames.hpp"
#include "gpupass/sys/path.hpp"
#include "gpupass/sys/terminal.hpp"
#include "gpupass/sys/wait.hpp"

namespace gpupass::run {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds k_between_looks = std::chrono::seconds(1);
constexpr milliseconds k_hello = std::chrono::seconds(15);
constexpr std::chrono::seconds k_ping{5};
constexpr std::size_t k_console_bytes = 4096;
constexpr std::size_t k_console_lines = 12;

/// What was seen of a guest that is waited for.
struct Seen {
  std::string channel = "it has no channel org.gpupass.bench.0";
  std::string agent = "it has no channel for an agent";
  std::string console;  // path of what it wrote there
};

std::string end_words(const std::optional<guest::ChannelEnd>& end, const char* what) {
  if (!end) return fmt::format("it has no {}", what);
  return fmt::format("nothing in the guest has opened its {}", what);
}

/// One look at the guest; nothing if neither way is open yet.
class Search {
 public:
  Search(Hypervisor& hypervisor, std::string vm, milliseconds timeout)
      : hypervisor_(hypervisor), vm_(std::move(vm)), until_(Clock::now() + timeout) {}

  [[nodiscard]] const Seen& seen() const { return seen_; }

  Result<std::unique_ptr<Suite>> look() {
    GPUPASS_TRY_ASSIGN(const auto xml, hypervisor_.xml(vm_, DomainView::live));
    GPUPASS_TRY_ASSIGN(seen_.console, guest::console_file(xml));
    GPUPASS_TRY_ASSIGN(auto by_channel, look_at_channel(xml));
    if (by_channel) return by_channel;
    GPUPASS_TRY_ASSIGN(auto by_agent, look_at_agent(xml));
    if (!by_agent) return by_agent;
    // What it waited for may have made the channel's service.
    GPUPASS_TRY_ASSIGN(const auto later, hypervisor_.xml(vm_, DomainView::live));
    GPUPASS_TRY_ASSIGN(by_channel, look_at_channel(later));
    return by_channel ? std::move(by_channel) : std::move(by_agent);
  }

 private:
  Result<std::unique_ptr<Suite>> look_at_channel(const std::string& xml) {
    GPUPASS_TRY_ASSIGN(const auto end, guest::channel_end(xml, guest::k_bench_channel));
    seen_.channel = end_words(end, "channel org.gpupass.bench.0");
    if (!end || !end->opened) return nullptr;
    if (end->path.empty()) {
      seen_.channel = "its channel org.gpupass.bench.0 is not a socket";
      return nullptr;
    }
    auto suite = suite_by_channel(end->path, watch_over(hypervisor_, vm_), k_hello);
    if (suite) return suite;
    seen_.channel = fmt::format("its channel org.gpupass.bench.0: {}", suite.error().what);
    return patient(std::move(suite).error());
  }

  Result<std::unique_ptr<Suite>> look_at_agent(const std::string& xml) {
    GPUPASS_TRY_ASSIGN(const auto end, guest::channel_end(xml, guest::k_agent_channel));
    seen_.agent = end_words(end, "channel for an agent");
    if (!end || !end->opened) return nullptr;
    const auto left = std::chrono::duration_cast<milliseconds>(until_ - Clock::now());
    const auto ping = hypervisor_.ask_agent(vm_, R"({"execute":"guest-ping"})", k_ping);
    if (!ping) {
      seen_.agent = fmt::format("its agent: {}", ping.error().what);
      return nullptr;
    }
    auto suite = suite_by_agent(hypervisor_, vm_, watch_over(hypervisor_, vm_), left);
    if (suite) return suite;
    seen_.agent = fmt::format("its agent: {}", suite.error().what);
    return patient(std::move(suite).error());
  }

  /// A guest that is not ready yet is looked at again; one that is off, or nobody waits for, is not.
  Result<std::unique_ptr<Suite>> patient(Error error) {
    GPUPASS_TRY(watch_over(hypervisor_, vm_)());
    const bool denied = error.kind == ErrorKind::denied;
    if (denied) return Failure(std::move(error));
    return nullptr;
  }

  Hypervisor& hypervisor_;
  std::string vm_;
  Clock::time_point until_;
  Seen seen_;
};

/// The end of a file, which may be larger than what is read of it.
std::string last_lines(const Host& host, const std::string& path) {
  const auto text = host.read(path, std::size_t{1} << 26U).value_or("");
  const std::string tail = text.substr(text.size() - std::min(text.size(), k_console_bytes));
  const auto lines = core::split(tail, '\n');
  const auto first = lines.size() - std::min(lines.size(), k_console_lines);
  std::string words;
  for (auto i = first; i < lines.size(); ++i) {
    const std::string line(core::trim(lines[i]));
    if (!line.empty()) words += "\n    " + core::printable(line);
  }
  return words;
}

Failure never_answered(const Host& host, const std::string& vm, milliseconds timeout, const Seen& seen) {
  const auto console = seen.console.empty() ? "" : last_lines(host, seen.console);
  return fail(
      ErrorKind::timeout,
      fmt::format("{} offered no way to run gpupass-bench in it within {} s: {}; {}{}", vm,
                  std::chrono::duration_cast<std::chrono::seconds>(timeout).count(), seen.channel, seen.agent,
                  console.empty() ? "" : fmt::format("; its console ended with{}", console)),
      fmt::format(
          "`virsh console {}` shows how far it got. scripts/provision/provision, copied into it and run "
          "there, "
          "makes a service for the channel; the package qemu-guest-agent is the other way (docs/guests.md "
          "has both)",
          vm));
}

}  // namespace

std::optional<std::string> bench_program() {
  namespace fs = std::filesystem;
  const auto folder = sys::executable().parent_path();
  for (const auto& candidate : {folder / "gpupass-bench", folder / "bench" / "gpupass-bench"}) {
    if (fs::exists(candidate)) return candidate.string();
  }
  return std::nullopt;
}

Result<std::string> read_program(const std::string& path) {
  constexpr std::size_t k_largest_program = std::size_t{1} << 30U;
  return Host().read(sys::absolute(path), k_largest_program);
}

Watch watch_over(DomainStore& domains, const std::string& vm) {
  return [&domains, vm]() -> Result<void> {
    if (sys::interrupted()) return fail(ErrorKind::system, "interrupted");
    GPUPASS_TRY_ASSIGN(const auto state, domains.domain(vm));
    if (state.running) return {};
    const bool session = domains.uri().find(":///session") != std::string::npos;
    return fail(ErrorKind::hypervisor, fmt::format("{} is no longer running", vm),
                fmt::format("{}/{}.log has what QEMU said last",
                            session ? "~/.cache/libvirt/qemu/log" : "/var/log/libvirt/qemu", vm));
  };
}

Result<std::unique_ptr<Suite>> reach_suite(const session::World& world, Hypervisor& hypervisor,
                                           const std::string& vm, milliseconds timeout) {
  Search search(hypervisor, vm, timeout);
  const auto watch = watch_over(hypervisor, vm);
  std::unique_ptr<Suite> suite;
  GPUPASS_TRY_ASSIGN(const bool found, sys::wait_until(timeout, k_between_looks, [&]() -> Result<bool> {
                       GPUPASS_TRY(watch());
                       GPUPASS_TRY_ASSIGN(suite, search.look());
                       return suite != nullptr;
                     }));
  if (!found) return never_answered(world.host, vm, timeout, search.seen());
  return suite;
}

Result<void> refuse_without_a_way(const std::string& vm, const std::string& domain_xml) {
  GPUPASS_TRY_ASSIGN(const auto channel, guest::channel_end(domain_xml, guest::k_bench_channel));
  GPUPASS_TRY_ASSIGN(const auto agent, guest::channel_end(domain_xml, guest::k_agent_channel));
  if (channel || agent) return {};
  return fail(ErrorKind::unsupported,
              fmt::format("{} has neither a channel org.gpupass.bench.0 nor one for an agent: nothing in it "
                          "could be told to run gpupass-bench",
                          vm),
              fmt::format("nothing was changed; `virsh edit {}` adds <channel type='unix'><target "
                          "type='virtio' name='org.gpupass.bench.0'/></channel> to its devices",
                          vm));
}

Result<void> refuse_own(const std::vector<std::string>& options, std::initializer_list<const char*> more) {
  std::vector<std::string> own{"--out",  "--runs", "--format", "--role",
                               "--list", "--help", "-h",       "--version"};
  own.insert(own.end(), more.begin(), more.end());
  for (const auto& word : options) {
    const auto is_it = [&](const auto& one) { return word == one || word.starts_with(one + "="); };
    if (std::ranges::any_of(own, is_it))
      return fail(ErrorKind::usage, fmt::format("{} cannot be given after --", word),
                  "gpupass sets that itself");
  }
  return {};
}

Result<void> match_program(session::Requester& requester, Suite& suite, const std::string& program) {
  GPUPASS_TRY_ASSIGN(const auto bytes, read_program(program));
  const auto ours = bench::sha256(bytes);
  GPUPASS_TRY_ASSIGN(const auto theirs, suite.program_sum());
  if (theirs == ours) return {};
  requester.progress(theirs.empty() ? "the guest has no gpupass-bench: copying the host's into it\n"
                                    : "the guest has another gpupass-bench: copying the host's into it\n");
  GPUPASS_TRY(suite.put_program(bytes));
  GPUPASS_TRY_ASSIGN(const auto now, suite.program_sum());
  if (now == ours) return {};
  return fail(ErrorKind::system,
              fmt::format("the gpupass-bench in the guest is not the host's: its SHA-256 is "
                          "{}, not {}",
                          now.empty() ? "unknown" : now, ours));
}

Result<GuestRun> run_in_guest(Suite& suite, const std::string& vm, const std::vector<std::string>& options,
                              milliseconds timeout) {
  GPUPASS_TRY_ASSIGN(auto end, suite.run(options, timeout));
  if (end.result.empty()) {
    const std::string words(core::trim(end.errors));
    const bool nothing_measured = end.status == exit_code(ErrorKind::unsupported);
    return fail(nothing_measured ? ErrorKind::unsupported : ErrorKind::system,
                fmt::format("gpupass-bench in {} ended with {} and no result{}{}", vm, end.status,
                            words.empty() ? "" : ": ", core::printable(words)),
                end.status == 127
                    ? "it needs the libraries that it was built with: a guest at least as new as "
                      "this host's system"
                    : "");
  }
  auto run = bench::run_from_json(end.result);
  if (!run) return within(fmt::format("the result from {}", vm), std::move(run).error());
  return GuestRun{std::move(end.result), *std::move(run), end.status == 0};
}

Result<std::string> pci_in_guest(const Host& host, const std::string& domain_xml) {
  GPUPASS_TRY_ASSIGN(const auto functions, hostdev_functions(domain_xml));
  return functions.empty() ? std::string() : pci_ids(host, functions.front());
}

Result<std::string> pci_ids(const Host& host, const PciAddress& function) {
  const auto folder = sysfs::pci_device(function);
  std::string ids;
  for (const auto* const name : {"/vendor", "/device"}) {
    GPUPASS_TRY_ASSIGN(const auto id, host.attribute(folder + name));
    ids += (ids.empty() ? "" : ":") + id.substr(id.starts_with("0x") ? 2 : 0);
  }
  return ids;
}

}  // namespace gpupass::run
