// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/session/domain.hpp"

#include <fmt/format.h>

#include "gpupass/holds.hpp"
#include "gpupass/session/uri.hpp"

namespace gpupass::session {
namespace {

/// The configuration before and after; equal where the plan leaves it alone.
DefineDomain definition_of(const Plan& plan, const DomainFacts& facts) {
  for (const auto& step : plan.steps) {
    if (const auto* const define = std::get_if<DefineDomain>(&step)) return *define;
  }
  return {facts.state.name, facts.config_xml, facts.config_xml};
}

/// The error for a domain that is not there, with what gpupass still holds for it.
Failure not_there(const Host& host, const DomainChoice& choice, Error error) {
  DeviceNames held;
  const auto holds = load_holds(host).value_or(std::vector<Hold>{});
  for (const auto& hold : holds) {
    if (is_for(hold, {choice.vm, choice.uri})) held.push_back(hold.device);
  }
  if (error.kind == ErrorKind::not_found && !held.empty()) {
    std::string words;
    for (const auto& device : held) words += " " + to_string(device);
    error.hint += fmt::format("{}gpupass still holds {} for it: `gpupass unbind{}` returns",
                              error.hint.empty() ? "" : "\n  ", names(held), words);
  }
  return Failure(std::move(error));
}

}  // namespace

Result<OpenDomain> open_domain(const World& world, const DomainChoice& choice,
                               std::chrono::milliseconds patience) {
  GPUPASS_TRY(refuse_remote(choice.uri));
  GPUPASS_TRY_ASSIGN(auto hypervisor, world.connect(choice.uri, patience));
  auto state = hypervisor->domain(choice.vm);
  if (!state) return not_there(world.host, choice, std::move(state).error());
  return OpenDomain{std::move(hypervisor), *std::move(state)};
}

bool keeps_variants(Hypervisor& hypervisor) {
  constexpr std::uint64_t k_knows_variants = 10'000'000;
  return hypervisor.version().value_or(0) >= k_knows_variants;
}

Result<DomainFacts> domain_facts(const OpenDomain& domain, const DomainChoice& choice) {
  const auto& state = domain.state;
  if (choice.live && !state.running) {
    return fail(
        ErrorKind::refused, fmt::format("{} is not running, so there is nothing to change live", state.name),
        fmt::format("nothing was changed; leave --live out, or start it with `virsh start {}`", state.name));
  }
  if (choice.config && !state.persistent) {
    return fail(ErrorKind::refused, fmt::format("{} is transient: it has no saved configuration", state.name),
                "nothing was changed; leave --config out");
  }
  const bool both = choice.live == choice.config;
  DomainFacts facts{state, choice.uri, "", "", false, false};
  facts.keeps_variants = keeps_variants(*domain.hypervisor);
  facts.change_live = state.running && (both || choice.live);
  facts.change_config = state.persistent && (both || choice.config);
  if (state.running) {
    GPUPASS_TRY_ASSIGN(facts.live_xml, domain.hypervisor->xml(state.name, DomainView::live));
  }
  if (state.persistent) {
    GPUPASS_TRY_ASSIGN(facts.config_xml, domain.hypervisor->xml(state.name, DomainView::config));
  }
  return facts;
}

Result<Done> carry_out_for_domain(World& world, const Manner& manner, Plan plan, const OpenDomain& domain,
                                  const DomainFacts& facts, const Locks& locks, std::string outcome) {
  auto configuration = definition_of(plan, facts);
  GPUPASS_TRY_ASSIGN(auto done, carry_out(world, manner, std::move(plan), domain.hypervisor.get(), locks,
                                          {std::move(outcome), facts.state.name}));
  done.configuration = std::move(configuration);
  return done;
}

}  // namespace gpupass::session
