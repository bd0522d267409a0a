// SPDX-License-Identifier: GPL-2.0-or-later
// Who made a request: is asked what a person has to decide, and hears what happens.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "gpupass/apply/apply.hpp"
#include "gpupass/finding.hpp"
#include "gpupass/lock.hpp"
#include "gpupass/plan.hpp"

namespace gpupass::session {

enum class Answer { yes, no, nobody_to_ask };

class Requester {
 public:
  Requester() = default;
  virtual ~Requester() = default;
  Requester(const Requester&) = delete;
  Requester& operator=(const Requester&) = delete;

  /// Whether this need not be asked.
  [[nodiscard]] virtual bool has_agreed_to(const Finding& finding) const = 0;
  /// One question for all of them; none of them was agreed to before.
  [[nodiscard]] virtual Answer ask(const std::vector<Finding>& findings) = 0;

  /// Another gpupass has a device or a domain, and it is waited for.
  virtual void waits_for(const LockOwner& owner) = 0;
  /// The steps of this plan follow.
  virtual void begins(const Plan& plan) = 0;
  virtual void hears(const StepEvent& event) = 0;
  /// What this journal tells of is finished or undone; the steps that were done follow.
  virtual void recovers(const JournalRecord& /*journal*/) {}
  virtual void recovered(const RecoveryReport& /*report*/) {}
  /// Another device is at the address of one that this is about.
  virtual void leaves_alone(const PciAddress& /*device*/) {}
  /// A sentence that a person should know, though nothing failed.
  virtual void note(const std::string& text) = 0;
  /// What takes its time, as it goes: a line, or part of one.
  virtual void progress(const std::string& text) = 0;
};

/// A program that agreed to everything before, and wants to know only how it ended.
class Agreed : public Requester {
 public:
  [[nodiscard]] bool has_agreed_to(const Finding& /*finding*/) const override { return true; }
  [[nodiscard]] Answer ask(const std::vector<Finding>& /*findings*/) override { return Answer::yes; }
  void waits_for(const LockOwner& /*owner*/) override {}
  void begins(const Plan& /*plan*/) override {}
  void hears(const StepEvent& /*event*/) override {}
  void note(const std::string& /*text*/) override {}
  void progress(const std::string& /*text*/) override {}
};

/// How a request is made.
struct Manner {
  Requester& requester;
  bool dry_run = false;  // plan and refuse as the run would, and change nothing
  std::chrono::milliseconds patience = std::chrono::seconds(60);  // for each thing that may block
};

}  // namespace gpupass::session
