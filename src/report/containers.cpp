// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/report/containers.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "gpupass/container/parts.hpp"
#include "gpupass/core/wrap.hpp"
#include "gpupass/report/device_text.hpp"
#include "gpupass/report/findings.hpp"
#include "gpupass/report/inventory_json.hpp"
#include "gpupass/report/table.hpp"

namespace gpupass::report {
namespace {

using container::Card;
using container::CdiFile;
using container::CdiName;
using container::Mount;
using container::Node;
using container::NotForContainers;
using core::Json;
using core::text_or_null;

enum class UserKind { process, container, guest };

/// A process that uses a card.
struct CardUser {
  UserKind kind = UserKind::process;
  Holder who;        // the first node of it
  std::string name;  // of the container or guest; empty: of a process of the host's
};

UserKind kind_of(const Holder& holder) {
  if (is_container_engine(holder.manager)) return UserKind::container;
  return holder.manager == "libvirt" || holder.manager == "proxmox" ? UserKind::guest : UserKind::process;
}

std::string name_of(const ContainersView& view, const Holder& holder) {
  return kind_of(holder) == UserKind::process ? ""
                                              : view.machine.container_name(holder.manager, holder.managed);
}

/// Each process once.
std::vector<CardUser> users_of(const ContainersView& view, const Card& card) {
  std::vector<CardUser> users;
  for (const auto& holder : view.inventory.holders) {
    if (holder.kind != HolderKind::process || std::ranges::count(card.functions, holder.device) == 0)
      continue;
    const auto same = [&](const CardUser& user) { return user.who.pid == holder.pid; };
    if (std::ranges::none_of(users, same)) users.push_back({kind_of(holder), holder, name_of(view, holder)});
  }
  return users;
}

std::string user_text(const CardUser& user) {
  const auto process = fmt::format("{} (pid {})", user.who.process, user.who.pid);
  switch (user.kind) {
    case UserKind::container:
      return fmt::format("{} container {}: {}", user.who.manager, user.name, process);
    case UserKind::guest:
      return fmt::format("guest {}: {}", user.name, process);
    case UserKind::process:
      break;
  }
  return process;
}

/// Containers that have a node of the card, where no process of theirs has it open: those are its users.
std::vector<const container::GivenNode*> idle_containers(const ContainersView& view, const Card& card) {
  const auto users = users_of(view, card);
  std::vector<const container::GivenNode*> idle;
  for (const auto& one : view.machine.given) {
    const auto uses = [&](const CardUser& user) {
      return user.who.manager == one.engine && user.who.managed == one.id;
    };
    if (one.card == card.address && std::ranges::none_of(users, uses)) idle.push_back(&one);
  }
  return idle;
}

std::string node_text(const Node& node) {
  return node.found.empty() ? node.path : fmt::format("{} ({})", node.path, node.found);
}

std::string joined(const std::vector<Node>& nodes) {
  std::vector<std::string> words;
  for (const auto& node : nodes) words.push_back(node_text(node));
  return fmt::format("{}", fmt::join(words, ", "));
}

NotForContainers answer_for(const ContainersView& view, const Card& card) {
  if (const auto taken = view.taken.find(card.address); taken != view.taken.end())
    return {taken->second.why_not, taken->second.remedy};
  auto why = view.machine.why_not(card);
  return why.empty() ? NotForContainers{} : NotForContainers{std::move(why), view.machine.remedy(card)};
}

std::vector<const Card*> shown_cards(const ContainersView& view) {
  std::vector<const Card*> cards;
  for (const auto& card : view.machine.cards) {
    if (view.shown.empty() || std::ranges::count(view.shown, card.address) > 0) cards.push_back(&card);
  }
  return cards;
}

const Device& device_of(const ContainersView& view, const Card& card) {
  return *view.inventory.find(card.address);
}

// ---- for people -----------------------------------------------------------------------------------

class Text {
 public:
  explicit Text(const ContainersView& view) : view_(view) {}

  std::string all() {
    cards();
    driver();
    lxc();
    names();
    files();
    return std::move(text_);
  }

 private:
  void line(const std::string& words) { text_ += core::wrapped_lines(words, view_.columns) + "\n"; }

  void cards() {
    const auto shown = shown_cards(view_);
    if (shown.empty()) return line("There is no graphics or accelerator card.");
    Table table(
        {{"Card"}, {"Name", Align::left, 12, 2}, {"Driver"}, {"Containers"}, {"Nodes", Align::left, 20}});
    for (const auto* const card : shown) {
      const bool can = answer_for(view_, *card).why_not.empty();
      table.add({to_string(card->address),
                 short_name(device_of(view_, *card)),
                 card->driver,
                 {can ? "yes" : "no", can ? Style::green : Style::yellow},
                 joined(card->nodes)});
    }
    text_ += table.text(view_.columns, view_.colour);
    for (const auto* const card : shown) {
      const auto answer = answer_for(view_, *card);
      if (!answer.why_not.empty())
        line(fmt::format("{}: {}{}", to_string(card->address), answer.why_not,
                         answer.remedy.empty() ? "" : "; " + answer.remedy));
      for (const auto& user : users_of(view_, *card))
        line(fmt::format("{} is used by {}", to_string(card->address), user_text(user)));
      for (const auto* const idle : idle_containers(view_, *card))
        line(fmt::format("{} is in {} container {}, as {}: no process there has it open",
                         to_string(card->address), idle->engine,
                         view_.machine.container_name(idle->engine, idle->id), idle->node));
    }
    if (!view_.inventory.holders_complete)
      line("The processes of other users could not be read: run as root, all users of a card are shown.");
  }

  void driver() {
    if (!view_.machine.nvidia) return;
    const auto& driver = *view_.machine.nvidia;
    std::vector<std::string> libraries;  // each file once, whatever names it gets
    for (const auto& mount : driver.libraries) {
      if (std::ranges::find(libraries, mount.host) == libraries.end()) libraries.push_back(mount.host);
    }
    text_ += "\n";
    line(fmt::format("NVIDIA's driver {}: {}, {} libraries, {} other files", driver.version,
                     joined(driver.nodes), libraries.size(), driver.others.size()));
    if (!driver.library_path.empty())
      line(fmt::format("  libcuda.so.1 is {}{}", driver.library_path,
                       driver.library_version == driver.version ? "" : ", of another version"));
    if (const auto trouble = driver.trouble(); !trouble.empty())
      line(fmt::format("  {}; {}", trouble, driver.remedy()));
  }

  /// Containers of LXC in whose configurations there is something of cards.
  void lxc() {
    for (const auto& one : view_.lxc) {
      for (const auto& card : one.cards)
        line(fmt::format("{} is in the configuration of the LXC container {} ({})", to_string(card), one.name,
                         one.running ? "running" : "off"));
      if (!one.damage.empty())
        line(fmt::format("{}: {}; remove gpupass's lines by hand", one.config, one.damage));
      for (const auto& stale : one.stale) line(fmt::format("{} is out of date: {}", one.config, stale));
    }
  }

  void names() {
    const auto names = container::names_of(view_.machine.files);
    text_ += "\n";
    if (names.empty()) return line("No CDI file defines a card; `gpupass container write` makes one.");
    Table table({{"CDI name"}, {"Defined in"}, {"Remark", Align::left, 0, 1}});
    for (const auto& name : names) {
      std::string remark = name.is_conflict() ? "defined twice: engines ignore it" : "";
      if (!name.hidden.empty()) remark = fmt::format("hides {}", fmt::join(name.hidden, ", "));
      table.add({name.name,
                 fmt::format("{}", fmt::join(name.files, ", ")),
                 {remark, name.is_conflict() ? Style::red : Style::plain}});
    }
    text_ += table.text(view_.columns, view_.colour);
  }

  void files() {
    constexpr std::size_t k_shown = 3;
    for (const auto& file : view_.machine.files) {
      if (!file.leads_to.empty()) line(fmt::format("{} is a link to {}", file.path, file.leads_to));
      if (!file.unread.empty()) line(fmt::format("{} cannot be read: {}", file.path, file.unread));
      for (const auto& fault : file.faults) line(fmt::format("{}: engines ignore it: {}", file.path, fault));
      for (std::size_t i = 0; i < std::min(file.stale.size(), k_shown); ++i)
        line(fmt::format("{} is out of date: {}", file.path, file.stale[i]));
      if (file.stale.size() > k_shown)
        line(fmt::format("{} is out of date in {} more places", file.path, file.stale.size() - k_shown));
    }
  }

  const ContainersView& view_;
  std::string text_;
};

// ---- for programs ---------------------------------------------------------------------------------

Json to_json(const Node& node) {
  return {{"path", node.path},
          {"number", text_or_null(node.found)},
          {"expected", text_or_null(node.expected)},
          {"group", node.found.empty() ? Json() : Json(node.group)},
          {"for_everybody", node.found.empty() ? Json() : Json(node.for_everybody())}};
}

Json to_json(const Mount& mount);
Json to_json(const CdiFile& file);
Json to_json(const CdiName& name);
Json to_json(const CardUser& user);
Json to_json(const container::LxcContainer& one);

template <class Values>
Json array_of(const Values& values) {
  auto json = Json::array();
  for (const auto& value : values) json.push_back(to_json(value));
  return json;
}

Json to_json(const Mount& mount) {
  return {{"host", mount.host}, {"container", mount.container}};
}

Json to_json(const CardUser& user) {
  constexpr std::array k_kinds = {"process", "container", "guest"};
  return {{"kind", k_kinds.at(static_cast<std::size_t>(user.kind))},
          {"pid", user.who.pid},
          {"process", user.who.process},
          {"node", user.who.node},
          {"engine", text_or_null(user.kind == UserKind::process ? "" : user.who.manager)},
          {"id", text_or_null(user.kind == UserKind::process ? "" : user.who.managed)},
          {"name", text_or_null(user.name)}};
}

Json idle_json(const ContainersView& view, const Card& card) {
  auto all = Json::array();
  for (const auto* const idle : idle_containers(view, card))
    all.push_back({{"engine", idle->engine},
                   {"id", idle->id},
                   {"name", view.machine.container_name(idle->engine, idle->id)},
                   {"node", idle->node}});
  return all;
}

Json card_json(const ContainersView& view, const Card& card) {
  const auto answer = answer_for(view, card);
  auto functions = Json::array();
  for (const auto& function : card.functions) functions.push_back(to_string(function));
  return {{"address", to_string(card.address)},
          {"functions", std::move(functions)},
          {"name", short_name(device_of(view, card))},
          {"driver", text_or_null(card.driver)},
          {"way", container::name(card.way)},
          {"uuid", text_or_null(card.uuid)},
          {"group", card.group ? Json(*card.group) : Json()},
          {"available", answer.why_not.empty()},
          {"why_not", text_or_null(answer.why_not)},
          {"remedy", text_or_null(answer.remedy)},
          {"nodes", array_of(card.nodes)},
          {"used_by", array_of(users_of(view, card))},
          {"idle_in", idle_json(view, card)}};
}

Json driver_json(const std::optional<container::NvidiaDriver>& driver) {
  if (!driver) return {};
  const auto trouble = driver->trouble();
  return {{"version", driver->version},
          {"library_version", text_or_null(driver->library_version)},
          {"library_path", text_or_null(driver->library_path)},
          {"trouble", text_or_null(trouble)},
          {"remedy", trouble.empty() ? Json() : Json(driver->remedy())},
          {"nodes", array_of(driver->nodes)},
          {"libraries", array_of(driver->libraries)},
          {"other_files", array_of(driver->others)}};
}

Json to_json(const CdiFile& file) {
  auto names = Json::array();
  for (const auto& device : file.devices) names.push_back(device.name);
  return {{"path", file.path},
          {"leads_to", text_or_null(file.leads_to)},
          {"version", text_or_null(file.version)},
          {"kind", text_or_null(file.kind)},
          {"devices", std::move(names)},
          {"unread", text_or_null(file.unread)},
          {"faults", file.faults},
          {"stale", file.stale}};
}

Json to_json(const CdiName& name) {
  return {
      {"name", name.name}, {"files", name.files}, {"hidden", name.hidden}, {"conflict", name.is_conflict()}};
}

Json to_json(const container::LxcContainer& one) {
  auto cards = Json::array();
  for (const auto& card : one.cards) cards.push_back(to_string(card));
  return {{"name", one.name},
          {"config", one.config},
          {"running", one.running},
          {"cards", std::move(cards)},
          {"damage", text_or_null(one.damage)},
          {"stale", one.stale}};
}

}  // namespace

std::string containers_text(const ContainersView& view) {
  return Text(view).all();
}

Json containers_json(const ContainersView& view) {
  auto cards = Json::array();
  for (const auto* const card : shown_cards(view)) cards.push_back(card_json(view, *card));
  return {{"schema", "gpupass.containers/1"},
          {"cards", std::move(cards)},
          {"nvidia", driver_json(view.machine.nvidia)},
          {"lxc", array_of(view.lxc)},
          {"files", array_of(view.machine.files)},
          {"names", array_of(container::names_of(view.machine.files))},
          {"holders_complete", view.inventory.holders_complete},
          {"problems", to_json(view.inventory.problems)}};
}

}  // namespace gpupass::report
