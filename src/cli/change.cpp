// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/change.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <istream>
#include <iterator>
#include <ostream>

#include "cli/unreadable.hpp"
#include "gpupass/card.hpp"
#include "gpupass/core/json.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/holds.hpp"
#include "gpupass/judge/facts.hpp"
#include "gpupass/judge/rules.hpp"
#include "gpupass/judge/users.hpp"
#include "gpupass/judge/viability.hpp"
#include "gpupass/report/displaced.hpp"
#include "gpupass/report/findings.hpp"
#include "gpupass/report/plans.hpp"
#include "gpupass/sys/terminal.hpp"

namespace gpupass::cli {
namespace {

bool contains(const Functions& functions, const PciAddress& function) {
  return std::find(functions.begin(), functions.end(), function) != functions.end();
}

Result<void> refuse_interrupted(Context& context, const Functions& functions) {
  GPUPASS_TRY_ASSIGN(const auto journals, load_journals(context.host));
  for (const auto& journal : journals) {
    for (const auto& device : journal.plan.devices) {
      if (!contains(functions, device) || journal.ended()) continue;
      if (!journal.has_plan())
        return fail(
            ErrorKind::busy,
            fmt::format("{}: an earlier command did not end, and what it did cannot be read: {}",
                        to_string(device), journal.damage),
            "nothing was changed; `gpupass recover --forget` sets that file aside and accepts the machine "
            "as it is");
      return fail(ErrorKind::busy,
                  fmt::format("{}: an earlier command did not end (\"{}\", started {})", to_string(device),
                              journal.plan.command, journal.started),
                  "nothing was changed; `gpupass recover` finishes or undoes it (--dry-run shows which)");
    }
  }
  return {};
}

/// What a command that changes nothing says of interrupted ones, and of what an ended one left in the kernel:
/// the same, if it may read of them.
Result<void> would_be_refused(Context& context, const Functions& functions) {
  for (const auto& function : functions) GPUPASS_TRY(Lock::obtainable(context.host, to_string(function)));
  const auto journals = load_journals(context.host);
  const bool for_root = journals ? std::ranges::any_of(*journals, &JournalRecord::denied)
                                 : journals.error().kind == ErrorKind::denied;
  if (for_root)
    context.terminal.err
        << "note: which commands did not end is for root to read; run as root this may be refused for that\n";
  auto result = refuse_interrupted(context, functions);
  return result || result.error().kind != ErrorKind::denied ? result : Result<void>{};
}

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

void print_plan(Terminal& terminal, const Plan& plan, const std::string& outcome) {
  auto& out = terminal.out;
  const auto step = [&](std::size_t index, const std::string& text) {
    constexpr std::size_t k_indent = 6;
    out << fmt::format("  {:>2}. {}\n", index + 1,
                       report::wrapped(text, static_cast<std::size_t>(terminal.columns), k_indent));
  };
  if (plan.steps.empty()) {
    out << unchanged(outcome);
    return;
  }
  out << plan.command << " would take these steps:\n";
  for (std::size_t i = 0; i < plan.steps.size(); ++i) step(i, describe(plan.steps[i]));
  out << "Then: " << report::wrapped(outcome, static_cast<std::size_t>(terminal.columns), 2) << ".\n"
      << "If a step fails, the steps before it are undone in reverse order:\n";
  for (auto i = plan.steps.size(); i-- > 0;) step(i, describe_undo(plan.steps[i]));
  out << "This was a dry run; nothing was changed.\n";
}

core::Json event_json(const StepEvent& event) {
  return {{"step", event.step}, {"state", name(event.state)}, {"does", event.text}};
}

/// What every document about a change has.
core::Json change_json(const Plan& plan, const Outcome& outcome) {
  core::Json json{{"command", plan.command},
                  {"outcome", outcome.text},
                  {"domain", outcome.domain.empty() ? core::Json() : core::Json(outcome.domain)},
                  {"devices", core::Json::array()}};
  for (const auto& device : plan.devices) json["devices"].push_back(to_string(device));
  if (!outcome.remaining.empty()) json["remaining"] = report::to_json(outcome.remaining);
  return json;
}

core::Json dry_run_json(const Plan& plan, const Outcome& outcome) {
  auto json = core::Json::parse(to_json(plan));
  json.update(change_json(plan, outcome));
  json["steps"] = report::to_json(plan.steps);
  return json;
}

core::Json result_json(const Plan& plan, const Outcome& outcome, bool changed, core::Json events) {
  auto json = change_json(plan, outcome);
  json["schema"] = "gpupass.result/1";
  json["changed"] = changed;
  json["events"] = std::move(events);
  return json;
}

Error as_error(const Finding& finding) {
  return {ErrorKind::refused, finding.what, finding.remedy, {}, {}};
}

/// Each finding with its remedy; the advice, which is for all of them, comes last.
Failure refused(const std::vector<Finding>& findings, const std::string& advice) {
  auto error = as_error(findings.front());
  std::transform(findings.begin() + 1, findings.end(), std::back_inserter(error.also), as_error);
  auto& last = error.also.empty() ? error.hint : error.also.back().hint;
  last += (last.empty() ? "" : "\n  ") + ("nothing was changed" + advice);
  return Failure(std::move(error));
}

bool asks_the_same(const Finding& a, const Finding& b) {
  return a.rule == b.rule && a.device == b.device && a.what == b.what;
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

}  // namespace

void add_change_options(po::options_description& options) {
  options.add_options()("dry-run,n", "print the steps, there and back, and change nothing");
  options.add_options()("yes,y", "agree to what a person at a terminal would be asked");
  options.add_options()(
      "timeout", po::value<int>()->default_value(60)->value_name("S"),
      "how long to wait for each thing that may block: a driver, the guest, another gpupass");
  add_format(options);
}

Result<ChangeOptions> change_options_of(const po::variables_map& values) {
  ChangeOptions options;
  options.dry_run = values.count("dry-run") > 0;
  options.yes = values.count("yes") > 0;
  GPUPASS_TRY_ASSIGN(options.format, format_of(values));
  GPUPASS_TRY_ASSIGN(options.timeout, timeout_of(values));
  return options;
}

Result<void> refuse_captured(const Context& context) {
  return context.host.changeable();
}

Result<void> refuse_captured(const Context& context, const ChangeOptions& options) {
  if (options.dry_run) return {};
  auto changeable = refuse_captured(context);
  if (!changeable) changeable.error().hint = "add --dry-run to see what would be done there";
  return changeable;
}

Result<void> for_root_only(const Host& host, const std::string& file) {
  auto allowed = host.only_root_can_write(file);
  if (!allowed && allowed.error().kind == ErrorKind::refused)
    allowed.error().hint =
        "nothing was changed; install gpupass where root alone writes (`cmake --install build --prefix "
        "/usr`, as "
        "root), and run it from there";
  return allowed;
}

bool is_under_way(const Host& host, const JournalRecord& journal) {
  return std::ranges::any_of(journal.plan.devices, [&](const PciAddress& device) {
    const auto owner = Lock::owner(host, to_string(device));
    return owner && !owner->in_kernel;
  });
}

void say_waiting(Context& context, const LockOwner& owner) {
  context.terminal.err << fmt::format("waiting for process {} ({})\n", owner.pid, owner.doing) << std::flush;
}

Result<void> lock(Context& context, const ChangeOptions& options, const std::string& doing,
                  const Functions& functions, const std::string& domain, Locks& locks) {
  GPUPASS_TRY(refuse_captured(context, options));
  sys::outlive_readers();  // of our output, and of what we say to libvirt
  context.only_looks = options.dry_run;
  if (options.dry_run) return would_be_refused(context, functions);
  const auto waiting = [&context](const LockOwner& owner) { say_waiting(context, owner); };
  for (const auto& function : in_order(functions)) {
    GPUPASS_TRY_ASSIGN(auto one,
                       Lock::acquire(context.host, to_string(function), doing, options.timeout, waiting));
    locks.devices.emplace(function, std::move(one));
  }
  if (!domain.empty()) {
    GPUPASS_TRY_ASSIGN(auto one,
                       Lock::acquire(context.host, "domain-" + domain, doing, options.timeout, waiting));
    locks.domains.push_back(std::move(one));
  }
  return refuse_interrupted(context, functions);
}

Result<std::vector<Hold>> written_holds(Context& context, const Functions& functions) {
  std::vector<Hold> holds;
  for (const auto& function : functions) {
    auto written = load_hold(context.host, function);
    if (!written && context.only_looks && written.error().kind == ErrorKind::denied) {
      say_not_shown(context, fmt::format("what gpupass holds of {}", to_string(function)), written.error());
      continue;
    }
    GPUPASS_TRY_ASSIGN(auto hold, std::move(written));
    if (hold) holds.push_back(*std::move(hold));
  }
  return holds;
}

Result<std::vector<Hold>> current_holds(Context& context, const Inventory& inventory,
                                        const Functions& functions) {
  GPUPASS_TRY_ASSIGN(auto holds, written_holds(context, functions));
  if (auto error = report::displaced_error(inventory, holds, context.default_uri))
    return Failure(*std::move(error));
  return holds;
}

std::string left_alone_note(const Inventory& inventory, const std::vector<Hold>& holds) {
  Functions others;
  for (const auto& hold : report::displaced(inventory, holds)) {
    if (inventory.find(hold.device) != nullptr) others.push_back(hold.device);
  }
  if (others.empty()) return "";
  return others.size() == 1
             ? fmt::format("; another device is at {} now, and was left alone", names(others))
             : fmt::format("; other devices are at {} now, and were left alone", names(others));
}

Functions still_there(const Inventory& inventory, const std::vector<Hold>& holds, Functions functions) {
  for (const auto& hold : report::displaced(inventory, holds)) std::erase(functions, hold.device);
  return functions;
}

Functions strangers(const Inventory& inventory, const Functions& functions) {
  Functions found;
  for (const auto& function : functions) {
    const auto* const device = inventory.find(function);
    const auto* const group =
        device != nullptr && device->iommu_group ? inventory.group(*device->iommu_group) : nullptr;
    if (group == nullptr) continue;
    for (const auto* const other : rules::in_the_way(*group, Target{functions}, inventory)) {
      found.push_back(other->address);
    }
  }
  return in_order(std::move(found));
}

std::string companion_note(const Inventory& inventory, const Functions& functions) {
  std::vector<std::string> left;
  for (const auto& function : functions) {
    for (const auto& companion : card_of(inventory, function)) {
      const auto* const device = inventory.find(companion);
      if (device == nullptr || contains(functions, companion) || rules::is_free_for_vfio(*device)) continue;
      auto text = fmt::format("{} on {}", to_string(companion), *device->driver);
      if (std::ranges::find(left, text) == left.end()) left.push_back(std::move(text));
    }
  }
  if (left.empty()) return "";
  return fmt::format("; of the same card {} {}", core::enumerate(left), left.size() == 1 ? "stays" : "stay");
}

std::string group_note(const Inventory& inventory, const Functions& functions) {
  const auto others = strangers(inventory, functions);
  if (others.empty()) return "";
  return fmt::format(
      "; {} of the same IOMMU group still on a host driver, so the group cannot go into a guest yet",
      names(others) + (others.size() == 1 ? " is" : " are"));
}

std::vector<Finding> obstacles(const Inventory& inventory, const Functions& functions,
                               const std::set<std::string>& without) {
  auto findings = judge(inventory, Target{functions});
  std::erase_if(findings, [&](const Finding& finding) {
    return finding.severity != Severity::blocks || without.contains(finding.rule);
  });
  return findings;
}

Result<void> refuse_impossible(const std::vector<Finding>& findings) {
  std::vector<Finding> impossible;
  std::ranges::copy_if(findings, std::back_inserter(impossible),
                       [](const Finding& finding) { return finding.consent == Consent::impossible; });
  if (!impossible.empty()) return refused(impossible, "");
  return {};
}

Result<void> consent(Context& context, const ChangeOptions& options, const std::vector<Finding>& findings) {
  GPUPASS_TRY(refuse_impossible(findings));
  auto open = findings;
  std::erase_if(open, [&](const Finding& finding) {
    return std::ranges::any_of(context.agreed,
                               [&](const Finding& agreed) { return asks_the_same(finding, agreed); });
  });
  if (open.empty() || options.yes) return {};
  // A dry run cannot know what a person would answer: no yes is taken for granted.
  if (options.dry_run) return refused(open, "; --yes agrees to this, and --dry-run --yes shows the steps");
  if (!context.terminal.can_ask) return refused(open, "; --yes agrees to this");
  if (!agreed(context.terminal, open)) return refused(open, "");
  std::ranges::move(open, std::back_inserter(context.agreed));
  return {};
}

bool says_yes(Terminal& terminal, const std::string& question) {
  terminal.err << question << " [y/N] " << std::flush;
  std::string answer;
  std::getline(terminal.in, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

std::vector<Finding> users_of_vfio(const Inventory& inventory, const Functions& functions) {
  std::vector<Finding> findings;
  for (const auto& user : rules::users_of(inventory, functions)) {
    if (!user.by_vfio) continue;
    Finding finding{
        "device-held",
        Severity::blocks,
        Consent::may_be_given,
        user.devices.front(),
        fmt::format("{}: unbinding {} waits until that lets go", rules::describe(user), names(user.devices)),
        {},
        rules::remedy_for(user)};
    for (const auto& node : user.nodes)
      finding.evidence.push_back({fmt::format("/proc/{}/fd", user.who.pid), node});
    findings.push_back(std::move(finding));
  }
  return findings;
}

std::vector<Finding> obstacles_to_return(const Inventory& inventory, const Plan& plan,
                                         const Functions& functions) {
  auto findings = users_of_vfio(inventory, functions);
  const bool writes = std::ranges::any_of(plan.steps, [](const Step& step) {
    return std::holds_alternative<SetDriverOverride>(step) || std::holds_alternative<Unbind>(step) ||
           std::holds_alternative<ProbeDriver>(step);
  });
  if (writes) std::ranges::move(rules::sys_writable(inventory, {}), std::back_inserter(findings));
  return findings;
}

std::vector<std::string> card_words(const Functions& functions) {
  std::vector<std::string> words;
  for (const auto& function : functions) {
    if (!words.empty()) words.emplace_back("--with");
    words.push_back(to_string(function));
  }
  if (!words.empty()) words.emplace_back("--only");
  return words;
}

std::vector<std::string> attach_words(const std::string& vm, const Functions& functions,
                                      const std::string& uri) {
  auto words = card_words(functions);
  words.insert(words.begin(), vm);
  words.insert(words.end(), {"--config", "--connect", uri});
  return words;
}

Functions in_order(Functions functions) {
  std::sort(functions.begin(), functions.end());
  functions.erase(std::unique(functions.begin(), functions.end()), functions.end());
  return functions;
}

Result<int> carry_out(Context& context, const ChangeOptions& options, const Plan& plan,
                      Hypervisor* hypervisor, const Locks& locks, const Outcome& outcome) {
  GPUPASS_TRY(refuse_captured(context, options));  // also where nothing is left to do
  auto& out = context.terminal.out;
  const bool json = options.format == Format::json;
  if (options.dry_run) {
    if (json) {
      out << dry_run_json(plan, outcome).dump(2) << "\n";
    } else {
      print_plan(context.terminal, plan, outcome.text);
    }
    return 0;
  }
  bool changed = false;
  auto events = core::Json::array();
  Doors world{context.host, hypervisor, &locks.devices, options.timeout, {}, sys::interrupted};
  world.warn = [&](const Error& warning) {
    context.terminal.err << report::wrapped_lines("note: it was done, but " + describe(warning),
                                                  context.terminal.columns)
                         << "\n";
  };
  world.observe = [&](const StepEvent& event) {
    changed = changed || event.state == StepState::done;
    if (json) {
      events.push_back(event_json(event));
    } else {
      print_step(out, event);
    }
  };
  sys::catch_interrupts();
  if (!json && !plan.steps.empty()) out << plan.command << ":\n";
  GPUPASS_TRY(apply(plan, world));
  if (json) {
    out << result_json(plan, outcome, changed, std::move(events)).dump(2) << "\n";
  } else {
    out << (changed ? outcome.text + "\n" : unchanged(outcome.text));
  }
  return 0;
}

}  // namespace gpupass::cli
