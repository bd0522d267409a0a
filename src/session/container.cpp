// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/session/container.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gpupass/container/look.hpp"
#include "gpupass/core/json.hpp"
#include "gpupass/core/printable.hpp"
#include "gpupass/core/sysfs.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/discover.hpp"
#include "gpupass/session/not_shown.hpp"
#include "gpupass/vfio.hpp"

namespace gpupass::session {
namespace {

using Cards = std::vector<const container::Card*>;
using core::Json;

constexpr const char* k_files = "containers";  // the lock of those that engines read
constexpr const char* k_nothing_changed = "nothing was changed; ";

// ---- what gpupass wrote before --------------------------------------------------------------------

struct Written {
  std::string path, text;
};

std::string to_json(const std::vector<Written>& all) {
  auto files = Json::array();
  for (const auto& one : all) files.push_back({{"path", one.path}, {"text", one.text}});
  return Json{{"schema", "gpupass.cdi/1"}, {"files", std::move(files)}}.dump() + "\n";
}

Result<std::vector<Written>> written_before(const Host& host) {
  const auto text = host.read(k_cdi_record, std::size_t{16} << 20U);
  if (!text && text.error().kind == ErrorKind::not_found) return std::vector<Written>{};
  if (!text) return Failure(text.error());
  return core::read_json(*text, k_cdi_record, [](const Json& json) {
    std::vector<Written> all;
    for (const auto& file : json.at("files"))
      all.push_back({core::line_from_json(file.at("path")), file.at("text").get<std::string>()});
    return all;
  });
}

const Written* find(const std::vector<Written>& all, const std::string& path) {
  const auto found = std::ranges::find(all, path, &Written::path);
  return found == all.end() ? nullptr : &*found;
}

SetFiles set_record(std::string purpose, FileContent file, const std::vector<Written>& all) {
  SetFiles step{std::move(purpose), {std::move(file)}, {}, {}};
  step.files.push_back({k_cdi_record, all.empty() ? std::nullopt : std::optional(to_json(all))});
  return step;
}

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
  auto allowed = host.only_root_can_write(folder_there(host, output));
  if (!allowed && allowed.error().kind == ErrorKind::refused)
    allowed.error().hint = fmt::format(
        "{}engines run as root what a CDI file says: name a file in a folder that root alone writes",
        k_nothing_changed);
  return allowed;
}

/// A file is gpupass's if it has gpupass's kind, stands in its record, and reads as it was written.
Result<void> refuse_foreign(const Host& host, const std::vector<Written>& before, const std::string& output) {
  const auto now = host.read(output, std::size_t{16} << 20U);
  if (!now && now.error().kind == ErrorKind::not_found) return {};
  if (!now) return Failure(now.error());
  const auto* const written = find(before, output);
  if (written != nullptr && written->text == *now) return {};
  if (written == nullptr && container::read_cdi(output, *now).kind != container::k_kind)
    return fail(ErrorKind::refused, fmt::format("{} is there, and not gpupass's", output),
                fmt::format("{}name another file by --output", k_nothing_changed));
  return fail(
      ErrorKind::refused,
      fmt::format("{} is not as gpupass wrote it: somebody changed it, or the record of it is gone", output),
      fmt::format("{}`rm {}` if the change is not needed, then write it anew", k_nothing_changed, output));
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

/// The functions that a file's names are of: the plan is theirs.
Functions functions_in(const std::string& text) {
  constexpr std::string_view k_vfio = "vfio-";
  Functions functions;
  for (const auto& device : container::read_cdi("", text).devices) {
    const auto name = std::string_view(device.name);
    const auto address = parse_pci_address(name.starts_with(k_vfio) ? name.substr(k_vfio.size()) : name);
    if (address) functions.push_back(*address);
  }
  return in_order(std::move(functions));
}

Functions addresses_of(const Cards& cards) {
  Functions functions;
  for (const auto* const card : cards) functions.push_back(card->address);
  return in_order(std::move(functions));
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
    return container::NotForContainers{fmt::format("it is for {}", core::enumerate(owner_names(*hold))),
                                       return_commands(*hold)};
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
  GPUPASS_TRY_ASSIGN(auto inventory, discover(world.host));
  auto machine = container::look_at(world.host, inventory);
  GPUPASS_TRY_ASSIGN(auto holds, known_holds(world.host, requester));
  return ContainerView{std::move(inventory), std::move(machine), std::move(holds)};
}

Result<rules::Diagnosis> diagnose_for_containers(const World& world, Requester& requester) {
  GPUPASS_TRY_ASSIGN(auto view, look_at_containers(world, requester));
  view.inventory.containers = std::move(view.machine);
  return rules::diagnose_for_containers(std::move(view.inventory));
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

Result<Done> describe_for_containers(World& world, const Manner& manner, const DescribeRequest& request) {
  GPUPASS_TRY(refuse_place(world.host, request.output));
  GPUPASS_TRY_ASSIGN(const auto first_look, look_at_containers(world, manner.requester));
  GPUPASS_TRY_ASSIGN(const auto meant, container_cards(first_look, manner.requester, request.what));
  const auto functions = addresses_of(meant);
  const auto doing = fmt::format("describe {} to containers", names(functions));

  Locks locks;
  GPUPASS_TRY(lock_with_files(world, manner, doing, functions, k_files, locks));
  GPUPASS_TRY_ASSIGN(const auto view, look_at_containers(world, manner.requester));
  Cards cards;
  for (const auto& function : functions) {
    const auto* const card = view.machine.card(function);
    if (card == nullptr)
      return fail(ErrorKind::not_found, fmt::format("{} is gone", to_string(function)),
                  "nothing was changed");
    GPUPASS_TRY(usable(view, *card));
    cards.push_back(card);
  }
  const auto text = container::specification(view.machine, cards);
  GPUPASS_TRY_ASSIGN(auto written, written_before(world.host));
  GPUPASS_TRY(refuse_foreign(world.host, written, request.output));
  GPUPASS_TRY(refuse_second_definition(view, request.output, text));

  std::erase_if(written, [&](const Written& one) { return one.path == request.output; });
  written.push_back({request.output, text});
  Plan plan{doing, Direction::take, "", names_of(functions), {}};
  plan.files = k_files;
  plan.steps.emplace_back(set_record("describe them to container engines", {request.output, text}, written));
  const auto folder = folder_of(request.output);
  if (folder != container::k_static_folder && folder != container::k_volatile_folder && folder != "/run/cdi")
    manner.requester.note(
        fmt::format("engines read /etc/cdi and /var/run/cdi, and {} only where they are told to", folder));
  return carry_out(world, manner, std::move(plan), nullptr, locks, outcome_text(cards, request.output));
}

Result<Done> forget_for_containers(World& world, const Manner& manner,
                                   const std::optional<std::string>& output) {
  GPUPASS_TRY_ASSIGN(const auto first_look, written_before(world.host));
  Functions functions;
  for (const auto& one : first_look) {
    if (!output || one.path == *output) functions = joined(std::move(functions), functions_in(one.text));
  }
  if (output && find(first_look, *output) == nullptr) {
    GPUPASS_TRY(refuse_foreign(world.host, first_look, *output));
  }
  const std::string doing = "take gpupass's description of cards from containers";

  Locks locks;
  GPUPASS_TRY(lock_with_files(world, manner, doing, functions, k_files, locks));
  GPUPASS_TRY_ASSIGN(auto written, written_before(world.host));
  Plan plan{doing, Direction::give_back, "", names_of(functions), {}};
  plan.files = k_files;
  std::vector<std::string> removed;
  for (const auto& one : std::vector<Written>(written)) {
    if (output && one.path != *output) continue;
    GPUPASS_TRY(refuse_foreign(world.host, written, one.path));
    std::erase_if(written, [&](const Written& other) { return other.path == one.path; });
    plan.steps.emplace_back(set_record("have engines know of it no more", {one.path, std::nullopt}, written));
    removed.push_back(one.path);
  }
  const auto text = removed.empty()
                        ? std::string("gpupass has written nothing for containers")
                        : fmt::format("{} {} gone; containers that run keep what they have",
                                      core::enumerate(removed), removed.size() == 1 ? "is" : "are");
  return carry_out(world, manner, std::move(plan), nullptr, locks, text);
}

Result<std::string> container_flags(const World& world, Requester& requester, const Selection& what,
                                    container::Engine engine) {
  GPUPASS_TRY_ASSIGN(const auto view, look_at_containers(world, requester));
  GPUPASS_TRY_ASSIGN(const auto cards, container_cards(view, requester, what));
  const bool unified = world.host.exists(sysfs::k_cgroup_controllers);
  return container::flags(container::parts_of(view.machine, cards), engine, unified);
}

}  // namespace gpupass::session
