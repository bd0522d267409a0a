// SPDX-License-Identifier: GPL-2.0-or-later
// The machine of an experiment: a card that goes from its host driver to a guest and back, that guest, and
// containers. Whatever it changes is borrowed: if gpupass is killed, `gpupass recover` returns it, and so
// does the same experiment when it continues.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gpupass/run/container.hpp"
#include "gpupass/run/create.hpp"
#include "gpupass/run/suite.hpp"
#include "gpupass/session/borrow.hpp"
#include "gpupass/study/experiment/experiment.hpp"

namespace gpupass::study {

class Rig {
 public:
  /// All that is named must be there for as long as it is. Without a guest among the arms there is no
  /// hypervisor.
  Rig(session::World& world, session::Requester& requester, const ExperimentRequest& request,
      Hypervisor* hypervisor);

  /// Locks the card and the guests until it is gone: nobody else changes them between two runs. Removes what
  /// containers a killed experiment left. Error: busy, also where an earlier command did not end.
  [[nodiscard]] Result<void> begin();
  /// A guest that is to be made is there, and its first start is over.
  [[nodiscard]] Result<void> prepare();

  /// One run each, with these options: its JSON, which has been read. Whatever happens the card is home
  /// after.
  [[nodiscard]] Result<std::string> run(const Arm& arm, const std::vector<std::string>& options);

  /// A guest that was made goes, or with `keep` stays, off, and the card is written down for it. Also after
  /// an interruption.
  [[nodiscard]] Result<void> put_back(bool keep);

 private:
  /// Everything was agreed to when the experiment began.
  [[nodiscard]] session::Manner manner() { return {requester_}; }
  [[nodiscard]] bool made() const { return !request_.settings.image.empty(); }
  [[nodiscard]] Result<void> make_guest();
  /// Does something in the guest, which is started for it.
  [[nodiscard]] Result<std::string> in_guest(const std::string& vm,
                                             const std::function<Result<std::string>(run::Suite&)>& does);
  [[nodiscard]] Result<std::string> run_on_host(const std::vector<std::string>& options);
  [[nodiscard]] Result<std::string> run_in_guest(const std::string& vm,
                                                 const std::vector<std::string>& options);
  [[nodiscard]] Result<std::string> run_in_container(run::ContainerRuns& container,
                                                     const std::vector<std::string>& options);
  /// What names the card where the host's kernel drives it.
  [[nodiscard]] Result<std::vector<std::string>> with_card(std::vector<std::string> options) const;
  [[nodiscard]] Result<std::string> run_program(const std::vector<std::string>& options);
  [[nodiscard]] Result<void> remember_card();

  session::World& world_;
  session::Requester& requester_;
  const ExperimentRequest& request_;
  Hypervisor* hypervisor_;
  std::map<std::string, std::unique_ptr<run::ContainerRuns>> containers_;  // by role
  session::Locks locks_;
  run::PreparedGuest prepared_;
  apply::Borrowed guest_;  // that was made
};

/// The containers of the arms, by their roles.
[[nodiscard]] std::map<std::string, std::unique_ptr<run::ContainerRuns>> containers_of(
    session::World& world, session::Requester& requester, const ExperimentRequest& request);

/// Whether the card is to be on vfio-pci for a run on the host: the group pci reads a card's memory only
/// where no driver uses it, and nothing else that is asked for needs the driver.
[[nodiscard]] bool runs_without_driver(const std::vector<std::string>& options);

}  // namespace gpupass::study
