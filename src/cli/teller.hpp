// SPDX-License-Identifier: GPL-2.0-or-later
// A person, or a program, at a terminal: is asked there, and told there what happens.
#pragma once

#include <string>
#include <vector>

#include "cli/options.hpp"
#include "gpupass/core/json.hpp"
#include "gpupass/session/change.hpp"

namespace gpupass::cli {

/// Options that all commands have that change something.
struct ChangeOptions {
  bool dry_run = false;
  bool yes = false;
  Format format = Format::text;
  std::chrono::milliseconds timeout = std::chrono::seconds(60);  // for each thing that may block
};

void add_change_options(Syntax& syntax, ChangeOptions& to);

/// A command whose caller has agreed to everything: a person is told only what is waited for, and notes.
class Quiet : public session::Agreed {
 public:
  explicit Quiet(Terminal& terminal) : terminal_(terminal) {}
  void waits_for(const LockOwner& owner) override;
  void note(const std::string& text) override;
  void progress(const std::string& text) override;

 protected:
  Terminal& terminal_;
};

/// Asks as well, and tells each step and what came of all.
class Teller final : public Quiet {
 public:
  /// `connection`: the libvirt connection that the command names, for commands in notes; empty: none.
  Teller(Terminal& terminal, const ChangeOptions& options, std::string connection = {})
      : Quiet(terminal), options_(options), connection_(std::move(connection)) {}

  [[nodiscard]] bool has_agreed_to(const Finding& finding) const override;
  [[nodiscard]] session::Answer ask(const std::vector<Finding>& findings) override;
  void begins(const Plan& plan) override;
  void hears(const StepEvent& event) override;
  void note(const std::string& text) override;

  /// How the request is made.
  [[nodiscard]] session::Manner manner() { return {*this, options_.dry_run, options_.timeout}; }
  /// Prints what came of it: the plan, on a dry run. Returns 0, the exit status.
  int tell(const Done& done);

 private:
  ChangeOptions options_;
  std::string connection_;
  std::vector<Finding> agreed_;  // what was asked is not asked again
  core::Json events_ = core::Json::array();
};

}  // namespace gpupass::cli
