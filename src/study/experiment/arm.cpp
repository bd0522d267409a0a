// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/study/experiment/arm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "gpupass/core/names.hpp"
#include "gpupass/core/printable.hpp"

namespace gpupass::study {
namespace {

constexpr std::array k_kinds = {
    core::Name<ArmKind>{ArmKind::host, "host"}, core::Name<ArmKind>{ArmKind::docker, "docker"},
    core::Name<ArmKind>{ArmKind::podman, "podman"}, core::Name<ArmKind>{ArmKind::lxc, "lxc"},
    core::Name<ArmKind>{ArmKind::vm, "vm"}};
// What is missing where a kind that needs a name has none.
constexpr std::array k_missing = {core::Name<ArmKind>{ArmKind::docker, "no image is named"},
                                  core::Name<ArmKind>{ArmKind::podman, "no image is named"},
                                  core::Name<ArmKind>{ArmKind::lxc, "no container is named"},
                                  core::Name<ArmKind>{ArmKind::vm, "no domain is named"}};

constexpr const char* k_arms =
    "an arm is host, docker:IMAGE, podman:IMAGE, lxc:NAME or vm:NAME; podman+crun:IMAGE names the runtime, "
    "too";

Failure no_arm(const std::string& word, const std::string& why) {
  return fail(ErrorKind::usage, fmt::format("--arm {}: {}", core::printable(word), why), k_arms);
}

bool is_word(const std::string& text, std::string_view more) {
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           more.find(c) != std::string_view::npos;
  });
}

/// What an engine could take for an option or for several words is none.
bool is_name(const std::string& name, ArmKind kind) {
  const bool image = kind == ArmKind::docker || kind == ArmKind::podman;
  if (name.starts_with('-') || name.find("..") != std::string::npos) return false;
  if (kind == ArmKind::vm) return core::is_printable(name) && name.find('/') == std::string::npos;
  return is_word(name, image ? "._-/:@" : "._-");
}

Result<Arm> parse(const std::string& word) {
  const auto colon = word.find(':');
  auto kind = word.substr(0, colon);
  Arm arm;
  const auto plus = kind.find('+');
  if (plus != std::string::npos) {
    arm.runtime = kind.substr(plus + 1);
    kind.erase(plus);
  }
  const auto found = core::value_in(k_kinds, kind);
  if (!found) return no_arm(word, fmt::format("there is no kind '{}'", core::printable(kind)));
  arm.kind = *found;
  const bool engine = arm.kind == ArmKind::docker || arm.kind == ArmKind::podman;
  if (plus != std::string::npos && !engine) return no_arm(word, fmt::format("{} has no runtimes", kind));
  if (plus != std::string::npos && (!is_word(arm.runtime, "._-") || arm.runtime.starts_with('-')))
    return no_arm(word, "that is not the name of a runtime");
  if (arm.kind == ArmKind::host)
    return colon == std::string::npos ? Result<Arm>(arm) : no_arm(word, "the host has no name here");
  arm.name = colon == std::string::npos ? "" : word.substr(colon + 1);
  if (arm.name.empty()) return no_arm(word, core::name_in(k_missing, arm.kind));
  if (arm.name.starts_with('/') && arm.kind != ArmKind::podman)
    return no_arm(word, "a folder as root file system is for Podman alone");
  if (!is_name(arm.name, arm.kind)) return no_arm(word, "that is not a name");
  return arm;
}

/// What it is, without which one.
std::string kind_of(const Arm& arm) {
  if (arm.kind == ArmKind::vm) return "guest";
  const std::string kind = core::name_in(k_kinds, arm.kind);
  return arm.runtime.empty() ? kind : kind + "+" + arm.runtime;
}

/// Short where that tells the arms apart, else with the name behind.
void name_roles(std::vector<Arm>& arms) {
  std::map<std::string, int> kinds;
  for (const auto& arm : arms) ++kinds[kind_of(arm)];
  std::set<std::string> files;
  for (auto& arm : arms) {
    const auto kind = kind_of(arm);
    arm.role = kinds[kind] > 1 ? kind + ":" + arm.name : kind;
    const auto role = arm.role;
    for (int number = 2; !files.insert(file_word(arm.role)).second; ++number)
      arm.role = fmt::format("{} ({})", role, number);
  }
}

}  // namespace

Result<std::vector<Arm>> arms_of(const std::vector<std::string>& words) {
  std::vector<Arm> arms;
  for (const auto& word : words) {
    GPUPASS_TRY_ASSIGN(auto arm, parse(word));
    if (std::ranges::find(arms, arm) != arms.end())
      return fail(ErrorKind::usage, fmt::format("--arm {} is given twice", word),
                  "each arm is measured once in each block: name it once");
    arms.push_back(std::move(arm));
  }
  if (arms.size() == 1)
    return fail(ErrorKind::usage,
                fmt::format("--arm {} alone: there is nothing to compare it with", words.front()),
                std::string("name two arms or more, the baseline first; ") + k_arms);
  name_roles(arms);
  return arms;
}

std::string to_string(const Arm& arm) {
  std::string word = core::name_in(k_kinds, arm.kind);
  if (!arm.runtime.empty()) word += "+" + arm.runtime;
  return arm.name.empty() ? word : word + ":" + arm.name;
}

std::string file_word(const std::string& role) {
  std::string word = role;
  for (auto& c : word) {
    if (!is_word(std::string(1, c), "._+-")) c = '-';
  }
  return word;
}

}  // namespace gpupass::study
