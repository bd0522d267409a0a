// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/session/lxc.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "gpupass/container/description.hpp"
#include "gpupass/container/lxc.hpp"
#include "gpupass/container/lxc_look.hpp"
#include "gpupass/container/parts.hpp"
#include "gpupass/core/printable.hpp"
#include "gpupass/core/sysfs.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/discover/discover.hpp"
#include "gpupass/session/container.hpp"

namespace gpupass::session {
namespace {

constexpr std::size_t k_largest_config = std::size_t{1} << 20U;

/// A container's configuration, as a file that gpupass may write.
struct Config {
  std::string name, path, text;
  unsigned mode = 0644;
  bool running = false;
};

Result<void> refuse_name(const std::string& name) {
  if (!name.empty() && name.front() != '.' && name.find('/') == name.npos && core::is_printable(name))
    return {};
  return fail(ErrorKind::usage, fmt::format("'{}' is not a container's name", core::printable(name)),
              "nothing was changed; `lxc-ls` lists LXC's containers");
}

/// Those who have containers of this name, and write their configurations themselves.
Result<void> refuse_others(const Host& host, const std::string& name) {
  constexpr const char* k_proxmox = "/etc/pve/lxc";
  if (host.exists(fmt::format("{}/{}.conf", k_proxmox, name)))
    return fail(
        ErrorKind::refused,
        fmt::format("{} is a container of Proxmox VE, which writes LXC's configuration at each start", name),
        fmt::format("nothing was changed; `pct set {} --dev0 /dev/dri/renderD128` gives it a node; "
                    "`gpupass container list` shows a card's nodes",
                    name));
  for (const auto& [folder, command] : {std::pair{"/var/lib/incus", "incus"}, {"/var/lib/lxd", "lxc"}}) {
    if (!host.exists(fmt::format("{}/containers/{}", folder, name))) continue;
    return fail(
        ErrorKind::refused,
        fmt::format("{} is a container of {}, which keeps its configuration in a database", name,
                    command[0] == 'i' ? "Incus" : "LXD"),
        fmt::format("nothing was changed; `{} config device add {} gpu0 gpu pci=0000:01:00.0` gives it "
                    "the card at that address",
                    command, name));
  }
  return {};
}

Failure no_container(const Host& host, const std::string& folder, const std::string& name) {
  std::vector<std::string> all;
  for (const auto& one : container::read_lxc(host)) all.push_back(one.name);
  return fail(ErrorKind::not_found,
              fmt::format("there is no container {}: {}/{}/config does not exist", name, folder, name),
              "nothing was changed; " + (all.empty() ? "there is no LXC container in " + folder
                                                     : "there is " + core::enumerate(all)));
}

Result<Config> config_of(const Host& host, const std::string& name) {
  GPUPASS_TRY(refuse_name(name));
  GPUPASS_TRY(refuse_others(host, name));
  const auto folder = container::lxc_folder(host);
  Config config{name, fmt::format("{}/{}/config", folder, name), {}, {}, {}};
  if (host.link_name(config.path))
    return fail(ErrorKind::refused, fmt::format("{} is a symbolic link", config.path),
                "nothing was changed; put the file itself there");
  auto text = host.read(config.path, k_largest_config);
  if (!text && text.error().kind == ErrorKind::not_found) return no_container(host, folder, name);
  if (!text) return Failure(text.error());
  if (!host.captured())
    GPUPASS_TRY(for_root_only(host, config.path,
                              "LXC starts as root what that file says, so root alone may be able to write "
                              "it"));
  const auto cards = container::cards_in_lxc(*text);
  if (!cards) return within(config.path, cards.error());
  config.text = *std::move(text);
  config.mode = host.mode_of(config.path) & 0777U;
  config.running = container::lxc_runs(host, folder, name);
  return config;
}

/// What a container has is decided when it starts: mounts cannot be added to one that runs.
Result<void> refuse_running(const Config& config, const container::Parts& parts, const std::string& again) {
  if (!config.running) return {};
  std::string now;
  if (parts.mounts.empty() && !parts.nodes.empty() && !container::maps_users(config.text)) {
    std::vector<std::string> commands;
    for (const auto& node : parts.nodes)
      commands.push_back(fmt::format("`lxc-device -n {} add {}`", config.name, node.path));
    now =
        fmt::format("\n  to give it to the running container until that ends: {}", core::enumerate(commands));
  }
  return fail(
      ErrorKind::busy,
      fmt::format("{} is running, and a container gets libraries and nodes when it starts", config.name),
      fmt::format("nothing was changed; `lxc-stop -n {0}`, then `{1}`, then `lxc-start -n {0}`{2}",
                  config.name, again, now));
}

/// A node that is for a group of the host's is nobody's where users have other numbers.
void note_mapped_users(Requester& requester, const Config& config, const container::Parts& parts) {
  if (!container::maps_users(config.text)) return;
  for (const auto& node : parts.nodes) {
    if (node.for_everybody()) continue;
    requester.note(
        fmt::format("{} maps users, and {} is for group {} of the host alone: map that group into "
                    "the container (lxc.idmap, /etc/subgid)",
                    config.name, node.path, node.group));
  }
}

SetFiles set_config(std::string purpose, const Config& config, std::string text) {
  return {std::move(purpose), {{config.path, std::move(text), config.mode}}, {}, {}};
}

Result<void> lock_config(World& world, const Manner& manner, const std::string& doing,
                         const Functions& functions, const Config& config, Locks& locks) {
  GPUPASS_TRY(take_locks(world, manner, doing, functions, "", locks));
  return lock_file(world, manner, doing, "lxc-" + config.name, config.path, locks);
}

/// The cards of a configuration that are meant. One that is in it need not be in the machine any more.
Result<Functions> meant_of(const Host& host, const Functions& cards, const std::vector<Selector>& what) {
  if (what.empty()) return cards;
  Functions meant;
  for (const auto& selector : what) {
    const auto before = meant.size();
    for (const auto& card : cards) {
      if (is_at(selector, card)) meant.push_back(card);
    }
    if (meant.size() > before) continue;
    GPUPASS_TRY_ASSIGN(const auto inventory, discover::read_inventory(host, {.holders = false}));
    GPUPASS_TRY_ASSIGN(const auto functions, session::functions_of(inventory, {{selector}}));
    for (const auto& card : cards) {
      if (std::ranges::count(functions, card) > 0) meant.push_back(card);
    }
  }
  return in_order(std::move(meant));
}

}  // namespace

Result<std::string> lxc_name(const std::string& container) {
  constexpr std::string_view k_lxc = "lxc:";
  if (container.starts_with(k_lxc)) return container.substr(k_lxc.size());
  const auto what = container.empty() ? std::string("no container is named")
                                      : fmt::format("'{}' is not lxc:NAME", core::printable(container));
  const auto engine = container.substr(0, container.find(':'));
  if (engine == "docker" || engine == "podman")
    return fail(
        ErrorKind::usage, what,
        "a container of Docker or Podman gets a card when it is made: `gpupass container write`, then "
        "--device gpupass/card=ADDRESS");
  return fail(ErrorKind::usage, what, "give the container first, then the devices: lxc:NAME SELECTOR…");
}

Result<Done> attach_to_lxc(World& world, const Manner& manner, const std::string& name,
                           const Selection& what) {
  GPUPASS_TRY(refuse_captured(world.host, manner));
  GPUPASS_TRY_ASSIGN(const auto seen, config_of(world.host, name));
  GPUPASS_TRY_ASSIGN(const auto first_look, look_at_containers(world, manner.requester));
  GPUPASS_TRY_ASSIGN(const auto meant, container_cards(first_look, manner.requester, what));
  const auto functions = addresses_of(meant);
  const auto doing = fmt::format("attach {} to the container {}", names(functions), name);

  Locks locks;
  GPUPASS_TRY(lock_config(world, manner, doing, functions, seen, locks));
  GPUPASS_TRY_ASSIGN(const auto config, config_of(world.host, name));
  GPUPASS_TRY_ASSIGN(const auto view, look_at_containers(world, manner.requester));
  GPUPASS_TRY_ASSIGN(const auto cards, container_cards(view, manner.requester, exactly(functions)));
  auto text = config.text;
  for (const auto* const card : cards) {
    GPUPASS_TRY_ASSIGN(const auto lines,
                       container::flags(container::parts_of(view.machine, {card}), container::Engine::lxc,
                                        world.host.exists(sysfs::k_cgroup_controllers)));
    GPUPASS_TRY_ASSIGN(text, container::with_lxc_block(text, name, card->address, lines));
  }
  const auto parts = container::parts_of(view.machine, cards);
  std::string words;
  for (const auto& function : functions) words += " " + to_string(function);
  if (text != config.text)
    GPUPASS_TRY(refuse_running(config, parts, fmt::format("gpupass container attach lxc:{}{}", name, words)));
  note_mapped_users(manner.requester, config, parts);
  Plan plan{doing, Direction::take, "", names_of(functions), {}};
  plan.steps.emplace_back(
      set_config(fmt::format("give {} to the container {}", names(functions), name), config, text));
  return carry_out(world, manner, std::move(plan), nullptr, locks,
                   fmt::format("{} has {} from its next start on; the host keeps {}", name, names(functions),
                               functions.size() == 1 ? "it" : "them"));
}

Result<Done> detach_from_lxc(World& world, const Manner& manner, const std::string& name,
                             const std::vector<Selector>& what) {
  GPUPASS_TRY(refuse_captured(world.host, manner));
  GPUPASS_TRY_ASSIGN(const auto seen, config_of(world.host, name));
  GPUPASS_TRY_ASSIGN(const auto first_cards, container::cards_in_lxc(seen.text));
  GPUPASS_TRY_ASSIGN(const auto functions, meant_of(world.host, first_cards, what));
  const auto doing = fmt::format("detach {} from the container {}", names(functions), name);
  Plan plan{functions.empty() ? fmt::format("detach from the container {}", name) : doing,
            Direction::give_back,
            "",
            names_of(functions),
            {}};
  Locks locks;
  if (functions.empty())
    return carry_out(world, manner, std::move(plan), nullptr, locks,
                     what.empty() ? fmt::format("gpupass gave {} no card", name)
                                  : fmt::format("gpupass did not give that card to {}", name));
  GPUPASS_TRY(lock_config(world, manner, doing, functions, seen, locks));
  GPUPASS_TRY_ASSIGN(const auto config, config_of(world.host, name));
  auto text = config.text;
  for (const auto& card : functions) {
    GPUPASS_TRY_ASSIGN(text, container::without_lxc_block(text, card));
  }
  plan.steps.emplace_back(
      set_config(fmt::format("take {} from the container {}", names(functions), name), config, text));
  return carry_out(world, manner, std::move(plan), nullptr, locks,
                   fmt::format("{} no longer has {} in its configuration{}", name, names(functions),
                               config.running ? "; it keeps what it has until it ends" : ""));
}

}  // namespace gpupass::session
