// SPDX-License-Identifier: GPL-2.0-or-later
// A new guest, fitted to the machine it runs on: a pure function from facts to a domain's XML, and the
// reason for each thing it chose.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gpupass/domain.hpp"
#include "gpupass/inventory.hpp"
#include "gpupass/topology.hpp"

namespace gpupass {

/// What this libvirt can do. Asked once, never guessed from a distribution's name.
struct LibvirtFacts {
  std::uint64_t version = 0;  // major * 1'000'000 + minor * 1'000 + release
  bool iommufd = false;       // its domain capabilities list it for host devices
  bool operator==(const LibvirtFacts&) const = default;
};

/// Takes the facts out of what virConnectGetDomainCapabilities answered. Error: invalid.
[[nodiscard]] Result<LibvirtFacts> libvirt_facts(std::uint64_t version, const std::string& capabilities_xml);

/// The machine a guest is fitted to.
struct GuestHost {
  const Inventory& inventory;
  const HostTopology& topology;
  LibvirtFacts libvirt;
};

/// What a user asks for; nothing if gpupass is to choose.
struct GuestRequest {
  std::string name;
  std::string profile;           // XML, one of xml-templates/profiles/ or the user's own
  std::vector<GuestCard> cards;  // with all functions that are to go along
  std::optional<int> vcpus;
  std::optional<std::uint64_t> memory;  // bytes
  std::string disk;                     // path of the image to boot from; empty: as in the profile
  std::string seed;                     // path of the NoCloud image; empty: none
  std::string network;                  // "network:NAME", "bridge:NAME" or "none"; empty: as in the profile
  // Another one for each guest ever made, for its addresses; empty: libvirt chooses them
  std::string instance;
};

/// One thing that was chosen, and why.
struct Choice {
  std::string setting;  // "huge pages"
  std::string value;    // "64 of 1 GiB"
  std::string why;      // a sentence without capital and full stop
  std::string source;   // what that rests on, so that a person can look it up
  std::string warning;  // what falls short, and the remedy; empty: all is well
  bool operator==(const Choice&) const = default;
};

struct GuestDomain {
  std::string xml;
  std::vector<Choice> choices;  // in the order of the steps, those of the profile last
  // The MAC address of each interface, where that is known before libvirt is asked
  std::vector<std::string> macs;
};

/// The profile as a domain of this name: its own settings are kept, the steps that it lists are applied.
/// Errors: invalid (a profile that is not a domain, or asks for an unknown step); usage (more than this
/// machine has, in numbers); unsupported.
[[nodiscard]] Result<GuestDomain> make_guest(const GuestRequest& request, const GuestHost& host,
                                             const DomainTemplates& templates);

/// What gpupass wrote down in the domain of a guest that it made.
struct GuestMark {
  std::string profile;             // "compute"
  std::vector<std::string> files;  // that were made for it, and go with it
  bool operator==(const GuestMark&) const = default;
};

/// A guest that gpupass made, with the devices of the host that it has.
struct ListedGuest {
  DomainState state;
  GuestMark mark;
  std::vector<DomainDevice> devices;  // in its configuration, and what it has besides while it runs
};

/// The files that a domain's disks are, with those below them that it names. Error: invalid.
[[nodiscard]] Result<std::vector<std::string>> disk_files(const std::string& domain_xml);

/// Nothing for a domain that gpupass did not make. Error: invalid.
[[nodiscard]] Result<std::optional<GuestMark>> guest_mark(const std::string& domain_xml);

}  // namespace gpupass
