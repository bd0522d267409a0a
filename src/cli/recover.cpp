// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass recover`: after a kill, a power cut, or a slow driver.
#include "gpupass/session/recover.hpp"

#include "cli/print.hpp"
#include "cli/teller.hpp"
#include "gpupass/report/changes.hpp"
#include "gpupass/report/recovery.hpp"

namespace gpupass::cli {
namespace {

struct RecoverOptions {
  bool forget = false;
  ChangeOptions change;
};

Syntax syntax(RecoverOptions& options) {
  Syntax syntax(
      "gpupass recover [--dry-run] [--forget] [options]",
      "Compares what interrupted commands left in the journal with the machine. An interrupted attach or\n"
      "bind is undone, an interrupted detach or unbind is finished: either way the host has its\n"
      "card. An interrupted `guest create` or `bench experiment` is undone, a `guest delete` finished. "
      "Without\n"
      "anything to do it says so. A record that cannot be read blocks only its own device or domain.");
  syntax.flag("forget", options.forget, "accept the machine as it is and close the journals");
  add_change_options(syntax, options.change);
  return syntax;
}

/// What is done, as it is done: the steps of journals, then those that return loans.
class Listener final : public Quiet {
 public:
  explicit Listener(Terminal& terminal) : Quiet(terminal) {}
  void recovers(const JournalRecord& journal) override { terminal_.out << report::recovery_heading(journal); }
  void recovered(const RecoveryReport& report) override { terminal_.out << report::recovery_outcome(report); }
  void leaves_alone(const PciAddress& device) override { terminal_.out << report::left_alone_text(device); }
  void begins(const Plan& plan) override {
    returns_ = true;
    if (!plan.steps.empty()) terminal_.out << plan.command << ":\n";
  }
  void hears(const StepEvent& event) override {
    terminal_.out << (returns_ ? report::step_text(event) : report::recovery_step(event)) << std::flush;
  }

 private:
  bool returns_ = false;
};

}  // namespace

Result<int> recover(Context& context, const std::vector<std::string>& arguments) {
  RecoverOptions options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax(options), arguments));
  if (!go) return 0;
  auto& terminal = context.terminal;
  const auto& change = options.change;
  const bool json = change.format == Format::json;
  Quiet quiet(terminal);
  Listener listener(terminal);
  auto& requester = json ? quiet : static_cast<Quiet&>(listener);
  GPUPASS_TRY_ASSIGN(
      const auto summary,
      session::recover_all(context, {requester, change.dry_run, change.timeout}, options.forget));
  if (!json) {
    terminal.out << report::recovery_text(summary);
    if (summary.error) return Failure(*summary.error);
    return 0;
  }
  print(terminal, report::to_json(summary));  // which has the errors: a program gets one document
  return summary.error ? exit_code(summary.error->kind) : 0;
}

}  // namespace gpupass::cli
