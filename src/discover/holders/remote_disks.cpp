// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <algorithm>

#include "discover/holders/remotes.hpp"
#include "gpupass/core/printable.hpp"
#include "gpupass/core/sysfs.hpp"
#include "gpupass/core/text.hpp"

namespace gpupass::discover {
namespace {

using Names = std::vector<std::string>;

/// Finds the disks of each kind by what the kernel lists of them.
class Finder {
 public:
  using Found = std::map<std::string, Remote, std::less<>>;
  Finder(const Host& host, const Paths& paths, const Servers& servers, Problems& problems, Found& found)
      : host_(host), paths_(paths), servers_(servers), problems_(problems), found_(found) {}

  void find() {
    iscsi();
    nvme();
    fcoe();
    rbd();
    for (const auto& name : list(sysfs::of_class("block"))) {
      if (name.starts_with("nbd")) nbd(name);
      if (name.starts_with("etherd!")) aoe(name);
    }
  }

 private:
  [[nodiscard]] Names list(const std::string& path) const { return host_.list(path).value_or(Names{}); }
  [[nodiscard]] std::string text(const std::string& path) const {
    return std::string(core::trim(host_.attribute(path).value_or("")));
  }

  /// The cards that lead to servers; where the path itself goes through one (an offload card) that is it.
  void add(const std::string& path, const char* by, const Names& to, const std::string& interface = {}) {
    auto& remote = found_[path];
    remote.what = describe_remote(by, to);
    remote.functions = paths_.functions_of(path);
    if (!remote.functions.empty()) return;
    remote.functions = interface.empty() ? servers_.towards_all(to, remote.what, problems_)
                                         : servers_.through(interface, remote.what, problems_);
  }

  /// A session is at /sys/devices/platform/host6/session1/iscsi_session/session1; its connections are named
  /// after it: connection1:0. One that is bound to an interface says so at its host.
  void iscsi() {
    for (const auto& session : list(sysfs::of_class("iscsi_session"))) {
      const auto path = host_.resolve(sysfs::of_class("iscsi_session", session)).value_or("");
      const auto end = path.find("/iscsi_session/");
      if (end == path.npos) continue;
      Names to;
      const auto own =
          fmt::format("connection{}:", std::string_view(session).substr(session.find_first_of("0123456789")));
      for (const auto& connection : list(sysfs::of_class("iscsi_connection"))) {
        if (!connection.starts_with(own)) continue;
        const auto folder = sysfs::of_class("iscsi_connection", connection);
        auto address = text(folder + "/address");
        if (address.empty()) address = text(folder + "/persistent_address");
        if (!address.empty()) to.push_back(address);
      }
      const auto parts = core::split(path, '/');
      const auto host = std::ranges::find_if(parts, [](std::string_view part) {
        return part.starts_with("host") && core::parse_number(part.substr(4));
      });
      const auto bound = host == parts.end() ? "" : text(sysfs::of_class("iscsi_host", *host, "netdev"));
      add(path.substr(0, end), "iSCSI", to, is_interface(bound) ? bound : "");
    }
  }

  [[nodiscard]] bool is_interface(const std::string& name) const {
    return !name.empty() && name.find('/') == name.npos && host_.exists(sysfs::of_class("net", name));
  }

  /// A controller of NVMe over fabrics: /sys/devices/virtual/nvme-fabrics/ctl/nvme1.
  void nvme() {
    for (const auto& name : list(sysfs::of_class("nvme"))) {
      const auto folder = sysfs::of_class("nvme", name);
      const auto transport = text(folder + "/transport"), address = text(folder + "/address");
      const auto path = host_.resolve(folder);
      if (!path) continue;
      const std::string to(option_of(address, "traddr")), from(option_of(address, "host_iface"));
      const Names servers = to.empty() ? Names{} : Names{to};
      if (transport == "tcp") add(*path, "NVMe over TCP", servers, from);
      if (transport == "rdma") add(*path, "NVMe over RDMA", servers);
      if (transport == "fc") fibre_channel(*path, option_of(address, "host_traddr"));
    }
  }

  /// "nn-0x20000090fa000001:pn-0x10000090fa000001" is the port of a Fibre Channel card that has this name.
  void fibre_channel(const std::string& controller, std::string_view own) {
    auto& remote = found_[controller];
    remote.what = "NVMe over Fibre Channel";
    const auto port = own.find("pn-");
    for (const auto& name : list(sysfs::of_class("fc_host"))) {
      const auto folder = sysfs::of_class("fc_host", name);
      if (port == own.npos || text(folder + "/port_name") != own.substr(port + 3)) continue;
      remote.functions = paths_.functions_of(host_.resolve(folder).value_or(""));
    }
    if (remote.functions.empty())
      Servers::note_unknown(problems_, remote.what, "no Fibre Channel card has the port " + excerpt(own));
  }

  /// The kernel's own FCoE: /sys/devices/virtual/net/eth0.100/ctlr_0 is on the interface that its path names.
  void fcoe() {
    for (const auto& name : list(sysfs::on_bus("fcoe"))) {
      const auto path = host_.resolve(sysfs::on_bus("fcoe", name)).value_or("");
      const auto parts = core::split(path, '/');
      const auto net = std::ranges::find(parts, "net");
      if (net != parts.end() && net + 1 != parts.end()) add(path, "FCoE", {}, std::string(*(net + 1)));
    }
  }

  /// /sys/bus/rbd/devices/0 is the disk rbd0. Root alone may read where the monitors are:
  /// "10.0.0.1:6789,10.0.0.2:6789 name=admin rbd disk -".
  void rbd() {
    for (const auto& id : list(sysfs::on_bus("rbd"))) {
      const auto folder = sysfs::on_bus("rbd", id);
      const auto disk = host_.resolve(sysfs::of_class("block", "rbd" + id));
      if (!disk) continue;
      const auto config = text(folder + "/config_info");
      const auto words = core::words(config);
      Names to;
      for (const auto monitor : core::split(words.empty() ? std::string_view() : words.front(), ','))
        to.emplace_back(without_port(monitor));
      const auto own = text(folder + "/client_addr");
      if (!to.empty() || own.empty()) {
        add(*disk, "Ceph", to);
      } else {
        found_[*disk] = {"Ceph", servers_.around(own, "Ceph", problems_)};
      }
    }
  }

  /// The kernel does not tell the server. The client's arguments do, and where it has left its socket to the
  /// kernel, connections to nbd's own port.
  void nbd(const std::string& name) {
    const auto folder = sysfs::of_class("block", name);
    const auto path = host_.resolve(folder);
    const auto pid = text(folder + "/pid");
    if (!path || pid.empty()) return;  // not connected, or a partition
    const auto arguments = host_.read(fmt::format("/proc/{}/cmdline", pid)).value_or("");
    const auto words = core::split(arguments, '\0');
    const auto has = [&](std::string_view word) { return std::ranges::find(words, word) != words.end(); };
    // What serves an image of this machine's.
    if (has("-u") || has("-unix") || (!words.empty() && words.front().ends_with("qemu-nbd"))) return;
    for (std::size_t i = 1; i < words.size(); ++i) {
      if (parse_net_address(without_port(words[i]))) return add(*path, "nbd", {std::string(words[i])});
    }
    // nbd-client HOST [PORT] /dev/nbd0
    const auto named = words.size() > 2 && !words[1].starts_with('-') && !words[1].starts_with('/');
    add(*path, "nbd", named ? Names{std::string(words[1])} : connected_to_nbd());
  }

  [[nodiscard]] Names connected_to_nbd() const {
    constexpr std::string_view k_port = "2A39", k_established = "01";  // 10809
    Names to;
    for (const char* const table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
      const auto read = host_.read(table, 64U << 20U).value_or("");
      for (const auto line : core::split(read, '\n')) {
        const auto fields = core::words(line);  // "0: 0900000A:A3F4 0500000A:2A39 01 …": own, other, state
        if (fields.size() < 4 || fields[3] != k_established || !fields[2].ends_with(k_port)) continue;
        const auto address = parse_kernel_address(fields[2].substr(0, fields[2].find(':')));
        if (address && std::ranges::find(to, to_string(*address)) == to.end())
          to.push_back(to_string(*address));
      }
    }
    return to;
  }

  /// "eth0,eth1" in netif: an AoE disk is at any of these.
  void aoe(const std::string& name) {
    const auto folder = sysfs::of_class("block", name);
    const auto path = host_.resolve(folder);
    const auto interfaces = text(folder + "/netif");
    if (!path || interfaces.empty()) return;
    Remote remote{"AoE", {}};
    for (const auto interface : core::split(interfaces, ',')) {
      const auto functions = servers_.through(std::string(core::trim(interface)), remote.what, problems_);
      remote.functions.insert(remote.functions.end(), functions.begin(), functions.end());
    }
    found_[*path] = std::move(remote);
  }

  const Host& host_;
  const Paths& paths_;
  const Servers& servers_;
  Problems& problems_;
  Found& found_;
};

}  // namespace

std::string describe_remote(const std::string& by, const std::vector<std::string>& servers) {
  std::vector<std::string> shown;
  for (const auto& server : servers) {
    auto one = core::printable(without_port(server));
    if (std::ranges::find(shown, one) == shown.end()) shown.push_back(std::move(one));
  }
  return shown.empty() ? by : fmt::format("{} from {}", by, core::enumerate(shown));
}

RemoteDisks::RemoteDisks(const Host& host, const Paths& paths, const Servers& servers, Problems& problems) {
  Finder(host, paths, servers, problems, by_path_).find();
}

const Remote* RemoteDisks::at(std::string_view sysfs_path) const {
  // The nearest folder on the way up.
  for (auto path = sysfs_path; !path.empty(); path = path.substr(0, path.rfind('/'))) {
    if (const auto found = by_path_.find(path); found != by_path_.end()) return &found->second;
  }
  return nullptr;
}

}  // namespace gpupass::discover
