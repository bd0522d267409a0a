// SPDX-License-Identifier: GPL-2.0-or-later
// Carries a plan out, and undoes it. The only stage that changes the machine.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "gpupass/hypervisor.hpp"
#include "gpupass/journal.hpp"
#include "gpupass/lock.hpp"
#include "gpupass/plan.hpp"
#include "gpupass/recovery.hpp"

namespace gpupass::apply {

/// The interfaces that steps act through, and how long a step may take.
struct Doors {
  Host& host;
  DomainStore* domains = nullptr;                     // nullptr: the plan has no domain steps
  const std::map<DeviceName, Lock>* locks = nullptr;  // of the plan's devices; a stuck child keeps its own
  std::chrono::milliseconds step_timeout = std::chrono::seconds(60);
  std::function<void(const StepEvent&)> observe;  // may be empty
  std::function<bool()> interrupted;              // true: stop after this step and put everything back
  /// At recovery: devices that are no longer what the plan was made for. another one that is at the
  /// address now is left alone, and counts as returned.
  std::set<PciAddress> displaced = {};
  /// Hears of what is not a failure: a call reported that it failed, but its effect is seen. May be empty.
  std::function<void(const Error&)> warn = {};
  DomainLife* life = nullptr;  // nullptr: the plan starts no domain
};

/// Does every step in order; on a failure undoes, in reverse, whatever it did.
/// Error: the first failure; what could not be undone is in `also`, and then the kind is partial.
/// Kind timeout: a step is still in the kernel; its device was left alone, the rest undone.
/// A journal that cannot be removed once all is done, or all is undone, is not an error but a warning.
[[nodiscard]] Result<void> execute(const Plan& plan, Doors& doors);

/// A plan that was carried out for a while. Its journal stays until all of it is undone, so that `recover`
/// does that if this process does not.
class Borrowed {
 public:
  Borrowed();
  Borrowed(Borrowed&& other) noexcept;
  Borrowed& operator=(Borrowed&& other) noexcept;
  ~Borrowed();

  /// Puts everything back, goes on past failures. Errors: as of execute() for what could not be undone; the
  /// journal stays then.
  [[nodiscard]] Result<void> put_back();
  /// What was done stays.
  void keep();

 private:
  friend Result<Borrowed> borrow(Plan plan, Doors doors);
  struct Parts;
  std::unique_ptr<Parts> parts_;  // none: nothing is borrowed
};

/// Does every step, as apply() does and with its errors. What the doors name must outlive the outcome.
[[nodiscard]] Result<Borrowed> borrow(Plan plan, Doors doors);

/// Compares a journal with the machine, and finishes or undoes it. The caller holds the locks of the
/// plan's devices.
[[nodiscard]] RecoveryReport recover(const JournalRecord& journal, Doors& doors);
/// The plan's devices that are gone or replaced.
[[nodiscard]] std::set<PciAddress> displaced_devices(const Plan& plan, const Inventory& inventory);
/// What is left of its plan, in the order in which recover() would go through it.
[[nodiscard]] std::vector<Step> steps_to_recover(const JournalRecord& journal, const Doors& doors);
/// What recover() would do with it here, one line per step; changes nothing.
[[nodiscard]] std::vector<std::string> preview_recovery(const JournalRecord& journal, const Doors& doors);

}  // namespace gpupass::apply
