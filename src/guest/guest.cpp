// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/guest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "gpupass/core/text.hpp"
#include "guest/devices.hpp"
#include "guest/edit.hpp"
#include "guest/profile.hpp"
#include "guest/steps.hpp"

namespace gpupass {
namespace guest {
namespace {

struct NamedStep {
  const char* name;
  Step step;
};

/// In the order in which they are taken, whatever order a profile names them in: some look at what those
/// before them wrote.
constexpr std::array k_steps{
    NamedStep{"processors", processors}, NamedStep{"pins", pins},
    NamedStep{"memory", memory},         NamedStep{"huge-pages", huge_pages},
    NamedStep{"nodes", nodes},           NamedStep{"address-space", address_space},
    NamedStep{"cards", cards},           NamedStep{"peer-to-peer", peer_to_peer},
    NamedStep{"iommufd", iommufd},
};

Result<void> check_steps(const Profile& profile) {
  for (const auto& name : profile.steps) {
    if (std::ranges::any_of(k_steps, [&](const NamedStep& step) { return name == step.name; })) continue;
    std::vector<std::string> known;
    known.reserve(k_steps.size());
    for (const auto& step : k_steps) known.emplace_back(step.name);
    return fail(ErrorKind::invalid,
                fmt::format("the profile asks for a step '{}', which does not exist", name),
                "there are these: " + core::enumerate(known));
  }
  return {};
}

/// A card of this machine works in a domain of this machine's architecture, and the steps know two.
Result<void> check_architecture(const virt::Document& domain, const Kernel& kernel) {
  if (kernel.architecture.empty())
    return fail(ErrorKind::unsupported,
                "this machine's architecture is not known, so no guest can be made for it",
                "gpupass makes guests on x86_64 and aarch64; `uname -m` shows what this is");
  if (kernel.architecture != "x86_64" && !kernel.is_arm64())
    return fail(ErrorKind::unsupported,
                fmt::format("gpupass makes guests on x86_64 and aarch64, and this machine is {}",
                            kernel.architecture),
                "define a domain with virt-install, and give it the card with `gpupass attach`");
  const auto* const os = domain.root().FirstChildElement("os");
  const auto* const type = os == nullptr ? nullptr : os->FirstChildElement("type");
  const auto arch = type == nullptr ? std::nullopt : virt::attribute(*type, "arch");
  if (!arch || *arch == kernel.architecture) return {};
  return fail(ErrorKind::unsupported,
              fmt::format("the profile is for {}, and this machine is {}", *arch, kernel.architecture),
              fmt::format("a profile with <type arch='{}' …>", kernel.architecture));
}

/// What a user asked for must not be dropped because a profile lacks the step that would do it.
Result<void> check_request(const Profile& profile, const GuestRequest& request) {
  const auto needs = [&](bool asked, const char* what, const char* step) -> Result<void> {
    if (!asked || profile.has(step)) return {};
    return fail(ErrorKind::usage,
                fmt::format("{} cannot be chosen: the profile does not have the step '{}'", what, step),
                fmt::format("change it in the profile, or add <gpupass:step name='{}'/> to it", step));
  };
  GPUPASS_TRY(needs(request.vcpus.has_value(), "the number of vCPUs", "processors"));
  GPUPASS_TRY(needs(request.memory.has_value(), "the memory", "memory"));
  return needs(!request.cards.empty(), "a card", "cards");
}

/// A guest of its own: the copy of a profile that somebody dumped would take the name and the identity along.
void name_domain(virt::Document& domain, const std::string& name) {
  auto& root = domain.root();
  set_text(section(root, "name", "name"), name);
  if (auto* const uuid = root.FirstChildElement("uuid")) virt::remove(*uuid);
}

}  // namespace

std::string version_text(std::uint64_t version) {
  return fmt::format("{}.{}.{}", version / 1'000'000, version / 1'000 % 1'000, version % 1'000);
}

}  // namespace guest

Result<GuestDomain> make_guest(const GuestRequest& request, const GuestHost& host,
                               const DomainTemplates& templates) {
  GPUPASS_TRY_ASSIGN(auto domain, virt::Document::parse(request.profile, "profile", "domain"));
  GPUPASS_TRY(guest::check_architecture(domain, host.inventory.kernel));
  GPUPASS_TRY_ASSIGN(const auto profile, guest::take_profile(domain));
  GPUPASS_TRY(guest::check_steps(profile));
  GPUPASS_TRY(guest::check_request(profile, request));
  GPUPASS_TRY_ASSIGN(auto layout, guest::lay_out(request, host));
  layout.by_node = layout.by_node && profile.has("nodes");
  guest::name_domain(domain, request.name);
  GPUPASS_TRY(guest::fill_devices(domain, request));
  std::vector<Choice> choices;
  guest::Tuning tuning{domain, request, host, layout, templates, choices};
  for (const auto& [name, step] : guest::k_steps) {
    if (profile.has(name)) GPUPASS_TRY(step(tuning));
  }
  choices.insert(choices.end(), profile.choices.begin(), profile.choices.end());
  return GuestDomain{domain.text(), std::move(choices), guest::mac_addresses(domain)};
}

}  // namespace gpupass
