// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/teller.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <istream>
#include <iterator>
#include <ostream>

#include "cli/hints.hpp"
#include "gpupass/report/findings.hpp"
#include "gpupass/report/plans.hpp"

namespace gpupass::cli {
namespace {

void print_step(std::ostream& out, const StepEvent& event) {
  if (event.state == StepState::intent) {
    out << "  " << event.text << " … " << std::flush;
    return;
  }
  if (event.state == StepState::untouched) {
    out << "  " << event.text << " … already so\n";
    return;
  }
  if (event.state == StepState::undone) {
    out << "  undone: " << event.text << "\n";
    return;
  }
  if (event.state == StepState::undo_failed) {
    out << "  NOT undone: " << event.text << ": " << event.note << "\n";
    return;
  }
  out << (event.state == StepState::open ? "the kernel has not returned" : name(event.state)) << "\n";
}

std::string unchanged(const std::string& outcome) {
  return "unchanged: " + outcome + "\n";
}

core::Json event_json(const StepEvent& event) {
  return {{"step", event.step}, {"state", name(event.state)}, {"does", event.text}};
}

/// What every document about a change has.
core::Json change_json(const Plan& plan, const session::Outcome& outcome) {
  core::Json json{{"command", plan.command},
                  {"outcome", outcome.text},
                  {"domain", core::text_or_null(outcome.domain)},
                  {"devices", core::Json::array()}};
  for (const auto& device : plan.devices) json["devices"].push_back(to_string(device));
  if (!outcome.remaining.empty()) json["remaining"] = report::to_json(outcome.remaining);
  return json;
}

core::Json dry_run_json(const Plan& plan, const session::Outcome& outcome) {
  auto json = core::Json::parse(to_json(plan));
  json.update(change_json(plan, outcome));
  json["steps"] = report::to_json(plan.steps);
  return json;
}

core::Json result_json(const Plan& plan, const session::Outcome& outcome, bool changed, core::Json events) {
  auto json = change_json(plan, outcome);
  json["schema"] = "gpupass.result/1";
  json["changed"] = changed;
  json["events"] = std::move(events);
  return json;
}

bool asks_the_same(const Finding& a, const Finding& b) {
  return a.rule == b.rule && a.device == b.device && a.what == b.what;
}

/// Asks a person at the terminal. No answer is a no.
bool says_yes(Terminal& terminal, const std::string& question) {
  terminal.err << question << " [y/N] " << std::flush;
  std::string answer;
  std::getline(terminal.in, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

/// One question for all of them.
bool agreed(Terminal& terminal, const std::vector<Finding>& findings) {
  const auto say = [&](const std::string& line) {
    terminal.err << report::wrapped_lines(line, terminal.columns) << "\n";
  };
  for (const auto& finding : findings) {
    say("  ! " + finding.what);
    if (!finding.remedy.empty()) say("    " + finding.remedy);
  }
  return says_yes(terminal, "Go on all the same?");
}

void print_note(Terminal& terminal, const std::string& text) {
  terminal.err << report::wrapped_lines("note: " + text, terminal.columns) << "\n";
}

void say_waiting(Terminal& terminal, const LockOwner& owner) {
  terminal.err << fmt::format("waiting for process {} ({})\n", owner.pid, owner.doing) << std::flush;
}

}  // namespace

void add_change_options(Syntax& syntax, ChangeOptions& to) {
  syntax.flag("dry-run,n", to.dry_run, "print the steps, there and back, and change nothing");
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

void Teller::waits_for(const LockOwner& owner) {
  say_waiting(terminal_, owner);
}

void Teller::begins(const Plan& plan) {
  if (options_.format == Format::text && !plan.steps.empty()) terminal_.out << plan.command << ":\n";
}

void Teller::hears(const StepEvent& event) {
  if (options_.format == Format::json) {
    events_.push_back(event_json(event));
  } else {
    print_step(terminal_.out, event);
  }
}

void Teller::note(const std::string& text) {
  print_note(terminal_, with_connection(text, connection_));
}

void Teller::progress(const std::string& text) {
  terminal_.err << text << std::flush;
}

int Teller::tell(const session::Done& done) {
  auto& out = terminal_.out;
  const auto& [plan, outcome, changed, configuration] = done;
  if (options_.format == Format::json) {
    const auto json = options_.dry_run ? dry_run_json(plan, outcome)
                                       : result_json(plan, outcome, changed, std::move(events_));
    out << json.dump(2) << "\n";
  } else if (options_.dry_run) {
    out << (plan.steps.empty() ? unchanged(outcome.text)
                               : report::dry_run_text(plan, outcome.text, terminal_.columns));
  } else {
    out << (changed ? outcome.text + "\n" : unchanged(outcome.text));
  }
  return 0;
}

void Quiet::waits_for(const LockOwner& owner) {
  say_waiting(terminal_, owner);
}

void Quiet::note(const std::string& text) {
  print_note(terminal_, text);
}

void Quiet::progress(const std::string& text) {
  terminal_.err << text << std::flush;
}

}  // namespace gpupass::cli
