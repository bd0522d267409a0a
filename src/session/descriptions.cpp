// SPDX-License-Identifier: GPL-2.0-or-later
#include "session/descriptions.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gpupass/container/description.hpp"
#include "gpupass/container/look.hpp"
#include "gpupass/container/lxc_look.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/discover/discover.hpp"
#include "gpupass/session/container.hpp"
#include "gpupass/session/not_shown.hpp"
#include "gpupass/vfio.hpp"
#include "session/cdi_record.hpp"

namespace gpupass::session {
namespace {

using container::Card;
using Names = std::vector<std::string>;

/// What a plan does to drivers and owners.
struct Moves {
  Functions released;  // by the driver that has them
  Functions homeward;  // they get a driver of the host's
  Functions given;     // to an owner, who keeps them
};

Moves moves_of(const Plan& plan) {
  Moves moves;
  for (const auto& step : plan.steps) {
    if (const auto* const unbind = std::get_if<Unbind>(&step)) moves.released.push_back(unbind->device);
    const auto* const probe = std::get_if<ProbeDriver>(&step);
    if (probe != nullptr && !is_vfio_driver(probe->driver)) moves.homeward.push_back(probe->device);
    const auto* const keep = std::get_if<KeepHold>(&step);
    if (keep != nullptr && !keep->hold.owners.empty() && !keep->hold.lend)
      for (const auto& function : functions_among({keep->hold.device})) moves.given.push_back(function);
  }
  return moves;
}

bool any_of(const Functions& functions, const Card& card) {
  return std::ranges::any_of(card.functions,
                             [&](const auto& one) { return std::ranges::count(functions, one) > 0; });
}

/// A group that is on vfio-pci already leaves containers when an owner gets it.
bool leaves(const Card& card, const Moves& moves) {
  return any_of(moves.released, card) || (card.way == container::Way::vfio && any_of(moves.given, card));
}

/// "gpupass/card=0000:01:00.0".
std::string full(const std::string& name) {
  return fmt::format("{}={}", container::k_kind, name);
}
std::string full(const Names& names) {
  Names all;
  for (const auto& name : names) all.push_back(full(name));
  return core::enumerate(all);
}

/// The names of a file that is gpupass's, and those of them whose cards leave.
Names names_leaving(const DescribedFile& file, const container::Machine& machine, const Moves& moves) {
  Names names;
  for (const auto& device : container::read_cdi(file.path, file.text).devices) {
    const auto address = container::card_named(device.name);
    const auto* const card = address ? machine.card(*address) : nullptr;
    if (card != nullptr && leaves(*card, moves)) names.push_back(device.name);
  }
  return names;
}

/// Before the first step that takes a card from its driver or gives it to one, and behind those that write
/// down whose it is: no container is started with a card that is about to go.
std::vector<Step>::iterator place_in(std::vector<Step>& steps) {
  const auto moves = [](const Step& step) {
    return std::holds_alternative<LoadModule>(step) || std::holds_alternative<SetDriverOverride>(step) ||
           std::holds_alternative<Unbind>(step);
  };
  const auto first = std::ranges::find_if(steps, moves);
  if (first != steps.end()) return first;
  const auto kept = std::ranges::find_if(
      steps.rbegin(), steps.rend(), [](const Step& step) { return std::holds_alternative<KeepHold>(step); });
  return kept.base();
}

/// Containers that have the cards that leave, and what others' files name of them: they are not gpupass's to
/// mend.
void tell_names_lost(Requester& requester, const container::Machine& machine,
                     const std::vector<container::LxcContainer>& lxc, const Moves& moves) {
  for (const auto& card : machine.cards) {
    if (!any_of(moves.released, card)) continue;
    for (const auto& one : lxc) {
      if (std::ranges::count(one.cards, card.address) > 0)
        requester.note(
            fmt::format("the LXC container {0} has {1} in its configuration and cannot use it until it is "
                        "returned; `gpupass container detach lxc:{0} {1}` takes it out",
                        one.name, to_string(card.address)));
    }
    for (const auto& one : machine.given) {
      if (one.card == card.address)
        requester.note(fmt::format("{} container {} has {}, as {}, and cannot use it until it is back",
                                   one.engine, machine.container_name(one.engine, one.id),
                                   to_string(card.address), one.node));
    }
    for (const auto& lost : container::names_lost(machine.files, card.nodes))
      requester.note(
          fmt::format("{} of {} {} a node of {}: containers cannot be started with {} until it is returned; "
                      "{} corrects the file",
                      core::enumerate(lost.names), lost.path, lost.names.size() == 1 ? "names" : "name",
                      to_string(card.address), lost.names.size() == 1 ? "it" : "them",
                      container::remedy_for(lost.path, lost.kind)));
  }
}

void tell_names_to_come(const Manner& manner, const std::vector<DescribedFile>& files, const Moves& moves) {
  for (const auto& file : files) {
    Names names = file.away;
    std::erase_if(names, [&](const std::string& name) {
      const auto address = parse_pci_address(name);  // none of a group's on vfio-pci
      return !address || std::ranges::count(moves.homeward, *address) == 0;
    });
    if (manner.dry_run && !names.empty())
      manner.requester.note(fmt::format("then {} would be added to {} again, if containers can have {}",
                                        full(names), file.path, names.size() == 1 ? "it" : "them"));
  }
}

/// Cards of a file's names that were taken out of it, which a container can have again.
std::vector<const Card*> cards_back(const ContainerView& view, Requester& requester,
                                    const DescribedFile& file, const Functions& functions) {
  std::vector<const Card*> cards;
  for (const auto& name : file.away) {
    const auto address = container::card_named(name);
    const auto* const card = address ? view.machine.card(*address) : nullptr;
    const bool meant = card != nullptr && (functions.empty() || any_of(functions, *card));
    if (!meant || container::cdi_name(*card) != name || view.taken(*card)) continue;
    const auto why = view.machine.why_not(*card);
    if (why.empty()) {
      cards.push_back(card);
    } else {
      requester.note(fmt::format("{} is not added to {} again: {}; {}", full(name), file.path, why,
                                 view.machine.remedy(*card)));
    }
  }
  return cards;
}

}  // namespace

Result<void> take_from_descriptions(World& world, const Manner& manner, Plan& plan, Locks& locks) {
  const auto moves = moves_of(plan);
  if (moves.released.empty() && moves.given.empty()) return {};
  auto written = described_files(world.host);
  if (!written) {  // it concerns containers alone
    note_not_shown(manner.requester, "which CDI files gpupass wrote", written.error());
    written = std::vector<DescribedFile>{};
  }
  auto files = *std::move(written);
  if (!files.empty()) {
    GPUPASS_TRY(lock_descriptions(world, manner, plan.command, locks));
    GPUPASS_TRY_ASSIGN(files, described_files(world.host));
  }
  GPUPASS_TRY_ASSIGN(const auto inventory,
                     discover::read_inventory(world.host, {.holders = false, .containers = true}));
  const auto machine = container::look_at(world.host, inventory);
  tell_names_lost(manner.requester, machine, container::read_lxc(world.host), moves);
  tell_names_to_come(manner, files, moves);

  std::vector<DescribedFile> changed;
  Names gone;
  for (auto& file : files) {
    const auto names = names_leaving(file, machine, moves);
    if (names.empty()) continue;
    if (!refuse_foreign(world.host, files, file.path)) {
      manner.requester.note(fmt::format(
          "{} is not as gpupass wrote it, and is left unchanged: it still names {}", file.path, full(names)));
      continue;
    }
    GPUPASS_TRY_ASSIGN(auto left, container::without_names(file.text, names));
    file.text = std::move(left).value_or("");
    file.away.insert(file.away.end(), names.begin(), names.end());
    gone.insert(gone.end(), names.begin(), names.end());
    changed.push_back(file);
  }
  if (changed.empty()) return {};
  plan.steps.insert(place_in(plan.steps),
                    describe_step(fmt::format("take {} from containers", full(gone)), changed, files));
  return {};
}

Result<ReturningNames> returning_names(const World& world, Requester& requester, const Functions& functions) {
  ReturningNames back;
  auto& plan = back.plan;
  plan.direction = Direction::give_back;
  auto files = described_files(world.host).value_or(std::vector<DescribedFile>{});  // else it was told
  if (std::ranges::all_of(files, [](const auto& file) { return file.away.empty(); })) return back;
  GPUPASS_TRY_ASSIGN(const auto view, look_at_containers(world, requester));
  std::vector<DescribedFile> changed;
  Functions moved;
  for (auto& file : files) {
    const auto cards = cards_back(view, requester, file, functions);
    if (cards.empty() || !refuse_foreign(world.host, files, file.path)) continue;
    GPUPASS_TRY_ASSIGN(file.text, container::with_cards(file.text, view.machine, cards));
    for (const auto* const card : cards) {
      const auto name = container::cdi_name(*card);
      std::erase(file.away, name);
      back.names.push_back(full(name));
      moved.push_back(card->address);
    }
    changed.push_back(file);
  }
  if (changed.empty()) return back;
  plan.devices = names_of(in_order(std::move(moved)));
  plan.command = fmt::format("describe {} to containers again", names(plan.devices));
  plan.steps.emplace_back(
      describe_step(fmt::format("give {} to containers again", core::enumerate(back.names)), changed, files));
  return back;
}

}  // namespace gpupass::session
