// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/session/container.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gpupass/container/description.hpp"
#include "gpupass/container/look.hpp"
#include "gpupass/container/lxc_look.hpp"
#include "gpupass/container/reader_look.hpp"
#include "gpupass/core/printable.hpp"
#include "gpupass/core/sysfs.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/discover/discover.hpp"
#include "gpupass/session/not_shown.hpp"
#include "gpupass/vfio.hpp"
#include "session/cdi_record.hpp"

namespace gpupass::session {
namespace {

using Cards = std::vector<const container::Card*>;

constexpr const char* k_nothing_changed = "nothing was changed; ";

// ---- where it may write ---------------------------------------------------------------------------

std::string folder_of(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

/// The nearest folder that is there.
std::string folder_there(const Host& host, const std::string& path) {
  auto folder = folder_of(path);
  while (!folder.empty() && !host.exists(folder)) folder = folder_of(folder);
  return folder.empty() ? "/" : folder;
}

Result<void> refuse_place(const Host& host, const std::string& output) {
  if (!output.ends_with(".json") || !core::is_printable(output))
    return fail(ErrorKind::usage,
                fmt::format("--output '{}': engines read files that end in .json", core::printable(output)));
  if (host.link_name(output))
    return fail(ErrorKind::refused, fmt::format("{} is a symbolic link", output),
                fmt::format("{}remove it, or name another file by --output", k_nothing_changed));
  if (host.captured()) return {};
  return for_root_only(host, folder_there(host, output),
                       "engines run as root what a CDI file says: name a file in a folder that root alone "
                       "writes");
}

/// Two files that define one name make engines drop both.
Result<void> refuse_second_definition(const ContainerView& view, const std::string& output,
                                      const std::string& text) {
  const auto wanted = container::read_cdi(output, text);
  for (const auto& file : view.machine.files) {
    if (file.path == output || file.kind != container::k_kind) continue;
    for (const auto& device : file.devices) {
      if (std::ranges::find(wanted.devices, device.name, &container::CdiDevice::name) == wanted.devices.end())
        continue;
      return fail(ErrorKind::refused,
                  fmt::format("{} defines {}={} already; engines leave out a name that two files define",
                              file.path, file.kind, device.name),
                  fmt::format("{}`gpupass container remove --output {}` removes that file", k_nothing_changed,
                              file.path));
    }
  }
  return {};
}

// ---- which cards ----------------------------------------------------------------------------------

Failure refuse(ErrorKind kind, const container::Card& card, const std::string& why,
               const std::string& remedy) {
  return fail(kind, fmt::format("{} cannot be given to a container: {}", to_string(card.address), why),
              k_nothing_changed + remedy);
}

Result<void> usable(const ContainerView& view, const container::Card& card) {
  if (const auto taken = view.taken(card))
    return refuse(ErrorKind::busy, card, taken->why_not, taken->remedy);
  const auto why = view.machine.why_not(card);
  return why.empty() ? Result<void>{} : refuse(ErrorKind::refused, card, why, view.machine.remedy(card));
}

void add(Cards& cards, const container::Card* card) {
  const auto same_group = [&](const container::Card* other) {
    return other == card || (card->way == container::Way::vfio && other->group == card->group);
  };
  if (std::ranges::none_of(cards, same_group)) cards.push_back(card);
}

/// The functions that a file's names are of, those that are away too: the plan is theirs.
Functions functions_in(const DescribedFile& file) {
  auto names = file.away;
  for (const auto& device : container::read_cdi("", file.text).devices) names.push_back(device.name);
  Functions functions;
  for (const auto& name : names) {
    if (const auto address = container::card_named(name)) functions.push_back(*address);
  }
  return in_order(std::move(functions));
}

/// What comes back into the file with its card: of those that were in it where everything is meant, else
/// nothing.
std::vector<std::string> away_from(const std::vector<DescribedFile>& written, const DescribeRequest& request,
                                   const Cards& cards) {
  const auto before = std::ranges::find(written, request.output, &DescribedFile::path);
  if (request.what || before == written.end()) return {};
  auto away = before->away;
  for (const auto* const card : cards) std::erase(away, container::cdi_name(*card));
  return away;
}

/// Where the engine that is meant looks, and what is to be done so that it does. Error: unsupported, if it
/// reads no CDI file.
Result<DescribeRequest> for_reader(Host& host, Requester& requester, DescribeRequest request) {
  if (!request.reader) return request;
  GPUPASS_TRY_ASSIGN(const auto facts, container::look_at_reader(host, *request.reader));
  const auto answer = container::answer_of(facts);
  if (!answer.cannot.empty())
    return fail(
        ErrorKind::unsupported, answer.cannot,
        fmt::format("{}`gpupass container flags SELECTOR --engine docker` prints what it takes instead",
                    k_nothing_changed));
  for (const auto& one : answer.to_do) requester.note(one);
  const auto& folders = answer.folders;
  if (request.output == k_cdi_file && std::ranges::find(folders, folder_of(k_cdi_file)) == folders.end())
    request.output = folders.front() + "/gpupass.json";
  return request;
}

std::string outcome_text(const Cards& cards, const std::string& output) {
  return fmt::format("{} {} described in {}; `podman run --device {}={} …` gives {} to a container",
                     names(addresses_of(cards)), cards.size() == 1 ? "is" : "are", output, container::k_kind,
                     container::cdi_name(*cards.front()), cards.size() == 1 ? "it" : "the first");
}

}  // namespace

std::optional<container::NotForContainers> ContainerView::taken(const container::Card& card) const {
  for (const auto& function : card.functions) {
    const auto* const hold = find_hold(holds, function);
    if (hold == nullptr || hold->owners.empty() || hold->lend) continue;
    return container::NotForContainers{
        fmt::format("it is reserved for {}", core::enumerate(owner_names(*hold))), return_commands(*hold)};
  }
  if (card.way != container::Way::vfio) return std::nullopt;
  for (const auto& holder : inventory.holders) {
    if (holder.kind != HolderKind::process || !is_vfio_node(holder.node) ||
        std::ranges::count(card.functions, holder.device) == 0)
      continue;
    return container::NotForContainers{
        fmt::format("{} (pid {}) has {} open", holder.process, holder.pid, holder.node),
        "end it first: a guest, or another program with a driver of its own"};
  }
  return std::nullopt;
}

std::map<PciAddress, container::NotForContainers> ContainerView::taken() const {
  std::map<PciAddress, container::NotForContainers> all;
  for (const auto& card : machine.cards) {
    if (auto one = taken(card)) all.emplace(card.address, *std::move(one));
  }
  return all;
}

Result<ContainerView> look_at_containers(const World& world, Requester& requester) {
  GPUPASS_TRY_ASSIGN(auto inventory, discover::read_inventory(world.host));
  auto machine = container::look_at(world.host, inventory);
  GPUPASS_TRY_ASSIGN(auto holds, known_holds(world.host, requester));
  return ContainerView{std::move(inventory), std::move(machine), std::move(holds),
                       container::read_lxc(world.host)};
}

Result<judge::Diagnosis> diagnose_for_containers(const World& world, Requester& requester) {
  GPUPASS_TRY_ASSIGN(auto view, look_at_containers(world, requester));
  view.inventory.containers = std::move(view.machine);
  return judge::diagnose_for_containers(std::move(view.inventory));
}

Result<std::vector<const container::Card*>> container_cards(const ContainerView& view, Requester& requester,
                                                            const std::optional<Selection>& what) {
  Cards cards;
  if (what) {
    GPUPASS_TRY_ASSIGN(const auto functions, functions_of(view.inventory, *what));
    for (const auto& function : functions) {
      const auto* const card = view.machine.card(function);
      if (card == nullptr)
        return fail(
            ErrorKind::refused,
            fmt::format("{} is not a graphics or accelerator card, nor a part of one", to_string(function)),
            fmt::format("{}`gpupass container list` shows the cards", k_nothing_changed));
      GPUPASS_TRY(usable(view, *card));
      add(cards, card);
    }
    return cards;
  }
  std::vector<Error> reasons;
  for (const auto& card : view.machine.cards) {
    const auto allowed = usable(view, card);
    if (allowed) {
      add(cards, &card);
    } else {
      reasons.push_back(allowed.error());
    }
  }
  if (cards.empty()) {
    auto none = fail(ErrorKind::not_found, "there is no card that a container can have",
                     fmt::format("{}`gpupass container list` says why", k_nothing_changed));
    none.value().also = std::move(reasons);
    return none;
  }
  for (const auto& reason : reasons) requester.note("left out: " + reason.what);
  return cards;
}

Result<Done> describe_for_containers(World& world, const Manner& manner, const DescribeRequest& asked) {
  GPUPASS_TRY_ASSIGN(const auto request, for_reader(world.host, manner.requester, asked));
  GPUPASS_TRY(refuse_place(world.host, request.output));
  GPUPASS_TRY_ASSIGN(const auto first_look, look_at_containers(world, manner.requester));
  GPUPASS_TRY_ASSIGN(const auto meant, container_cards(first_look, manner.requester, request.what));
  const auto functions = addresses_of(meant);
  const auto doing = fmt::format("describe {} to containers", names(functions));

  Locks locks;
  GPUPASS_TRY(take_locks(world, manner, doing, functions, "", locks));
  GPUPASS_TRY(lock_descriptions(world, manner, doing, locks));
  GPUPASS_TRY_ASSIGN(const auto view, look_at_containers(world, manner.requester));
  Cards cards;
  for (const auto& function : functions) {
    const auto* const card = view.machine.card(function);
    if (card == nullptr)
      return fail(ErrorKind::not_found, fmt::format("{} is no longer there", to_string(function)),
                  "nothing was changed");
    GPUPASS_TRY(usable(view, *card));
    cards.push_back(card);
  }
  const auto text = container::specification(view.machine, cards);
  GPUPASS_TRY_ASSIGN(auto written, described_files(world.host));
  GPUPASS_TRY(refuse_foreign(world.host, written, request.output));
  GPUPASS_TRY(refuse_second_definition(view, request.output, text));

  const DescribedFile file{request.output, text, away_from(written, request, cards)};
  std::erase_if(written, [&](const DescribedFile& one) { return one.path == request.output; });
  written.push_back(file);
  Plan plan{doing, Direction::take, "", names_of(functions), {}};
  plan.steps.emplace_back(describe_step("describe them to container engines", {file}, written));
  const auto folder = folder_of(request.output);
  if (!request.reader && folder != container::k_static_folder && folder != container::k_volatile_folder &&
      folder != "/run/cdi")
    manner.requester.note(
        fmt::format("engines read /etc/cdi and /var/run/cdi, but {} only if they are told to", folder));
  return carry_out(world, manner, std::move(plan), nullptr, locks, outcome_text(cards, request.output));
}

Result<Done> forget_for_containers(World& world, const Manner& manner,
                                   const std::optional<std::string>& output) {
  GPUPASS_TRY_ASSIGN(const auto first_look, described_files(world.host));
  Functions functions;
  for (const auto& one : first_look) {
    if (!output || one.path == *output) functions = joined(std::move(functions), functions_in(one));
  }
  if (output && std::ranges::find(first_look, *output, &DescribedFile::path) == first_look.end()) {
    GPUPASS_TRY(refuse_foreign(world.host, first_look, *output));
  }
  const std::string doing = "remove gpupass's description of cards for containers";

  Locks locks;
  GPUPASS_TRY(take_locks(world, manner, doing, functions, "", locks));
  GPUPASS_TRY(lock_descriptions(world, manner, doing, locks));
  GPUPASS_TRY_ASSIGN(auto written, described_files(world.host));
  Plan plan{doing, Direction::give_back, "", names_of(functions), {}};
  std::vector<std::string> removed;
  for (const auto& one : std::vector<DescribedFile>(written)) {
    if (output && one.path != *output) continue;
    GPUPASS_TRY(refuse_foreign(world.host, written, one.path));
    std::erase_if(written, [&](const DescribedFile& other) { return other.path == one.path; });
    plan.steps.emplace_back(
        describe_step("remove it, so that engines no longer know it", {{one.path, "", {}}}, written));
    removed.push_back(one.path);
  }
  const auto text = removed.empty()
                        ? std::string("gpupass has written nothing for containers")
                        : fmt::format("{} {} removed; running containers keep what they have",
                                      core::enumerate(removed), removed.size() == 1 ? "is" : "are");
  return carry_out(world, manner, std::move(plan), nullptr, locks, text);
}

Functions addresses_of(const Cards& cards) {
  Functions functions;
  for (const auto* const card : cards) functions.push_back(card->address);
  return in_order(std::move(functions));
}

Result<container::Engine> engine_named(const std::string& name) {
  if (const auto engine = container::engine_named(name)) return *engine;
  return fail(ErrorKind::usage,
              name.empty()
                  ? std::string("no engine is named")
                  : fmt::format("--engine '{}' is not one that gpupass knows", core::printable(name)),
              fmt::format("--engine is one of {}", container::engine_names()));
}

Result<std::string> container_flags(const World& world, Requester& requester, const Selection& what,
                                    container::Engine engine) {
  GPUPASS_TRY_ASSIGN(const auto view, look_at_containers(world, requester));
  GPUPASS_TRY_ASSIGN(const auto cards, container_cards(view, requester, what));
  const bool unified = world.host.exists(sysfs::k_cgroup_controllers);
  return container::flags(container::parts_of(view.machine, cards), engine, unified);
}

}  // namespace gpupass::session
