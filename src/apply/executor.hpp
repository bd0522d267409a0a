// SPDX-License-Identifier: GPL-2.0-or-later
// One journal being carried out or undone: what apply() and recover() share.
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "gpupass/apply/apply.hpp"

namespace gpupass::apply {

/// True once a step was done that cannot be undone: the plan can only be finished.
[[nodiscard]] bool is_past_return(const Plan& plan, const std::vector<std::optional<JournalEntry>>& states,
                                  Doors& doors);

class Executor {
 public:
  Executor(const Plan& plan, Doors& doors, Journal& journal, std::vector<std::optional<JournalEntry>> states)
      : plan_(plan), doors_(doors), journal_(journal), states_(std::move(states)) {}

  /// Does every step that is not so already. Error: the first failure; nothing has been put back yet.
  [[nodiscard]] Result<void> forward();
  /// Undoes, in reverse, every step that may have had an effect, continues after failures and returns them
  /// all. Steps on a device that is still in the kernel are left alone, and modules stay loaded then.
  [[nodiscard]] std::vector<Error> backward();
  [[nodiscard]] bool is_past_return() const;
  /// True once a step was left behind in the kernel.
  [[nodiscard]] bool stuck() const { return !stuck_.empty(); }

 private:
  [[nodiscard]] Result<void> forward(std::size_t index);
  [[nodiscard]] Result<void> check_bindings();
  [[nodiscard]] Result<void> backward(std::size_t index);
  [[nodiscard]] Result<void> note(JournalEntry entry, const std::string& text);
  [[nodiscard]] Failure left_behind(std::size_t index, const Unfinished& child, const std::string& text);

  const Plan& plan_;
  Doors& doors_;
  Journal& journal_;
  std::vector<std::optional<JournalEntry>> states_;
  std::set<DeviceName> stuck_;
  std::set<DeviceName> in_use_;  // by what could not be undone
};

}  // namespace gpupass::apply
