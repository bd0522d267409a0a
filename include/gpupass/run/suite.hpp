// SPDX-License-Identifier: GPL-2.0-or-later
// gpupass-bench inside a guest, by whichever way the guest offers: its channel for results, or its agent.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gpupass/bench/run.hpp"
#include "gpupass/pci_address.hpp"
#include "gpupass/session/requester.hpp"
#include "gpupass/session/world.hpp"

namespace gpupass::run {

/// gpupass-bench as it came with this program: beside it when installed, in a folder of its own in a build.
[[nodiscard]] std::optional<std::string> bench_program();
/// The whole of it, which is larger than any result.
[[nodiscard]] Result<std::string> read_program(const std::string& path);

/// Asked about once a second while something is waited for; its error ends the wait.
using Watch = std::function<Result<void>()>;

class Suite {
 public:
  struct End {
    int status = 0;
    std::string result;  // JSON; empty if it ended before it had one
    std::string errors;  // what it said beside it
  };

  virtual ~Suite() = default;
  /// "the channel org.gpupass.bench.0"
  [[nodiscard]] virtual std::string way() const = 0;
  /// The SHA-256 of the gpupass-bench that is in the guest; empty if there is none.
  [[nodiscard]] virtual Result<std::string> program_sum() = 0;
  /// Puts this one there. Error: where not all of it came.
  [[nodiscard]] virtual Result<void> put_program(const std::string& bytes) = 0;
  /// Runs it once, with these options. Error: timeout.
  [[nodiscard]] virtual Result<End> run(const std::vector<std::string>& options,
                                        std::chrono::milliseconds timeout) = 0;
};

/// Over a running guest's channel, whose socket is at this path, if something in the guest answers there.
[[nodiscard]] Result<std::unique_ptr<Suite>> suite_by_channel(const std::string& path, Watch watch,
                                                              std::chrono::milliseconds patience);
/// By a running guest's agent, if it may run programs; waits for cloud-init to be done with the guest.
[[nodiscard]] Result<std::unique_ptr<Suite>> suite_by_agent(GuestAgent& guests, const std::string& vm,
                                                            Watch watch, std::chrono::milliseconds patience);

/// The watch over a running guest: an error once it is off, or we were interrupted.
[[nodiscard]] Watch watch_over(DomainStore& domains, const std::string& vm);

/// Waits until a running guest offers one of the two ways, the channel first. Error: timeout, with all that
/// was seen of the guest.
[[nodiscard]] Result<std::unique_ptr<Suite>> reach_suite(const session::World& world, Hypervisor& hypervisor,
                                                         const std::string& vm,
                                                         std::chrono::milliseconds timeout);

/// Known before a guest is started: without gpupass's channel or an agent's, waiting would be useless. Error:
/// unsupported.
[[nodiscard]] Result<void> refuse_without_a_way(const std::string& vm, const std::string& domain_xml);

/// Options that a user may not pass to gpupass-bench after --, because the command sets them: `more`, besides
/// those that all commands set. Error: usage.
[[nodiscard]] Result<void> refuse_own(const std::vector<std::string>& options,
                                      std::initializer_list<const char*> more);

/// Sees to it that the guest's gpupass-bench is this one: puts it there if it has another, or none.
[[nodiscard]] Result<void> match_program(session::Requester& requester, Suite& suite,
                                         const std::string& program);

/// A result as it came, and as `bench compare` reads it.
struct GuestRun {
  std::string text;
  bench::Run run;
  bool all_right = false;  // nothing that it put out was wrong
};
/// Errors: timeout; system, with its own words, if it ended without a result; invalid.
[[nodiscard]] Result<GuestRun> run_in_guest(Suite& suite, const std::string& vm,
                                            const std::vector<std::string>& options,
                                            std::chrono::milliseconds timeout);

/// How gpupass-bench finds the card in a running guest: its ids, since its address there is another one.
/// Empty if the guest has no PCI device of the host's.
[[nodiscard]] Result<std::string> pci_in_guest(const Host& host, const std::string& domain_xml);

/// "10de:2331"
[[nodiscard]] Result<std::string> pci_ids(const Host& host, const PciAddress& function);

}  // namespace gpupass::run
