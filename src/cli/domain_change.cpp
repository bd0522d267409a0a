// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/domain_change.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <ostream>

#include "cli/difference.hpp"
#include "cli/uri.hpp"
#include "gpupass/core/printable.hpp"
#include "gpupass/holds.hpp"

namespace gpupass::cli {
namespace {

/// The configuration before and after; equal where the plan leaves it alone.
DefineDomain definition_of(const Plan& plan, const DomainFacts& facts) {
  for (const auto& step : plan.steps) {
    if (const auto* const define = std::get_if<DefineDomain>(&step)) return *define;
  }
  return {facts.state.name, facts.config_xml, facts.config_xml};
}

Result<int> print_difference(Context& context, const DefineDomain& define) {
  GPUPASS_TRY_ASSIGN(const auto text,
                     difference(host_of_files(context), {define.domain + " (now)", define.before},
                                {define.domain + " (then)", define.after}));
  context.terminal.out << text;
  return 0;
}

/// An address where the domain is expected.
Result<void> refuse_device_first(const std::string& vm, const std::vector<std::string>& selectors) {
  const auto selector = parse_selector(vm);
  if (!selector || !selector->name.empty()) return {};
  const auto meant = selectors.size() == 1 ? fmt::format("{} {}", selectors.front(), vm) : "VM SELECTOR…";
  return fail(ErrorKind::usage, fmt::format("{} is a device, and the VM comes first", vm),
              fmt::format("nothing was changed; give the domain, then the devices: {}", meant));
}

/// The error for a domain that is not there, with what gpupass still holds for it.
Failure not_there(Context& context, const std::string& vm, const std::string& uri, Error error) {
  Functions held;
  const auto holds = load_holds(context.host);
  for (const auto& hold : holds.value_or(std::vector<Hold>{})) {
    if (is_for(hold, {vm, uri})) held.push_back(hold.device);
  }
  if (error.kind == ErrorKind::not_found && !held.empty()) {
    std::string words;
    for (const auto& function : held) words += " " + to_string(function);
    error.hint += fmt::format("{}gpupass still holds {} for it: `gpupass unbind{}` gives back",
                              error.hint.empty() ? "" : "\n  ", names(held), words);
  }
  return Failure(std::move(error));
}

/// Error: not_found, where its libvirt does not know it; else that of a libvirt that does not say.
Result<DomainState> look_up(Context& context, const Sharer& sharer, std::chrono::milliseconds timeout) {
  auto hypervisor = context.connect(sharer.uri, timeout);
  if (!hypervisor) {
    hypervisor.error().kind = ErrorKind::hypervisor;  // of the domain nothing is said
    return Failure(hypervisor.error());
  }
  return (*hypervisor)->domain(sharer.domain);
}

}  // namespace

void add_domain_options(po::options_description& options) {
  options.add_options()("live", "change the running domain only");
  options.add_options()("config", "change the saved configuration only: it counts from the next start on");
  options.add_options()("print-xml", "print the configuration that would be defined, and change nothing");
  options.add_options()("print-diff", "print how the configuration would change, and change nothing");
  add_connect(options);
  add_change_options(options);
}

Result<DomainOptions> domain_options_of(Context& context, const po::variables_map& values) {
  DomainOptions options;
  GPUPASS_TRY_ASSIGN(options.change, change_options_of(values));
  if (values.count("vm") == 0) {
    return fail(ErrorKind::usage, "no domain is named",
                "give the domain first, then the devices: VM SELECTOR…");
  }
  options.vm = values["vm"].as<std::vector<std::string>>().front();
  GPUPASS_TRY(refuse_device_first(options.vm, words_of(values, "selector")));
  options.uri = uri_of(context, values);
  options.live = values.count("live") > 0;
  options.config = values.count("config") > 0;
  options.print_xml = values.count("print-xml") > 0;
  options.print_diff = values.count("print-diff") > 0;
  options.shared = values.count("shared") > 0;
  options.lend = values.count("lend") > 0;
  if (options.print_xml || options.print_diff) options.change.dry_run = true;
  GPUPASS_TRY(refuse_captured(context, options.change));
  context.only_looks = options.change.dry_run;
  return options;
}

Result<OpenDomain> open_domain(Context& context, const DomainOptions& options) {
  GPUPASS_TRY(refuse_remote(options.uri));
  GPUPASS_TRY_ASSIGN(auto hypervisor, context.connect(options.uri, options.change.timeout));
  auto state = hypervisor->domain(options.vm);
  if (!state) return not_there(context, options.vm, options.uri, std::move(state).error());
  return OpenDomain{std::move(hypervisor), *std::move(state)};
}

void inherit(Context& context, std::vector<Hold>& holds, const Sharer& heir,
             std::chrono::milliseconds timeout) {
  for (auto& hold : holds) {
    for (const auto& sharer : sharers_of(hold)) {
      if (sharer == heir) continue;
      const auto state = look_up(context, sharer, timeout);
      if (state || state.error().kind != ErrorKind::not_found) continue;  // whether it is gone cannot be told
      hold = without_domain(std::move(hold), sharer);
      if (hold.domain.empty() && !heir.domain.empty()) hold = with_domain(std::move(hold), heir);
    }
  }
}

void recognise(Context& context, std::vector<Hold>& holds, const DomainState& domain, const std::string& uri,
               std::chrono::milliseconds timeout) {
  const Sharer self{domain.name, uri};
  for (auto& hold : holds) {
    for (const auto& sharer : sharers_of(hold)) {
      if (sharer.domain != domain.name || sharer == self) continue;
      const auto state = look_up(context, sharer, timeout);
      if (state && state->uuid == domain.uuid)
        hold = with_domain(without_domain(std::move(hold), sharer), self);
    }
  }
}

Result<DomainFacts> domain_facts(const OpenDomain& domain, const DomainOptions& options) {
  const auto& state = domain.state;
  if (options.live && !state.running) {
    return fail(
        ErrorKind::refused, fmt::format("{} is not running, so there is nothing to change live", state.name),
        fmt::format("nothing was changed; leave --live out, or start it with `virsh start {}`", state.name));
  }
  if (options.config && !state.persistent) {
    return fail(ErrorKind::refused, fmt::format("{} is transient: it has no saved configuration", state.name),
                "nothing was changed; leave --config out");
  }
  const bool both = options.live == options.config;
  DomainFacts facts{state, options.uri, "", "", false, false, options.lend};
  constexpr std::uint64_t k_knows_variants = 10'000'000;
  facts.keeps_variants = domain.hypervisor->version().value_or(0) >= k_knows_variants;
  facts.change_live = state.running && (both || options.live);
  facts.change_config = state.persistent && (both || options.config);
  if (state.running) {
    GPUPASS_TRY_ASSIGN(facts.live_xml, domain.hypervisor->xml(state.name, DomainView::live));
  }
  if (state.persistent) {
    GPUPASS_TRY_ASSIGN(facts.config_xml, domain.hypervisor->xml(state.name, DomainView::config));
  }
  return facts;
}

Result<int> carry_out_for_domain(Context& context, const DomainOptions& options, const Plan& plan,
                                 const OpenDomain& domain, const DomainFacts& facts, const Locks& locks,
                                 const std::string& outcome) {
  const auto define = definition_of(plan, facts);
  if (options.print_diff) return print_difference(context, define);
  if (options.print_xml) {
    context.terminal.out << core::printable_xml(define.after);
    return 0;
  }
  return carry_out(context, options.change, plan, domain.hypervisor.get(), locks,
                   {outcome, facts.state.name});
}

}  // namespace gpupass::cli
