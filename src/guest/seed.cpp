// SPDX-License-Identifier: GPL-2.0-or-later
// All of it is written as JSON, which is YAML too, so that no name or key can be taken for something else.
#include "gpupass/guest/seed.hpp"

#include <fmt/format.h>

#include <cctype>

#include "gpupass/core/base64.hpp"
#include "gpupass/core/json.hpp"

namespace gpupass::guest {
namespace {

using core::Json;

Json user_of(const SeedRequest& request) {
  return {{"name", k_guest_user}, {"gecos", "gpupass"},
          {"shell", "/bin/bash"}, {"sudo", "ALL=(ALL) NOPASSWD:ALL"},
          {"lock_passwd", true},  {"ssh_authorized_keys", request.ssh_keys}};
}

/// By the guest's own package manager, and only where it is not there: an image that has it starts without a
/// look at any mirror, which takes minutes where none can be reached.
constexpr const char* k_install_agent = R"(command -v qemu-ga && exit
export DEBIAN_FRONTEND=noninteractive
if command -v apt-get; then apt-get -q update && apt-get -qy install qemu-guest-agent
elif command -v dnf; then dnf -qy install qemu-guest-agent
elif command -v zypper; then zypper -nq install qemu-guest-agent
fi)";

/// The programs come on the seed itself: no network is needed for them.
Json commands_of(const SeedRequest& request) {
  auto commands = Json::array();
  commands.push_back({"sh", "-c", k_install_agent});
  commands.push_back({"systemctl", "--no-block", "start", "qemu-guest-agent"});
  if (request.driver.empty()) return commands;
  const std::string mount = "/run/gpupass-seed";
  commands.push_back({"mkdir", "-p", mount});
  commands.push_back({"mount", "-o", "ro", "/dev/disk/by-label/cidata", mount});
  commands.push_back({fmt::format("{}/{}/provision", mount, k_seed_folder), "--driver", request.driver});
  return commands;
}

std::string cloud_config(const SeedRequest& request) {
  // Its own name in /etc/hosts: sudo complains where nobody resolves it.
  Json config{{"hostname", request.name},
              {"manage_etc_hosts", "localhost"},
              {"users", Json::array({"default", user_of(request)})},
              {"ssh_authorized_keys", request.ssh_keys},
              {"runcmd", commands_of(request)}};
  if (!request.packages.empty()) {
    config["package_update"] = true;
    config["packages"] = request.packages;
  }
  constexpr bool k_ascii = true;  // as a part of a message it must be
  return "#cloud-config\n" + config.dump(2, ' ', k_ascii) + "\n";
}

constexpr std::string_view k_boundary = "==gpupass-parts==";

std::string part(std::string_view headers, std::string_view body) {
  return fmt::format("--{}\n{}\n{}\n", k_boundary, headers, body);
}

/// What cloud-init itself would take for a message (convert_string in cloudinit/user_data.py).
bool is_message(const std::string& text) {
  constexpr std::size_t k_looked_at = 4096;
  auto head = text.substr(0, k_looked_at);
  for (auto& c : head) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return head.find("mime-version:") != std::string::npos;
}

/// In whatever form cloud-init takes: a message is a part as it stands; anything else is carried as base64,
/// since a message is of ASCII alone.
std::string users_part(const std::string& text) {
  if (is_message(text)) return fmt::format("--{}\n{}\n", k_boundary, text);
  const bool gzip = text.starts_with("\x1f\x8b");
  return part(fmt::format("Content-Type: {}\nMIME-Version: 1.0\nContent-Transfer-Encoding: base64\n",
                          gzip ? "application/gzip" : "text/plain; charset=\"utf-8\""),
              core::to_base64(text));
}

/// Both parts count. The user's comes first: what it says is kept, and our lists go behind those of the same
/// name.
std::string with_users_own(const std::string& ours, const std::string& users) {
  return fmt::format("Content-Type: multipart/mixed; boundary=\"{0}\"\nMIME-Version: 1.0\n\n{1}{2}--{0}--\n",
                     k_boundary, users_part(users),
                     part("Content-Type: text/plain; charset=\"utf-8\"\nMIME-Version: 1.0\n"
                          "Merge-Type: list(append)+dict(no_replace,recurse_list)+str()\n",
                          ours));
}

/// By their addresses: of all that a configuration could match, only that means the same to netplan,
/// NetworkManager, ifcfg files and networkd. Without DHCP for IPv6: NetworkManager would wait for an answer,
/// and give up the rest.
Json network_of(const SeedRequest& request) {
  auto interfaces = Json::object();
  for (const auto& mac : request.macs)
    interfaces[fmt::format("nic{}", interfaces.size())] = {{"match", {{"macaddress", mac}}}, {"dhcp4", true}};
  return {{"version", 2}, {"ethernets", interfaces}};
}

}  // namespace

Seed make_seed(const SeedRequest& request) {
  const auto ours = cloud_config(request);
  const Json meta{{"instance-id", request.instance}, {"local-hostname", request.name}};
  return {request.user_data ? with_users_own(ours, *request.user_data) : ours, meta.dump(2) + "\n",
          network_of(request).dump(2) + "\n"};
}

}  // namespace gpupass::guest
