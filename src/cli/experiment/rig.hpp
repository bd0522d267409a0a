// SPDX-License-Identifier: GPL-2.0-or-later
// The machine of an experiment: a card that goes from its host driver to a guest and back, and that guest.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/experiment/plan.hpp"
#include "cli/teller.hpp"

namespace gpupass::cli {

using session::Functions;

struct RigTimes {
  std::chrono::milliseconds guest;  // until a guest answers, or is off
  std::chrono::milliseconds run;    // that one run may last
};

class Rig {
 public:
  /// The hypervisor, and the program's path, must be good for as long as it is.
  Rig(Context& context, Hypervisor& hypervisor, const ExperimentPlan& plan, Functions functions,
      std::string program, RigTimes times);

  /// What an experiment that was killed left is put right: half-done changes, a running guest, a card that is
  /// not home.
  [[nodiscard]] Result<void> mend();
  /// The guest is there, has the card in its configuration, and its first start is over; the card is home.
  [[nodiscard]] Result<void> prepare();

  /// One run each, with these options: its JSON, which has been read. Whatever happens the card is home
  /// after.
  [[nodiscard]] Result<std::string> run_on_host(const std::vector<std::string>& options);
  [[nodiscard]] Result<std::string> run_in_guest(const std::vector<std::string>& options);

  /// The guest off, and gone or without the card as it was before; the card home. `keep`: a guest that was
  /// made stays, off. Also after an interruption.
  [[nodiscard]] Result<void> put_back(bool keep);

 private:
  /// Everything was agreed to when the experiment began.
  [[nodiscard]] session::Manner manner() { return {quiet_}; }
  [[nodiscard]] Result<void> unbind(const Functions& functions);
  [[nodiscard]] bool made() const { return !plan_.settings.image.empty(); }
  [[nodiscard]] Result<bool> guest_exists();
  [[nodiscard]] Result<void> make_guest();
  [[nodiscard]] Result<void> give_to_guest();
  [[nodiscard]] Result<void> start_guest();
  [[nodiscard]] Result<void> end_guest();
  [[nodiscard]] Result<void> stop_or_destroy();
  [[nodiscard]] Result<std::vector<pid_t>> users_of_card();
  [[nodiscard]] Result<void> wait_until_gone(const std::vector<pid_t>& users);
  [[nodiscard]] Result<void> card_home();
  [[nodiscard]] Result<void> end_host_run();
  [[nodiscard]] Result<void> remember_card();
  [[nodiscard]] Result<std::string> in_started_guest(const std::vector<std::string>& options);
  [[nodiscard]] Result<std::string> run_program(const std::vector<std::string>& options);

  Context& context_;
  Quiet quiet_;
  Hypervisor& hypervisor_;
  const ExperimentPlan& plan_;
  Functions functions_;
  std::string program_;
  RigTimes times_;
};

/// Whether the card is to be on vfio-pci for a run on the host: the group pci reads a card's memory only
/// where no driver uses it, and nothing else that is asked for needs the driver.
[[nodiscard]] bool runs_without_driver(const std::vector<std::string>& options);

}  // namespace gpupass::cli
