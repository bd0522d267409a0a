// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/libvirt_now.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "cli/domain_uses.hpp"

namespace gpupass::cli {
namespace {

constexpr auto k_patience = std::chrono::seconds(1);  // for each answer; the first that is late is the last

/// Where a daemon of the system's libvirt listens, or systemd for it.
constexpr std::array k_sockets = {"/run/libvirt/libvirt-sock", "/run/libvirt/virtqemud-sock",
                                  "/run/libvirt/virtxend-sock", "/run/libvirt/virtlxcd-sock"};

Result<LibvirtNow> ask(Context& context, const std::string& uri, const Inventory& inventory) {
  GPUPASS_TRY_ASSIGN(const auto hypervisor, context.connect(uri, k_patience));
  GPUPASS_TRY_ASSIGN(auto domains, hypervisor->domains());
  GPUPASS_TRY_ASSIGN(auto uses, domain_uses(*hypervisor, context.host, inventory));
  return LibvirtNow{std::move(domains), std::move(uses)};
}

}  // namespace

bool may_ask(const Context& context, const std::string& uri) {
  if (context.host.captured()) return false;
  if (uri.find(":///system") == std::string::npos) return true;
  // An ordinary user's question would have a desktop ask for a password.
  return geteuid() == 0 &&
         std::ranges::any_of(k_sockets, [&](const char* path) { return context.host.exists(path); });
}

std::optional<LibvirtNow> libvirt_now(Context& context, const std::string& uri, const Inventory& inventory) {
  if (!may_ask(context, uri)) return std::nullopt;
  auto now = ask(context, uri, inventory);
  return now ? std::optional(*std::move(now)) : std::nullopt;
}

Result<std::optional<LibvirtNow>> libvirt_now(Context& context, const po::variables_map& values,
                                              const Inventory& inventory) {
  if (values.count("connect") == 0) return libvirt_now(context, context.default_uri, inventory);
  GPUPASS_TRY_ASSIGN(auto now, ask(context, uri_of(context, values), inventory));
  return std::optional(std::move(now));
}

}  // namespace gpupass::cli
