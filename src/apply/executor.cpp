// SPDX-License-Identifier: GPL-2.0-or-later
#include "apply/executor.hpp"

#include <fmt/format.h>

#include "apply/steps.hpp"
#include "gpupass/core/text.hpp"

namespace gpupass::apply {

bool is_past_return(const Plan& plan, const std::vector<std::optional<JournalEntry>>& states, Doors& doors) {
  for (std::size_t i = 0; i < states.size(); ++i) {
    if (states[i] && states[i]->state != StepState::untouched && is_lost(plan.steps[i], doors)) return true;
  }
  return false;
}

Result<void> Executor::note(JournalEntry entry, const std::string& text) {
  auto written = journal_.append(entry);
  // A line that announces is written before it is so; any other says what is so already.
  if (!written && entry.state == StepState::intent) return written;
  if (doors_.observe && !is_left_alone(plan_.steps.at(entry.step), doors_))
    doors_.observe({entry.step, entry.state, text, entry.note});
  states_.at(entry.step) = std::move(entry);
  return written;
}

/// The device of a step that the kernel has not returned from: nothing more is done to it, since
/// whatever else is written to it would block as well.
Failure Executor::left_behind(std::size_t index, const Unfinished& child, const std::string& text) {
  const auto& step = plan_.steps.at(index);
  if (const auto device = device_of(step)) stuck_.insert(*device);
  const auto before = states_.at(index) ? states_.at(index)->before : std::string();
  const auto kernel_stack = child.stack.empty() ? std::string() : "; in the kernel at " + child.stack.front();
  auto error = fail(ErrorKind::timeout,
                    fmt::format("{} did not return within {} s: process {}, state {}{}", text,
                                std::chrono::duration_cast<std::chrono::seconds>(doors_.step_timeout).count(),
                                child.pid, child.state, kernel_stack),
                    "the device is still being released and stays locked; it is left alone (never `remove` "
                    "it: that would block the whole PCI bus). When its last user has closed it, `gpupass "
                    "recover` returns it; `gpupass status` shows it");
  if (auto written = note({index, StepState::open, before, child.pid, child.state}, text); !written) {
    error.value().also.push_back(written.error());
  }
  return error;
}

Result<void> Executor::forward(std::size_t index) {
  const auto& step = plan_.steps.at(index);
  const auto text = describe(step);
  GPUPASS_TRY_ASSIGN(auto before, look(step, doors_));
  if (before.already) {
    // What an interrupted run did must be undone even though the state is already as wanted.
    if (states_.at(index)) return {};
    return note({index, StepState::untouched, "", 0, ""}, text);
  }
  // Carried on after an interruption, what it was before may have been changed in part already.
  if (states_.at(index)) before.before = states_.at(index)->before;
  GPUPASS_TRY(note({index, StepState::intent, before.before, 0, ""}, text));
  auto end = carry_out(step, doors_);
  if (end && end->unfinished) return left_behind(index, *end->unfinished, text);
  if (!end) {
    if (auto written = note({index, StepState::failed, before.before, 0, end.error().what}, text); !written) {
      end.error().also.push_back(written.error());
    }
    // One that did not answer in time may still come about: its undo looks, later.
    if (end.error().kind != ErrorKind::timeout && had_no_effect(step, before.before, doors_))
      states_.at(index)->state = StepState::undone;
    return within(text, end.error());
  }
  GPUPASS_TRY_ASSIGN(auto result, result_of(step, doors_));
  return note({index, StepState::done, before.before, 0, "", std::move(result)}, text);
}

/// Some drivers take a device at once and give it up again when its start fails a moment later.
Result<void> Executor::check_bindings() {
  for (const auto& step : plan_.steps) {
    const auto* const probe = std::get_if<ProbeDriver>(&step);
    if (probe == nullptr) continue;
    GPUPASS_TRY_ASSIGN(const auto now, look(step, doors_));
    if (now.already) continue;
    return fail(ErrorKind::system,
                fmt::format("{} took {} and released it again", probe->driver, to_string(probe->device)),
                fmt::format("the kernel's log has the reason: `dmesg | grep {}`", to_string(probe->device)));
  }
  return {};
}

Result<void> Executor::forward() {
  for (std::size_t i = 0; i < plan_.steps.size(); ++i) {
    if (doors_.interrupted && doors_.interrupted()) {
      return fail(ErrorKind::system, fmt::format("{}: interrupted", plan_.command));
    }
    GPUPASS_TRY(forward(i));
  }
  return check_bindings();
}

Result<void> Executor::backward(std::size_t index) {
  const auto& step = plan_.steps.at(index);
  const auto entry = *states_.at(index);
  const auto text = describe_undo(step);
  auto end = undo(step, entry, doors_);
  if (end && end->unfinished) return left_behind(index, *end->unfinished, text);
  if (!end && end.error().kind != ErrorKind::timeout && is_put_back(step, entry.before, doors_)) {
    if (doors_.warn) doors_.warn(within(text, end.error()).value());
    end = WriteEnd{};
  }
  if (end) {
    // A line that cannot be written undoes nothing of what was put back: whoever reads the journal later
    // looks.
    (void)note({index, StepState::undone, entry.before, 0, ""}, text);
    return {};
  }
  // Already the look at the device did not return: another one's write still has it.
  if (const auto device = device_of(step); device && end.error().kind == ErrorKind::timeout)
    stuck_.insert(*device);
  if (auto written =
          note({index, StepState::undo_failed, entry.before, 0, end.error().what, entry.result}, text);
      !written) {
    end.error().also.push_back(written.error());
  }
  return within(text, end.error());
}

bool Executor::is_past_return() const {
  return apply::is_past_return(plan_, states_, doors_);
}

std::vector<Error> Executor::backward() {
  std::vector<Error> errors;
  for (auto index = plan_.steps.size(); index-- > 0;) {
    const auto& state = states_.at(index);
    if (!state || state->state == StepState::untouched || state->state == StepState::undone) continue;
    const auto device = device_of(plan_.steps.at(index));
    if (device && (stuck_.contains(*device) || in_use_.contains(*device))) continue;
    // Unloading a module waits for its driver to come out of every probe and remove.
    const bool is_left = stuck() || !in_use_.empty();
    if (is_left && std::holds_alternative<LoadModule>(plan_.steps.at(index))) continue;
    auto result = backward(index);
    if (result) continue;
    const auto used = used_by(plan_.steps.at(index));
    in_use_.insert(used.begin(), used.end());
    errors.push_back(result.error());
  }
  return errors;
}

}  // namespace gpupass::apply
