// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/session/uri.hpp"

#include <fmt/format.h>

namespace gpupass::session {
namespace {

/// The machine that a URI names, "qemu+ssh://root@far:22/system" → "far"; empty if it names none.
std::string host_of(const std::string& uri) {
  constexpr std::string_view k_separator = "://";
  const auto start = uri.find(k_separator);
  if (start == uri.npos) return "";
  auto host = uri.substr(start + k_separator.size());
  host = host.substr(0, host.find_first_of("/?"));
  host = host.substr(host.find('@') + 1);  // npos + 1: all of it
  return host.starts_with('[') ? host.substr(0, host.find(']') + 1) : host.substr(0, host.find(':'));
}

}  // namespace

Result<void> refuse_remote(const std::string& uri) {
  const auto host = host_of(uri);
  if (host.empty() || host == "localhost") return {};
  return fail(ErrorKind::unsupported,
              fmt::format("{} is a connection to {}, and the devices are this machine's", uri, host),
              "nothing was changed; run gpupass on that machine");
}

Result<void> refuse_containers(const std::string& uri, const std::string& name, const std::string& devices) {
  if (uri.substr(0, uri.find_first_of("+:")) != "lxc") return {};
  return fail(
      ErrorKind::unsupported,
      fmt::format(
          "{} is libvirt's driver of containers, and libvirt starts no container that has a PCI device", uri),
      fmt::format(
          "nothing was changed; a container uses a card on the host's driver. `gpupass container flags "
          "{2} --engine libvirt-lxc` prints what `virsh -c {0} edit {1}` takes; `gpupass container "
          "attach lxc:{1} {2}` is for a container of LXC itself",
          uri, name, devices));
}

}  // namespace gpupass::session
