// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/teller.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <istream>
#include <iterator>
#include <ostream>

#include "cli/print.hpp"
#include "gpupass/core/wrap.hpp"
#include "gpupass/report/changes.hpp"
#include "gpupass/report/findings.hpp"
#include "gpupass/report/hints.hpp"

namespace gpupass::cli {
namespace {

bool asks_the_same(const Finding& a, const Finding& b) {
  return a.rule == b.rule && a.device == b.device && a.what == b.what;
}

/// One question for all of them. No answer is a no.
bool agreed(Terminal& terminal, const std::vector<Finding>& findings) {
  terminal.err << report::question_text(findings, terminal.columns) << "Continue? [y/N] " << std::flush;
  std::string answer;
  std::getline(terminal.in, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

}  // namespace

void add_change_options(Syntax& syntax, ChangeOptions& to) {
  syntax.flag("dry-run,n", to.dry_run, "print the steps and how they are undone, and change nothing");
  syntax.flag("yes,y", to.yes, "agree to what a person at a terminal would be asked");
  syntax.option("timeout", to.timeout, "S",
                "how long to wait for each thing that may block: a driver, the guest, another gpupass");
  add_format(syntax, to.format);
}

bool Teller::has_agreed_to(const Finding& finding) const {
  return options_.yes ||
         std::ranges::any_of(agreed_, [&](const Finding& agreed) { return asks_the_same(finding, agreed); });
}

session::Answer Teller::ask(const std::vector<Finding>& findings) {
  if (!terminal_.can_ask) return session::Answer::nobody_to_ask;
  if (!agreed(terminal_, findings)) return session::Answer::no;
  std::ranges::copy(findings, std::back_inserter(agreed_));
  return session::Answer::yes;
}

void Teller::begins(const Plan& plan) {
  if (options_.format == Format::text && !plan.steps.empty()) terminal_.out << plan.command << ":\n";
}

void Teller::hears(const StepEvent& event) {
  if (options_.format == Format::json) {
    events_.push_back(report::to_json(event));
  } else {
    terminal_.out << report::step_text(event) << std::flush;
  }
}

void Teller::note(const std::string& text) {
  Quiet::note(report::with_connection(text, connection_));
}

int Teller::tell(const Done& done) {
  if (options_.format == Format::json)
    print(terminal_, report::to_json(done, options_.dry_run, std::move(events_)));
  else
    terminal_.out << report::done_text(done, options_.dry_run, terminal_.columns);
  return 0;
}

void Quiet::waits_for(const LockOwner& owner) {
  terminal_.err << fmt::format("waiting for process {} ({})\n", owner.pid, owner.doing) << std::flush;
}

void Quiet::note(const std::string& text) {
  terminal_.err << core::wrapped_lines("note: " + text, terminal_.columns) << "\n";
}

void Quiet::progress(const std::string& text) {
  terminal_.err << text << std::flush;
}

}  // namespace gpupass::cli
