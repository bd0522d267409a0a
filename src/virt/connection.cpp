// SPDX-License-Identifier: GPL-2.0-or-later
// libvirt's own keepalive is not used: it would need an event loop in a thread that never ends, and
// finds nothing that the deadline of each call does not.
#include <fmt/format.h>
#include <libvirt/libvirt-qemu.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <type_traits>

#include "gpupass/core/text.hpp"
#include "gpupass/hypervisor.hpp"
#include "gpupass/virt/run_within.hpp"
#include "virt/guest_address.hpp"
#include "virt/libvirt_on_demand.hpp"

namespace gpupass {
namespace {

using Connection = std::shared_ptr<virConnect>;

struct Release {
  void operator()(virDomainPtr domain) const { virDomainFree(domain); }
  void operator()(virNetworkPtr network) const { virNetworkFree(network); }
  void operator()(char* text) const { std::free(text); }
};
using Domain = std::unique_ptr<virDomain, Release>;
using Text = std::unique_ptr<char, Release>;

ErrorKind kind_of(int code) {
  switch (code) {
    case VIR_ERR_NO_DOMAIN:
    case VIR_ERR_DEVICE_MISSING:
      return ErrorKind::not_found;
    case VIR_ERR_AUTH_FAILED:
    case VIR_ERR_AUTH_CANCELLED:
    case VIR_ERR_AUTH_UNAVAILABLE:
    case VIR_ERR_ACCESS_DENIED:
    case VIR_ERR_OPERATION_DENIED:
      return ErrorKind::denied;
    case VIR_ERR_NO_SUPPORT:
    case VIR_ERR_OPERATION_UNSUPPORTED:
    case VIR_ERR_CONFIG_UNSUPPORTED:
    case VIR_ERR_ARGUMENT_UNSUPPORTED:
    case VIR_ERR_AGENT_UNRESPONSIVE:
    case VIR_ERR_AGENT_UNSYNCED:
      return ErrorKind::unsupported;
    case VIR_ERR_XML_ERROR:
    case VIR_ERR_XML_DETAIL:
    case VIR_ERR_XML_INVALID_SCHEMA:
      return ErrorKind::invalid;
    case VIR_ERR_OPERATION_TIMEOUT:  // another call has the domain's lock
    case VIR_ERR_RESOURCE_BUSY:
      return ErrorKind::busy;
    default:
      return ErrorKind::hypervisor;
  }
}

const char* hint_for(int code) {
  switch (code) {
    case VIR_ERR_NO_SUPPORT:
      return "this connection's driver has no such call; `--config` changes the configuration without it";
    case VIR_ERR_XML_INVALID_SCHEMA:
      return "`virt-xml-validate FILE domain` says where the domain departs from libvirt's schema";
    case VIR_ERR_OPERATION_TIMEOUT:
    case VIR_ERR_RESOURCE_BUSY:
      return "another call is working on this domain; try again when it has ended";
    case VIR_ERR_AUTH_FAILED:
    case VIR_ERR_AUTH_CANCELLED:
    case VIR_ERR_AUTH_UNAVAILABLE:
    case VIR_ERR_ACCESS_DENIED:
    case VIR_ERR_OPERATION_DENIED:
      return "run it as root, or as a member of the group libvirt";
    default:
      return "";
  }
}

/// The thread's last libvirt error, in libvirt's own words. Errors are kept for each thread, so this
/// is asked in the thread that made the call.
Failure last_error(const std::string& doing) {
  const auto* const error = virGetLastError();
  if (error == nullptr) return fail(ErrorKind::hypervisor, doing + ": libvirt failed and does not say why");
  const std::string_view message = error->message == nullptr ? "no message" : error->message;
  return fail(kind_of(error->code), fmt::format("{}: {}", doing, core::trim(message)), hint_for(error->code));
}

/// Where there is no connection yet, the socket's errno says most.
Failure connect_error(const std::string& uri) {
  const auto* const reported = virGetLastError();
  const bool by_socket = reported != nullptr && reported->code == VIR_ERR_SYSTEM_ERROR;
  const int socket_errno = by_socket ? reported->int1 : 0;
  auto failure = last_error("connect to " + uri);
  auto& error = failure.value();
  if (socket_errno == EACCES || socket_errno == EPERM) {
    error.kind = ErrorKind::denied;
    error.hint = hint_for(VIR_ERR_ACCESS_DENIED);
  } else if (by_socket) {
    error.hint =
        "start the daemon (`systemctl start libvirtd`, or `virtqemud` if libvirt has one for each driver), "
        "or name another connection with --connect";
  } else if (error.kind != ErrorKind::denied) {
    error.kind = ErrorKind::hypervisor;
    error.hint = "name another connection with --connect, as in --connect qemu:///system";
  }
  return failure;
}

Failure did_not_answer(const std::string& doing, const std::string& uri, std::chrono::milliseconds deadline) {
  return fail(
      ErrorKind::timeout,
      fmt::format("{}: libvirt at {} did not answer within {:.1f} s; the request may still be carried out",
                  doing, uri, std::chrono::duration<double>(deadline).count()),
      fmt::format("`virsh -c {} list` shows whether it answers again", uri));
}

Result<Connection> open(const std::string& uri) {
  auto* const connection = virConnectOpen(uri.c_str());
  if (connection == nullptr) return connect_error(uri);
  return Connection(connection, virConnectClose);
}

Result<DomainState> state_of(virDomainPtr domain) {
  const auto doing = fmt::format("ask for the state of domain '{}'", virDomainGetName(domain));
  const int active = virDomainIsActive(domain);
  if (active < 0) return last_error(doing);
  const int persistent = virDomainIsPersistent(domain);
  if (persistent < 0) return last_error(doing);
  char uuid[VIR_UUID_STRING_BUFLEN] = {};
  if (virDomainGetUUIDString(domain, uuid) < 0) return last_error(doing);
  return DomainState{virDomainGetName(domain), uuid, active == 1, persistent == 1};
}

Result<std::vector<DomainState>> list_domains(virConnectPtr connection) {
  virDomainPtr* list = nullptr;
  const int count = virConnectListAllDomains(connection, &list, 0);
  if (count < 0) return last_error("list domains");
  std::vector<Domain> domains(list, list + count);
  std::free(list);
  std::vector<DomainState> states;
  for (const auto& domain : domains) {
    auto state = state_of(domain.get());
    if (!state && state.error().kind == ErrorKind::not_found) continue;  // gone since it was listed
    GPUPASS_TRY_ASSIGN(auto known, std::move(state));
    states.push_back(std::move(known));
  }
  std::sort(states.begin(), states.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return states;
}

Result<std::vector<std::string>> list_networks(virConnectPtr connection) {
  const std::string doing = "list networks";
  virNetworkPtr* list = nullptr;
  const int count = virConnectListAllNetworks(connection, &list, 0);
  if (count < 0) return last_error(doing);
  const std::vector<std::unique_ptr<virNetwork, Release>> networks(list, list + count);
  std::free(list);
  std::vector<std::string> texts;
  for (const auto& network : networks) {
    // As it is now: that of a pool which is started lists the functions.
    const Text text(virNetworkGetXMLDesc(network.get(), 0));
    if (text) texts.emplace_back(text.get());  // else it is gone since it was listed
  }
  return texts;
}

/// What a user who mistyped a name needs to see.
std::string names_of_domains(virConnectPtr connection) {
  const auto states = list_domains(connection);
  if (!states) return {};
  std::vector<std::string> names;
  for (const auto& state : *states) names.push_back(state.name);
  return names.empty() ? "no domain is defined on this connection; `virsh define FILE` defines one"
                       : "there are these: " + core::enumerate(names);
}

Result<Domain> look_up(virConnectPtr connection, const std::string& name) {
  if (Domain domain{virDomainLookupByName(connection, name.c_str())}) return domain;
  auto failure = last_error(fmt::format("look up domain '{}'", name));
  if (failure.value().kind != ErrorKind::not_found) return failure;
  if (Domain domain{virDomainLookupByUUIDString(connection, name.c_str())}) return domain;
  failure.value().hint = names_of_domains(connection);
  return failure;
}

struct ReleaseInterfaces {
  virDomainInterfacePtr* list = nullptr;
  int count = 0;
  ~ReleaseInterfaces() {
    for (int i = 0; i < count; ++i) virDomainInterfaceFree(list[i]);
    std::free(list);
  }
};

/// IPv4 first: what most networks of guests have.
std::vector<std::string> addresses_from(virDomainPtr domain, unsigned source) {
  ReleaseInterfaces interfaces;
  interfaces.count = std::max(virDomainInterfaceAddresses(domain, &interfaces.list, source, 0), 0);
  std::vector<std::string> addresses;
  for (int i = 0; i < interfaces.count; ++i) {
    const auto& one = *interfaces.list[i];
    for (unsigned j = 0; j < one.naddrs; ++j) {
      if (virt::is_reachable_address(one.addrs[j].addr)) addresses.emplace_back(one.addrs[j].addr);
    }
  }
  std::stable_partition(addresses.begin(), addresses.end(),
                        [](const auto& text) { return text.find(':') == text.npos; });
  return addresses;
}

Result<std::vector<std::string>> addresses_of(virDomainPtr domain) {
  GPUPASS_TRY_ASSIGN(const auto state, state_of(domain));
  if (!state.running) return fail(ErrorKind::refused, fmt::format("{} is not running", state.name));
  auto addresses = addresses_from(domain, VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_AGENT);
  if (addresses.empty()) addresses = addresses_from(domain, VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_LEASE);
  return addresses;
}

class Libvirt final : public Hypervisor {
 public:
  Libvirt(std::string uri, Connection connection, std::chrono::milliseconds deadline)
      : uri_(std::move(uri)), connection_(std::move(connection)), deadline_(deadline) {}

  /// Closing tells the daemon, and waits for it.
  ~Libvirt() override {
    static_cast<void>(virt::run_within(deadline_, [connection = std::move(connection_)]() mutable {
      connection.reset();
      return true;
    }));
  }

  [[nodiscard]] const std::string& uri() const override { return uri_; }

  [[nodiscard]] Result<std::vector<DomainState>> domains() override {
    return ask("list domains", list_domains);
  }

  [[nodiscard]] Result<DomainState> domain(const std::string& name) override {
    return ask("look up domain '" + name + "'", [name](virConnectPtr connection) -> Result<DomainState> {
      GPUPASS_TRY_ASSIGN(const auto domain, look_up(connection, name));
      return state_of(domain.get());
    });
  }

  [[nodiscard]] Result<std::string> xml(const std::string& name, DomainView view) override {
    unsigned flags = VIR_DOMAIN_XML_SECURE;
    if (view == DomainView::config) flags |= VIR_DOMAIN_XML_INACTIVE;
    const auto doing = fmt::format("read the XML of domain '{}'", name);
    return ask(doing, [name, flags, doing](virConnectPtr connection) -> Result<std::string> {
      GPUPASS_TRY_ASSIGN(const auto domain, look_up(connection, name));
      const Text text(virDomainGetXMLDesc(domain.get(), flags));
      if (!text) return last_error(doing);
      return std::string(text.get());
    });
  }

  [[nodiscard]] Result<void> define(const std::string& xml) override {
    return ask("define the domain", [xml](virConnectPtr connection) -> Result<void> {
      const Domain domain(virDomainDefineXMLFlags(connection, xml.c_str(), VIR_DOMAIN_DEFINE_VALIDATE));
      if (!domain) return last_error("define the domain");
      return {};
    });
  }

  [[nodiscard]] Result<void> attach_live(const std::string& name, const std::string& hostdev_xml) override {
    return change(fmt::format("attach a device to running domain '{}'", name), name, hostdev_xml,
                  virDomainAttachDeviceFlags);
  }

  [[nodiscard]] Result<void> request_detach_live(const std::string& name,
                                                 const std::string& hostdev_xml) override {
    return change(fmt::format("detach a device from running domain '{}'", name), name, hostdev_xml,
                  virDomainDetachDeviceFlags);
  }

  [[nodiscard]] Result<void> start(const std::string& name) override {
    return act(fmt::format("start domain '{}'", name), name, virDomainCreate);
  }
  [[nodiscard]] Result<void> request_shutdown(const std::string& name) override {
    return act(fmt::format("shut down domain '{}'", name), name, virDomainShutdown);
  }
  [[nodiscard]] Result<void> destroy(const std::string& name) override {
    return act(fmt::format("end domain '{}'", name), name, virDomainDestroy);
  }
  [[nodiscard]] Result<void> undefine(const std::string& name) override {
    return act(fmt::format("undefine domain '{}'", name), name, [](virDomainPtr domain) {
      // Drivers without firmware variables know no flag for them.
      const int done =
          virDomainUndefineFlags(domain, VIR_DOMAIN_UNDEFINE_MANAGED_SAVE | VIR_DOMAIN_UNDEFINE_NVRAM);
      return done < 0 ? virDomainUndefineFlags(domain, VIR_DOMAIN_UNDEFINE_MANAGED_SAVE) : done;
    });
  }

  [[nodiscard]] Result<std::vector<std::string>> addresses(const std::string& name) override {
    const auto doing = fmt::format("ask for the addresses of domain '{}'", name);
    return ask(doing, [name](virConnectPtr connection) -> Result<std::vector<std::string>> {
      GPUPASS_TRY_ASSIGN(const auto domain, look_up(connection, name));
      return addresses_of(domain.get());
    });
  }

  [[nodiscard]] Result<std::string> ask_agent(const std::string& name, const std::string& command,
                                              std::chrono::seconds patience) override {
    GPUPASS_TRY(virt::load_libvirt_qemu());
    const auto doing = fmt::format("ask the agent of domain '{}'", name);
    return ask(doing, [=](virConnectPtr connection) -> Result<std::string> {
      GPUPASS_TRY_ASSIGN(const auto domain, look_up(connection, name));
      const Text answer(
          virDomainQemuAgentCommand(domain.get(), command.c_str(), static_cast<int>(patience.count()), 0));
      if (!answer) return last_error(doing);
      return std::string(answer.get());
    });
  }

  [[nodiscard]] Result<std::vector<std::string>> networks() override {
    return ask("list networks", list_networks);
  }

  [[nodiscard]] Result<std::uint64_t> version() override {
    return ask("ask for libvirt's version", [](virConnectPtr connection) -> Result<std::uint64_t> {
      unsigned long version = 0;
      if (virConnectGetLibVersion(connection, &version) < 0) return last_error("ask for libvirt's version");
      return version;
    });
  }

  [[nodiscard]] Result<std::string> domain_capabilities() override {
    const std::string doing = "ask what a domain can have";
    return ask(doing, [doing](virConnectPtr connection) -> Result<std::string> {
      // Without architecture and machine libvirt answers for the host's own.
      const Text text(virConnectGetDomainCapabilities(connection, nullptr, nullptr, nullptr, "kvm", 0));
      if (!text) return last_error(doing);
      return std::string(text.get());
    });
  }

 private:
  using DeviceCall = int (*)(virDomainPtr, const char*, unsigned);

  /// Makes one call of libvirt under the deadline. It owns the connection for as long as it runs.
  template <class Call>
  [[nodiscard]] std::invoke_result_t<Call, virConnectPtr> ask(const std::string& doing, Call call) const {
    auto answer = virt::run_within(
        deadline_, [connection = connection_, call = std::move(call)] { return call(connection.get()); });
    if (answer) return std::move(*answer);
    return did_not_answer(doing, uri_, deadline_);
  }

  /// A call that only takes the domain.
  template <class DomainCall>
  [[nodiscard]] Result<void> act(const std::string& doing, const std::string& name, DomainCall call) const {
    return ask(doing, [=](virConnectPtr connection) -> Result<void> {
      GPUPASS_TRY_ASSIGN(const auto domain, look_up(connection, name));
      if (call(domain.get()) < 0) return last_error(doing);
      return {};
    });
  }

  [[nodiscard]] Result<void> change(const std::string& doing, const std::string& name,
                                    const std::string& device_xml, DeviceCall device_call) const {
    return ask(doing, [=](virConnectPtr connection) -> Result<void> {
      GPUPASS_TRY_ASSIGN(const auto domain, look_up(connection, name));
      if (device_call(domain.get(), device_xml.c_str(), VIR_DOMAIN_AFFECT_LIVE) < 0) return last_error(doing);
      return {};
    });
  }

  std::string uri_;
  Connection connection_;
  std::chrono::milliseconds deadline_;
};

}  // namespace

Result<std::unique_ptr<Hypervisor>> connect(const std::string& uri, std::chrono::milliseconds deadline) {
  GPUPASS_TRY(virt::load_libvirt());
  // Without a function of its own libvirt prints every error to standard error.
  virSetErrorFunc(nullptr, [](void*, virErrorPtr) {});
  const auto opened = virt::run_within(deadline, [uri] { return open(uri); });
  if (!opened) return did_not_answer("connect", uri, deadline);
  GPUPASS_TRY_ASSIGN(auto connection, *opened);
  return std::make_unique<Libvirt>(uri, std::move(connection), deadline);
}

}  // namespace gpupass
