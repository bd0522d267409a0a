// SPDX-License-Identifier: GPL-2.0-or-later
// The other interface to the outside: libvirt. src/virt/connection.cpp is the only file that includes its
// headers.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "gpupass/domain.hpp"
#include "gpupass/error.hpp"

namespace gpupass {

// A function takes what it needs: one of the four interfaces below, or all. Every call ends within
// the connection's deadline: a daemon that hangs in a stuck device makes an error of kind timeout, not a
// hang. Success is what libvirt said; callers read back.

/// The domains that libvirt keeps: their configuration, and the devices of running ones.
class DomainStore {
 public:
  virtual ~DomainStore() = default;
  /// Of the connection: a name is a domain's at one connection.
  [[nodiscard]] virtual const std::string& uri() const = 0;
  [[nodiscard]] virtual Result<std::vector<DomainState>> domains() = 0;
  /// By name, or by UUID. Error: not_found, with the names that are there.
  [[nodiscard]] virtual Result<DomainState> domain(const std::string& name) = 0;
  /// The XML with its secrets (it is defined again from this text).
  [[nodiscard]] virtual Result<std::string> xml(const std::string& name, DomainView view) = 0;
  /// Defines the persistent configuration, validated against libvirt's schema.
  [[nodiscard]] virtual Result<void> define(const std::string& xml) = 0;
  /// Forgets the persistent configuration, with its firmware's variables and its saved state.
  [[nodiscard]] virtual Result<void> undefine(const std::string& name) = 0;
  [[nodiscard]] virtual Result<void> attach_live(const std::string& name, const std::string& hostdev_xml) = 0;
  /// Asks the guest to let go; it has not when this returns. Wait for the live XML to change.
  [[nodiscard]] virtual Result<void> request_detach_live(const std::string& name,
                                                         const std::string& hostdev_xml) = 0;
};

/// Starting domains and ending them.
class DomainLife {
 public:
  virtual ~DomainLife() = default;
  [[nodiscard]] virtual Result<void> start(const std::string& name) = 0;
  /// Asks the guest to end, as its power button would; it has not when this returns.
  [[nodiscard]] virtual Result<void> request_shutdown(const std::string& name) = 0;
  /// Ends it as a power cut would.
  [[nodiscard]] virtual Result<void> destroy(const std::string& name) = 0;
};

/// What runs in a guest, and where it is.
class GuestAgent {
 public:
  virtual ~GuestAgent() = default;
  /// Where a running guest can be reached on its network, without loopback and link-local ones; what its
  /// agent says, else what libvirt leased to it. None if neither knows yet.
  [[nodiscard]] virtual Result<std::vector<std::string>> addresses(const std::string& name) = 0;
  /// Says a command of QEMU's guest agent protocol, as JSON, to a running guest's agent: its answer, as JSON.
  /// Errors: unsupported, if the guest has no channel for an agent, none answers, or it does not permit
  /// the command.
  [[nodiscard]] virtual Result<std::string> ask_agent(const std::string& name, const std::string& command,
                                                      std::chrono::seconds patience) = 0;
};

/// What this libvirt is and has, whatever its domains.
class HypervisorFacts {
 public:
  virtual ~HypervisorFacts() = default;
  /// The XML of every network that libvirt knows. Error: unsupported, if this connection has none.
  [[nodiscard]] virtual Result<std::vector<std::string>> networks() = 0;
  /// libvirt's own: major * 1'000'000 + minor * 1'000 + release.
  [[nodiscard]] virtual Result<std::uint64_t> version() = 0;
  /// What a q35 guest under KVM can have here, as XML. Error: unsupported, if a driver does not say.
  [[nodiscard]] virtual Result<std::string> domain_capabilities() = 0;
};

class Hypervisor : public DomainStore, public DomainLife, public GuestAgent, public HypervisorFacts {};

/// Opens a connection. Each later call may take `deadline` at most.
/// Errors: hypervisor (no daemon, no such driver), denied, timeout.
[[nodiscard]] Result<std::unique_ptr<Hypervisor>> connect(const std::string& uri,
                                                          std::chrono::milliseconds deadline);

}  // namespace gpupass
