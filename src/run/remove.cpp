// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/run/remove.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "gpupass/discover/discover.hpp"
#include "gpupass/holds.hpp"
#include "gpupass/judge/loss.hpp"
#include "gpupass/session/consent.hpp"
#include "gpupass/session/domain_uses.hpp"
#include "gpupass/session/held.hpp"
#include "gpupass/session/not_shown.hpp"
#include "gpupass/session/obstacles.hpp"

namespace gpupass::run {
namespace {

/// What a guest has, and what becomes of it.
struct Belongings {
  session::Functions given;        // go back: in its configuration as gpupass edits it, or held for it
  std::vector<DomainDevice> left;  // gpupass did not give them: they are as they were once it is gone
  std::vector<std::string> files;  // go: they were made for it
  std::vector<std::string> stay;   // files that another domain has, or that are no disk of it, each with why
};

/// What the disks of other domains are, by the files.
Result<std::map<std::string, std::string>> used_by_others(Hypervisor& hypervisor, const std::string& name) {
  std::map<std::string, std::string> users;
  GPUPASS_TRY_ASSIGN(const auto domains, hypervisor.domains());
  for (const auto& domain : domains) {
    if (domain.name == name) continue;
    const auto xml = hypervisor.xml(domain.name, domain.persistent ? DomainView::config : DomainView::live);
    if (!xml && xml.error().kind == ErrorKind::not_found) continue;  // it went since
    if (!xml) return Failure(xml.error());
    GPUPASS_TRY_ASSIGN(const auto files, disk_files(*xml));
    for (const auto& file : files) users.emplace(file, domain.name);
  }
  return users;
}

/// A guest's marks are copied with its XML, so a clone names those of the original, too.
Result<void> find_files(const OpenGuest& guest, Belongings& belongings) {
  GPUPASS_TRY_ASSIGN(const auto own, disk_files(guest.xml));
  GPUPASS_TRY_ASSIGN(const auto others, used_by_others(*guest.hypervisor, guest.state.name));
  for (const auto& file : guest.mark.files) {
    const auto other = others.find(file);
    if (other != others.end()) {
      belongings.stay.push_back(fmt::format("{}: {} uses it", file, other->second));
    } else if (std::ranges::count(own, file) == 0) {
      belongings.stay.push_back(fmt::format("{}: it is not a disk of {}", file, guest.state.name));
    } else {
      belongings.files.push_back(file);
    }
  }
  return {};
}

Result<void> find_devices(const session::World& world, session::Requester& requester, const OpenGuest& guest,
                          Belongings& belongings) {
  GPUPASS_TRY_ASSIGN(const auto all, session::devices_in(*guest.hypervisor, guest.xml));
  GPUPASS_TRY_ASSIGN(const auto holds, session::known_holds(world.host, requester));
  for (const auto& device : all) {
    if (device.function && is_editable(device.way)) {
      belongings.given.push_back(*device.function);
    } else {
      belongings.left.push_back(device);
    }
  }
  for (const auto& hold : holds) {
    if (!is_for(hold, {guest.state.name, guest.hypervisor->uri()})) continue;
    GPUPASS_TRY_ASSIGN(const auto function, function_of(hold));
    belongings.given.push_back(function);
  }
  belongings.given = session::in_order(std::move(belongings.given));
  return {};
}

/// Read again once nobody else can change it.
Result<void> read_again(OpenGuest& guest) {
  const auto& name = guest.state.name;
  GPUPASS_TRY_ASSIGN(guest.state, guest.hypervisor->domain(name));
  if (guest.state.running)
    return fail(ErrorKind::busy, fmt::format("{} is running", name),
                fmt::format("nothing was changed; `gpupass guest stop {}` first", name));
  GPUPASS_TRY_ASSIGN(guest.xml, guest.hypervisor->xml(name, DomainView::config));
  return {};
}

/// "vm1 is gone; 0000:01:00.0 is back on nvidia", and what stays.
std::string outcome_of(const std::string& name, const Plan& plan, const Belongings& belongings) {
  auto text = fmt::format("{} is deleted", name) + session::homes_note(plan);
  for (const auto& file : belongings.stay) text += "\nleft " + file;
  for (const auto& device : belongings.left)
    text += fmt::format("\nleft {} unchanged: gpupass did not assign it", describe(device));
  return text;
}

}  // namespace

Result<Done> remove(session::World& world, const session::Manner& manner, const GuestChoice& choice) {
  GPUPASS_TRY(session::refuse_captured(world.host, manner));
  GPUPASS_TRY_ASSIGN(auto guest, open_guest(world, choice));
  const auto name = guest.state.name;
  Belongings belongings;
  GPUPASS_TRY(find_devices(world, manner.requester, guest, belongings));

  session::Locks locks;
  const auto& functions = belongings.given;
  GPUPASS_TRY(session::take_locks(world, manner, "delete guest " + name, functions, name, locks));
  GPUPASS_TRY(read_again(guest));
  GPUPASS_TRY(find_files(guest, belongings));
  GPUPASS_TRY_ASSIGN(const auto inventory, discover::read_inventory(world.host, {.serials_of = functions}));
  GPUPASS_TRY_ASSIGN(auto holds, session::written_holds(world, manner, functions));
  session::recognise(world, holds, guest.state, choice.uri, manner.patience);
  session::inherit(world, holds, {name, choice.uri}, manner.patience);
  DomainFacts domain;
  domain.state = guest.state;
  domain.uri = choice.uri;
  domain.config_xml = guest.xml;
  const auto facts = session::facts_for(world, inventory, std::move(holds));
  auto plan = plan_delete(facts, domain, functions, belongings.files);
  const auto there = session::still_there(inventory, facts.holds, functions);
  auto findings = session::obstacles_to_return(inventory, plan, there);
  findings.push_back(judge::loss_of_guest(name));
  GPUPASS_TRY(session::consent(manner, findings));
  auto outcome = outcome_of(name, plan, belongings) + session::left_alone_note(inventory, facts.holds);
  return session::carry_out(world, manner, std::move(plan), guest.hypervisor.get(), locks,
                            {std::move(outcome), name});
}

}  // namespace gpupass::run
