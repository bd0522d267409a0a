// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/text.hpp"
#include "judge/fabric.hpp"
#include "judge/facts.hpp"
#include "judge/findings.hpp"
#include "judge/rules.hpp"

namespace gpupass::rules {
namespace {

/// Programs that come back when they are killed, with what ends them for good. The kernel cuts a
/// process's name to 15 characters.
struct Known {
  std::string_view process;
  const char* remedy;
};
constexpr const char* k_end_session = "`systemctl isolate multi-user.target` ends the graphical session";
constexpr const char* k_end_sound =
    "as the user it runs as: `systemctl --user stop pipewire.socket pipewire wireplumber`";
constexpr std::array k_known = {
    Known{"nvidia-persiste", "`systemctl stop nvidia-persistenced`"},
    Known{"nv-hostengine", "`systemctl stop nvidia-dcgm`"},
    Known{"Xorg", k_end_session},
    Known{"Xwayland", k_end_session},
    Known{"gnome-shell", k_end_session},
    Known{"kwin_wayland", k_end_session},
    Known{"sway", k_end_session},
    Known{"pipewire", k_end_sound},
    Known{"wireplumber", k_end_sound},
    Known{"pulseaudio", "as the user it runs as: `systemctl --user stop pulseaudio.socket pulseaudio`"},
};

/// One process and every node of the target that it has open.
struct User {
  pid_t pid = 0;
  std::string process;
  std::vector<PciAddress> devices;
  std::vector<std::string> nodes;
};

template <class Value>
void add_once(std::vector<Value>& values, const Value& value) {
  if (std::ranges::find(values, value) == values.end()) values.push_back(value);
}

std::vector<User> users_of(const Inventory& inventory, const Target& target) {
  std::vector<User> users;
  for (const auto& holder : inventory.holders) {
    if (holder.kind != HolderKind::process || !contains(target, holder.device)) continue;
    const auto known = std::ranges::find(users, holder.pid, &User::pid);
    auto& user = known != users.end() ? *known : users.emplace_back(User{holder.pid, holder.process, {}, {}});
    add_once(user.devices, holder.device);
    add_once(user.nodes, holder.node);
  }
  return users;
}

bool is_guest(const User& user) {
  return std::ranges::any_of(user.nodes, [](const auto& node) { return node.starts_with("/dev/vfio/"); });
}

std::string remedy_for(const User& user) {
  if (is_guest(user)) {
    return fmt::format(
        "take it out of that guest (`virsh list` shows those that run, `gpupass detach VM {}`), or shut "
        "the guest down",
        to_string(user.devices.front()));
  }
  const auto known = std::ranges::find(k_known, user.process, &Known::process);
  return known != k_known.end() ? known->remedy : fmt::format("end it: `kill {}`", user.pid);
}

Finding held(const Inventory& inventory, const Target& target, const User& user) {
  std::vector<Evidence> evidence;
  for (const auto& node : user.nodes) evidence.push_back({fmt::format("/proc/{}/fd", user.pid), node});
  const auto who = fmt::format("{} (pid {})", user.process, user.pid);
  const auto what = is_guest(user) ? fmt::format("a running guest has {}: {} has {} open",
                                                 name_all(user.devices), who, core::enumerate(user.nodes))
                                   : fmt::format("{} has {} open: {}", who, name_all(user.devices),
                                                 core::enumerate(user.nodes));
  return blocks(
      is_guest(user) ? Consent::impossible : Consent::may_be_given, user.devices.front(), what, evidence,
      user.process == k_fabric_manager ? remedy_for_fabric_manager(inventory, target) : remedy_for(user));
}

}  // namespace

std::vector<Finding> device_held(const Inventory& inventory, const Target& target) {
  std::vector<Finding> findings;
  const auto users = users_of(inventory, target);
  findings.reserve(users.size() + 1);
  for (const auto& user : users) findings.push_back(held(inventory, target, user));
  if (target.functions.empty()) return findings;
  const auto& first = target.functions.front();
  if (!inventory.holders_complete) {
    findings.push_back(unmeasured(first,
                                  fmt::format("whether {} process has {} open could not be found out",
                                              users.empty() ? "a" : "another", name_all(target.functions)),
                                  unread(inventory, {"/proc/*/fd"}), "run `gpupass doctor` again as root"));
  } else if (users.empty()) {
    append(findings, all_fine(target.functions, "is open in no process", "are open in no process",
                              {{"/proc/*/fd", "none of its device nodes"}}));
  }
  return findings;
}

}  // namespace gpupass::rules
