// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <array>

#include "discover/holders/remotes.hpp"
#include "gpupass/core/text.hpp"

namespace gpupass::discover {
namespace {

using Names = std::vector<std::string>;

Names pieces(std::string_view text, char separator) {
  Names names;
  for (const auto piece : core::split(text, separator)) names.emplace_back(piece);
  return names;
}

Names at_most_one(std::string_view server) {
  return server.empty() ? Names{} : Names{std::string(server)};
}

/// "filer" of "filer:/srv", "fd00::5" of "[fd00::5]:/srv", "me@filer:/srv".
Names before_path(std::string_view source) {
  const auto path = source.find(":/");
  if (path == source.npos) return at_most_one(without_port(source.substr(source.find('@') + 1)));
  source = source.substr(0, path);
  return at_most_one(without_port(source.substr(source.find('@') + 1)));
}

/// What the kernel says of a mount by its number: "v4 0a000005  801 0:44 …" in /proc/net/nfsfs/volumes. There
/// the bytes of an address are in order.
Names nfs_servers(const Mount& mount, const Host& host) {
  if (const auto address = option_of(mount.options, "addr"); !address.empty()) return at_most_one(address);
  const auto text = host.read("/proc/net/nfsfs/volumes", 16U << 20U).value_or("");
  for (const auto line : core::split(text, '\n')) {
    const auto fields = core::words(line);
    if (fields.size() < 4 || fields[3] != mount.device || fields[1].size() % 8 != 0) continue;
    std::string written;
    const bool ipv6 = fields[1].size() > 8;
    for (std::size_t i = 0; i < fields[1].size(); i += ipv6 ? 4 : 2) {
      const auto number = core::parse_number(fields[1].substr(i, ipv6 ? 4 : 2), 16).value_or(0);
      if (i > 0) written += ipv6 ? ":" : ".";
      written += ipv6 ? fmt::format("{:x}", number) : fmt::format("{}", number);
    }
    return at_most_one(written);
  }
  return before_path(mount.source);
}

Names smb_servers(const Mount& mount, const Host& /*host*/) {
  if (const auto address = option_of(mount.options, "addr"); !address.empty()) return at_most_one(address);
  const auto parts = core::split(mount.source, '/');  // "//filer/share"
  return parts.empty() ? Names{} : at_most_one(parts.front());
}

/// "mon_addr=10.0.0.1:6789/10.0.0.2:6789", or before the path: "10.0.0.1:6789,10.0.0.2:6789:/".
Names ceph_servers(const Mount& mount, const Host& /*host*/) {
  if (const auto monitors = option_of(mount.options, "mon_addr"); !monitors.empty())
    return pieces(monitors, '/');
  const auto path = mount.source.find(":/");
  if (path == mount.source.npos) return {};
  return pieces(std::string_view(mount.source).substr(0, path), ',');
}

/// "10.0.0.5@tcp:10.0.0.6@tcp:/scratch", "10.0.0.5@o2ib,10.0.1.5@o2ib:/scratch".
Names lustre_servers(const Mount& mount, const Host& /*host*/) {
  Names servers;
  for (const auto node : core::split(mount.source, ':')) {
    for (const auto address : core::split(node, ',')) {
      if (const auto at = address.find('@'); at != address.npos) servers.emplace_back(address.substr(0, at));
    }
  }
  return servers;
}

Names named_servers(const Mount& mount, const Host& /*host*/) {
  return before_path(mount.source);
}

/// Of 9p only what goes over the network: a guest has it of its host otherwise.
Names plan9_servers(const Mount& mount, const Host& /*host*/) {
  return at_most_one(mount.source);
}

struct Type {
  std::string_view type;
  const char* by;
  Names (*servers)(const Mount&, const Host&);
};
constexpr std::array k_types = {
    Type{"nfs", "NFS", nfs_servers},          Type{"nfs4", "NFS", nfs_servers},
    Type{"cifs", "SMB", smb_servers},         Type{"smb3", "SMB", smb_servers},
    Type{"ceph", "Ceph", ceph_servers},       Type{"lustre", "Lustre", lustre_servers},
    Type{"9p", "9P", plan9_servers},          Type{"fuse.glusterfs", "GlusterFS", named_servers},
    Type{"fuse.sshfs", "SSH", named_servers},
};

bool is_local(const Mount& mount) {
  const auto transport = option_of(mount.options, "trans");
  return mount.type == "9p" && transport != "tcp" && transport != "rdma";
}

}  // namespace

std::optional<Remote> remote_of(const Mount& mount, const Host& host, const Servers& servers,
                                Problems& problems) {
  const auto type = std::ranges::find(k_types, mount.type, &Type::type);
  if (type == k_types.end() || is_local(mount)) return std::nullopt;
  const auto from = type->servers(mount, host);
  const auto by = describe_remote(type->by, from);
  const auto what = fmt::format("the file system on {} ({})", mount.point, by);
  return Remote{by, servers.towards_all(from, what, problems)};
}

}  // namespace gpupass::discover
