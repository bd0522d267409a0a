// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/session/loans.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "gpupass/core/text.hpp"
#include "gpupass/discover/discover.hpp"
#include "gpupass/holds.hpp"
#include "gpupass/session/consent.hpp"
#include "gpupass/session/obstacles.hpp"
#include "gpupass/session/records.hpp"
#include "gpupass/vfio.hpp"

namespace gpupass::session {
namespace {

/// Functions, by the domains for whose starts they are bound.
Result<std::map<std::string, std::vector<Hold>>> loans(const Host& host) {
  std::map<std::string, std::vector<Hold>> by_domain;
  GPUPASS_TRY_ASSIGN(const auto holds, load_holds(host));
  for (const auto& hold : holds) {
    if (!hold.lent_to.empty() && hold.device.function() != nullptr) by_domain[hold.lent_to].push_back(hold);
  }
  return by_domain;
}

Functions functions_of(const std::vector<Hold>& holds) {
  Functions functions;
  for (const auto& hold : holds) functions.push_back(hold.device.as_function());
  return functions;
}

/// Where domains of this name are that the holds are for: the hook, which wrote down who has the loan, is
/// told no connection.
std::set<std::string> connections_of(const World& world, const std::string& domain,
                                     const std::vector<Hold>& holds) {
  std::set<std::string> uris;
  for (const auto& hold : holds) {
    for (const auto& owner : hold.owners)
      if (owner.name == domain && !owner.where.empty()) uris.insert(owner.where);
  }
  if (uris.empty()) uris.insert(world.default_uri);
  return uris;
}

/// Error: that of a libvirt that does not say.
Result<bool> is_off(const World& world, const std::set<std::string>& uris, const std::string& domain,
                    std::chrono::milliseconds timeout) {
  for (const auto& uri : uris) {
    GPUPASS_TRY_ASSIGN(const auto hypervisor, world.connect(uri, timeout));
    const auto state = hypervisor->domain(domain);
    // One that is being started counts as running from before the hook is asked.
    if (state && state->running) return false;
    if (!state && state.error().kind != ErrorKind::not_found) return Failure(state.error());
  }
  return true;
}

/// Error: refused, if it cannot be done, as below a read-only /sys.
Result<Plan> end_of_loan(const World& world, const std::string& domain, std::vector<Hold> holds) {
  const auto functions = functions_of(holds);
  GPUPASS_TRY_ASSIGN(const auto inventory,
                     discover::read_inventory(world.host, {.holders = false, .serials_of = functions}));
  auto plan = plan_end_of_loan(facts_for(world, inventory, std::move(holds)), domain, functions);
  GPUPASS_TRY(refuse_impossible(obstacles_to_return(inventory, plan, {})));
  return plan;
}

/// `is_over` is asked once the domain is locked: the hook, which a start has to pass, waits for that.
Result<void> end_loan(World& world, const Manner& manner, const std::string& domain,
                      const std::function<Result<bool>()>& is_over) {
  GPUPASS_TRY_ASSIGN(const auto seen, loans(world.host));
  if (!seen.contains(domain)) return {};
  const auto functions = functions_of(seen.at(domain));
  Locks locks;
  GPUPASS_TRY(take_locks(world, manner, fmt::format("end of {}", domain), functions, domain, locks));
  GPUPASS_TRY_ASSIGN(const bool over, is_over());
  if (!over) return {};
  GPUPASS_TRY_ASSIGN(auto now, loans(world.host));
  auto holds = std::move(now[domain]);
  // What was lent since is not locked.
  std::erase_if(holds, [&](const Hold& hold) { return std::ranges::count(functions, hold.device) == 0; });
  if (holds.empty()) return {};
  GPUPASS_TRY_ASSIGN(auto plan, end_of_loan(world, domain, std::move(holds)));
  GPUPASS_TRY(carry_out(world, manner, std::move(plan), nullptr, locks, domain + " has ended"));
  return {};
}

/// A start that gpupass itself is carrying out: it has the locks that a loan would wait for, and has bound
/// what the domain gets.
Result<bool> is_started_by_us(const Host& host, const std::string& domain) {
  GPUPASS_TRY_ASSIGN(const auto journals, load_journals(host));
  return std::ranges::any_of(journals, [&](const JournalRecord& journal) {
    const auto& steps = journal.plan.steps;
    const auto states = journal.latest();
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const auto* const start = std::get_if<StartDomain>(&steps[i]);
      if (start == nullptr || start->domain != domain || !states[i]) continue;
      if (states[i]->state == StepState::intent) return is_under_way(host, journal);
    }
    return false;
  });
}

}  // namespace

Result<void> refuse_lent_to_others(const Host& host, const std::string& domain, const Functions& functions) {
  GPUPASS_TRY_ASSIGN(const auto holds, written_holds(host, functions));
  for (const auto& hold : holds) {
    if (hold.lent_to.empty() || hold.lent_to == domain) continue;
    return fail(
        ErrorKind::refused,
        fmt::format("{0} is bound for {1}, and {2} has it when {1} has ended", to_string(hold.device),
                    hold.lent_to, domain),
        fmt::format("`virsh shutdown {0}` ends {0}; if {0} is off, `gpupass recover` returns the card",
                    hold.lent_to));
  }
  return {};
}

Result<void> begin_loan(World& world, const Manner& manner, const std::string& domain,
                        const Functions& functions) {
  GPUPASS_TRY_ASSIGN(const bool ours, is_started_by_us(world.host, domain));
  if (ours) return {};
  Locks locks;
  GPUPASS_TRY(take_locks(world, manner, fmt::format("start {}", domain), functions, domain, locks));
  GPUPASS_TRY_ASSIGN(const auto inventory, discover::read_inventory(world.host, {.serials_of = functions}));
  GPUPASS_TRY(check_records(world, inventory, domain, functions));
  GPUPASS_TRY(refuse_lent_to_others(world.host, domain, functions));  // another start may have come first
  GPUPASS_TRY_ASSIGN(auto holds, written_holds(world.host, functions));
  auto to_bind = functions;
  std::erase_if(to_bind, [&](const PciAddress& function) {
    const auto* const device = inventory.find(function);
    return device != nullptr && is_vfio_driver(device->driver.value_or(""));
  });
  if (to_bind.empty()) return {};
  const auto facts = facts_for(world, inventory, std::move(holds));
  GPUPASS_TRY_ASSIGN(const auto plan, plan_loan(facts, domain, to_bind));
  GPUPASS_TRY(carry_out(world, manner, plan, nullptr, locks, domain + " may start"));
  return {};
}

Result<void> end_loan(World& world, const Manner& manner, const std::string& domain) {
  return end_loan(world, manner, domain, [] { return true; });
}

LoansLeft loans_left(const World& world, std::chrono::milliseconds timeout) {
  LoansLeft left;
  const auto all = loans(world.host);
  if (!all) return {{}, {all.error()}};
  for (const auto& [domain, holds] : *all) {
    const auto off = is_off(world, connections_of(world, domain, holds), domain, timeout);
    if (!off)
      left.errors.push_back(
          within(fmt::format("whether {} still runs, for whose start {} {} bound", domain,
                             names(functions_of(holds)), holds.size() == 1 ? "was" : "were"),
                 off.error())
              .value());
    else if (*off)
      left.loans.emplace(domain, functions_of(holds));
  }
  return left;
}

std::vector<Error> obstacles_to_end(const World& world, const Loans& left) {
  std::vector<Error> errors;
  auto all = loans(world.host).value_or(std::map<std::string, std::vector<Hold>>{});
  for (const auto& [domain, functions] : left) {
    const auto plan = end_of_loan(world, domain, std::move(all[domain]));
    if (!plan) errors.push_back(plan.error());
  }
  return errors;
}

LoansLeft end_loans_left(World& world, const Manner& manner) {
  auto left = loans_left(world, manner.patience);
  const auto all = loans(world.host).value_or(std::map<std::string, std::vector<Hold>>{});
  LoansLeft ended{{}, std::move(left.errors)};
  for (const auto& [domain, functions] : left.loans) {
    const auto holds = all.contains(domain) ? all.at(domain) : std::vector<Hold>{};
    const auto uris = connections_of(world, domain, holds);
    auto done = end_loan(world, manner, domain,
                         [&, &name = domain] { return is_off(world, uris, name, manner.patience); });
    if (done) {
      ended.loans.emplace(domain, functions);
    } else {
      ended.errors.push_back(std::move(done).error());
    }
  }
  return ended;
}

}  // namespace gpupass::session
