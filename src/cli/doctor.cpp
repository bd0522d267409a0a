// SPDX-License-Identifier: GPL-2.0-or-later
// gpupass doctor: what stands in the way, and what would help.
#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "cli/hints.hpp"
#include "cli/libvirt_now.hpp"
#include "cli/selection.hpp"
#include "gpupass/core/names.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/discover.hpp"
#include "gpupass/finding.hpp"
#include "gpupass/judge/rules.hpp"
#include "gpupass/judge/verdict.hpp"
#include "gpupass/report/device_text.hpp"
#include "gpupass/report/findings.hpp"
#include "gpupass/report/inventory_json.hpp"
#include "gpupass/report/table.hpp"

namespace gpupass::cli {
namespace {

using Findings = std::vector<Finding>;
using rules::Judgement;
using rules::Verdict;

/// One target with what was found about it alone.
struct Patient {
  Target target;
  Findings findings;
};

struct Diagnosis {
  Findings machine;  // what is so for every target
  std::vector<Patient> patients;
};

struct Options {
  session::Selection what;
  bool verbose = false;
  std::string connection;  // that --connect names
  Format format = Format::text;
};

Result<void> check(const session::Selection& what) {
  const bool some = !what.with.empty() || what.companions == Companions::left_out;
  return some ? require_some(what) : Result<void>();
}

Syntax syntax(Options& options) {
  Syntax syntax(
      "gpupass doctor [SELECTOR… [--with BDF]… [--only]] [options]",
      "Says of each graphics card, or of the devices that SELECTORs name taken together, whether it\n"
      "can be passed through, what stands in the way, and what helps. Ends with 1 where something\n"
      "blocks, with 0 otherwise.");
  syntax.positional("selector", options.what.selectors);
  syntax.flag("verbose,v", options.verbose, "show what was read for what is fine, too");
  syntax.option("with", options.what.with, "BDF", "as if this member of the IOMMU group went along");
  add_only(syntax, options.what);
  add_connect(syntax, options.connection);
  add_format(syntax, options.format);
  syntax.then([&options] { return check(options.what); });
  return syntax;
}

/// Each graphics card is a target of its own; what is named together is judged together, as `gpupass attach`
/// would take it.
Result<std::vector<Target>> targets_of(const Inventory& inventory, const session::Selection& what) {
  if (what.selectors.empty()) {
    std::vector<Target> targets;
    for (auto& card : graphics_cards(inventory)) targets.push_back({std::move(card)});
    return targets;
  }
  GPUPASS_TRY_ASSIGN(auto functions, session::functions_of(inventory, what));
  return std::vector{Target{std::move(functions)}};
}

/// `uri` is the connection that was named, if one was.
Diagnosis diagnose(const Inventory& inventory, const std::vector<Target>& targets, const std::string& uri) {
  const auto about_machine = [](const Finding& finding) { return !finding.device; };
  Diagnosis diagnosis{judge(inventory, {}), {}};
  for (const auto& target : targets) {
    auto findings = judge(inventory, target);
    std::erase_if(findings, about_machine);
    for (auto& finding : findings) finding.remedy = with_connection(finding.remedy, uri);
    diagnosis.patients.push_back({target, std::move(findings)});
  }
  return diagnosis;
}

std::string verdict_text(const Judgement& judgement) {
  const auto unknown = judgement.unknown.empty()
                           ? std::string()
                           : fmt::format("; not known: {}", core::enumerate(judgement.unknown));
  switch (judgement.verdict) {
    case Verdict::can:
      return "can be passed through" + unknown;
    case Verdict::with_consent:
      return fmt::format("can be passed through if you agree (--yes) to {}{}",
                         core::enumerate(judgement.open), unknown);
    case Verdict::cannot:
      break;
  }
  const auto open = judgement.open.empty()
                        ? std::string()
                        : fmt::format("; {} only {} your consent", core::enumerate(judgement.open),
                                      judgement.open.size() == 1 ? "needs" : "need");
  return fmt::format("cannot be passed through: {} {}{}{}", core::enumerate(judgement.impossible),
                     judgement.impossible.size() == 1 ? "blocks" : "block", open, unknown);
}

report::Style style_of(Verdict verdict) {
  if (verdict == Verdict::can) return report::Style::green;
  return verdict == Verdict::cannot ? report::Style::red : report::Style::yellow;
}

/// "0000:01:00.0 NVIDIA GA102 [GeForce RTX 3080], 0000:01:00.1 NVIDIA GA102 High Definition Audio".
std::string heading(const Inventory& inventory, const Target& target) {
  std::vector<std::string> names;
  for (const auto& function : target.functions) {
    const auto* const device = inventory.find(function);
    names.push_back(to_string(function) + (device == nullptr ? "" : " " + report::short_name(*device)));
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

void print(Terminal& terminal, const Inventory& inventory, const Diagnosis& diagnosis, bool verbose) {
  const report::FindingsView view{terminal.columns, terminal.colour, verbose};
  const auto columns = static_cast<std::size_t>(terminal.columns);
  const auto title = [&](const std::string& text) {
    return report::styled(report::wrapped(text, columns, 2), report::Style::bold, terminal.colour) + "\n";
  };
  auto& out = terminal.out;
  out << title("This machine") << report::findings_text(diagnosis.machine, view);
  for (const auto& [target, findings] : diagnosis.patients) {
    const auto judgement = rules::judgement_of(diagnosis.machine, findings);
    out << "\n"
        << title(heading(inventory, target)) << report::findings_text(findings, view)
        << report::styled(report::wrapped("It " + verdict_text(judgement) + ".", columns, 2),
                          style_of(judgement.verdict), terminal.colour)
        << "\n";
  }
  if (diagnosis.patients.empty()) {
    out << "\nThere is no graphics card; `gpupass doctor SELECTOR` judges any other device.\n";
  }
  terminal.err << report::problems_text(inventory.problems);
}

constexpr std::array k_verdict_names = {
    core::Name<Verdict>{Verdict::can, "can"},
    core::Name<Verdict>{Verdict::cannot, "cannot"},
    core::Name<Verdict>{Verdict::with_consent, "with-consent"},
};

/// What the ids of the rules mean.
core::Json rules_json() {
  auto json = core::Json::array();
  for (const auto& rule : rules::table()) {
    json.push_back({{"id", rule.id}, {"title", rule.title}, {"meaning", rule.meaning}});
  }
  return json;
}

core::Json to_json(const Inventory& inventory, const Diagnosis& diagnosis, bool blocks) {
  auto targets = core::Json::array();
  for (const auto& [target, findings] : diagnosis.patients) {
    auto functions = core::Json::array();
    for (const auto& function : target.functions) functions.push_back(to_string(function));
    targets.push_back({{"functions", functions},
                       {"verdict", core::name_in(k_verdict_names,
                                                 rules::judgement_of(diagnosis.machine, findings).verdict)},
                       {"findings", report::to_json(findings)}});
  }
  return {{"schema", "gpupass.doctor/1"},
          {"blocks", blocks},
          {"machine", report::to_json(diagnosis.machine)},
          {"targets", targets},
          {"rules", rules_json()},
          {"problems", report::to_json(inventory.problems)}};
}

bool anything_blocks(const Diagnosis& diagnosis) {
  return worst(diagnosis.machine) == Severity::blocks ||
         std::ranges::any_of(diagnosis.patients, [](const Patient& patient) {
           return worst(patient.findings) == Severity::blocks;
         });
}

/// What domains have counts where libvirt says it; a doctor waits for nobody. Error: the libvirt that was
/// named does not answer.
Result<void> add_domain_uses(Context& context, Inventory& inventory, const std::string& named) {
  constexpr auto k_patience = std::chrono::seconds(3);
  if (named.empty() && !may_ask(context, context.default_uri)) return {};
  const auto uri = uri_of(context, named);
  const auto hypervisor = context.connect(uri, k_patience);
  if (!hypervisor && !named.empty()) return Failure(hypervisor.error());
  if (!hypervisor) return {};
  auto uses = session::domain_uses(**hypervisor, context.host, inventory);
  if (uses) {
    inventory.domain_uses = *std::move(uses);
  } else {
    inventory.problems.push_back({uri, uses.error().what + "; whether a domain has a device is not known"});
  }
  return {};
}

}  // namespace

Result<int> doctor(Context& context, const std::vector<std::string>& arguments) {
  Options options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax(options), arguments));
  if (!go) return 0;
  GPUPASS_TRY_ASSIGN(auto inventory, discover(context.host));
  GPUPASS_TRY(add_domain_uses(context, inventory, options.connection));
  GPUPASS_TRY_ASSIGN(const auto targets, targets_of(inventory, options.what));
  const auto diagnosis = diagnose(inventory, targets, options.connection);
  const bool blocks = anything_blocks(diagnosis);
  if (options.format == Format::json) {
    context.terminal.out << to_json(inventory, diagnosis, blocks).dump(2) << "\n";
  } else {
    print(context.terminal, inventory, diagnosis, options.verbose);
  }
  return blocks ? 1 : 0;
}

}  // namespace gpupass::cli
