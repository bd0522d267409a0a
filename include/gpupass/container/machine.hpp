// SPDX-License-Identifier: GPL-2.0-or-later
// What containers can get of a machine, as values from which everything else about containers is computed.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "gpupass/container/cdi.hpp"
#include "gpupass/pci_address.hpp"

namespace gpupass::container {

/// A node of /dev, as it is to be and as it is.
struct Node {
  std::string path;      // "/dev/nvidia0"
  std::string expected;  // its number by what the kernel says: "195:0"; empty: the kernel does not say
  std::string found;     // the number that the node has; empty: there is no such node
  mode_t mode = 0;
  gid_t group = 0;
  bool looked = true;  // false: of a captured machine without its nodes, where nothing can be said
  bool operator==(const Node&) const = default;

  /// What is wrong with it, without its path: "is not there"; empty: nothing.
  [[nodiscard]] std::string trouble() const;
  /// Whether anybody may open it, whatever groups he is in.
  [[nodiscard]] bool for_everybody() const;
};

/// A file of the host that a container gets to see.
struct Mount {
  std::string host, container;  // paths
  bool socket = false;          // a socket, or a folder of them: programs connect to it
  bool operator==(const Mount&) const = default;
};

/// How a container gets a card.
enum class Way {
  nvidia,  // nodes of NVIDIA's driver, and its libraries
  amd,     // /dev/kfd, and render nodes
  render,  // render nodes, or nodes of /dev/accel: Intel's and others'
  vfio,    // its IOMMU group, for a program in the container that makes a virtual machine
  none,
};

struct Card {
  PciAddress address;                 // its first function
  std::vector<PciAddress> functions;  // with companions
  Way way = Way::none;
  std::string driver = {};        // empty: none
  std::vector<Node> nodes = {};   // its own
  std::optional<int> group = {};  // vfio: of the IOMMU
  std::string uuid = {};          // NVIDIA's name of it
  std::string why_not = {};       // why no container can have it; empty: one can
  std::string remedy = {};        // what helps then
  bool operator==(const Card&) const = default;
};

/// A part of a card that MIG made of it: a GPU instance, or a compute instance in one. A program uses it
/// through the nodes of both.
struct MigPart {
  std::string name;    // "gpu0/gi1", "gpu0/gi1/ci0": of the card whose node is /dev/nvidia0
  std::string access;  // the driver's file of it
  Node node;           // "/dev/nvidia-caps/nvidia-cap12"
  bool operator==(const MigPart&) const = default;
};

/// NVIDIA's driver on the host.
struct NvidiaDriver {
  std::string version;                  // of the kernel module; empty: it is not loaded
  std::string library_version;          // of what a program of the host gets as libcuda.so.1; empty: none
  std::string library_path;             // where that is
  std::vector<Node> nodes;              // that every card needs
  std::vector<Mount> libraries;         // of the module's version, under each name that programs ask for
  std::vector<Mount> others;            // programs, firmware, sockets, tables of graphics libraries
  std::vector<MigPart> mig_parts = {};  // of all cards
  bool operator==(const NvidiaDriver&) const = default;

  /// What keeps a container from using it; empty: nothing.
  [[nodiscard]] std::string trouble() const;
  [[nodiscard]] std::string remedy() const;

  // The same of the one and of the other.
  [[nodiscard]] std::string node_trouble() const;
  [[nodiscard]] std::string node_remedy() const;
  [[nodiscard]] std::string library_trouble() const;
  [[nodiscard]] std::string library_remedy() const;
};

/// Of NVIDIA's toolkit.
constexpr const char* k_toolkit_config = "/etc/nvidia-container-runtime/config.toml";

/// What of the machine's engines is of weight for cards.
struct Engines {
  bool docker_snap = false;  // Docker is a snap, which is confined
  bool selinux_enforcing = false;
  std::string toolkit_mode = {};  // of NVIDIA's toolkit; empty: none is named
  bool has_toolkit = false;       // its configuration is there
  bool leaves_cgroups = false;    // and says that it is not to change control groups
  // Where root here is a user of a range of the host's, as in an unprivileged container: /proc/self/uid_map.
  std::string mapped_users = {};
  bool operator==(const Engines&) const = default;
};

/// A container that uses a device, by the name that its engine lists.
struct ContainerName {
  std::string engine, id, name;
  bool operator==(const ContainerName&) const = default;
};

/// A node of a card in the /dev of a container that runs, whether a program has it open or not.
struct GivenNode {
  PciAddress card;
  std::string engine, id;  // of the container
  std::string node;        // as the container names it
  bool operator==(const GivenNode&) const = default;
};

/// A program in a container that has a card open and has loaded NCCL.
struct NcclRank {
  PciAddress card;
  std::string engine, id;  // of the container
  std::string process;
  pid_t pid = 0;
  // "pid:[4026531836] ipc:[…] uts:[…]": equal for those that NCCL takes for one host's
  std::string namespaces;
  bool operator==(const NcclRank&) const = default;
};

/// Why no container can have a card, and what helps. Empty: one can.
struct NotForContainers {
  std::string why_not, remedy;
};

struct Machine {
  std::vector<Card> cards;  // sorted by address
  std::optional<NvidiaDriver> nvidia;
  std::vector<Node> kfd;                  // AMD's, of all cards
  std::vector<Node> vfio;                 // of all groups
  std::vector<CdiFile> files;             // in the order in which engines read them
  std::vector<ContainerName> containers;  // of those that run, as far as their engines' files can be read
  std::vector<GivenNode> given = {};      // each card once a container
  std::vector<NcclRank> ranks = {};       // each process once a card
  Engines engines = {};
  bool operator==(const Machine&) const = default;

  /// The card that a function is of; null if it is of none.
  [[nodiscard]] const Card* card(const PciAddress& function) const;
  /// Why no container can have a card; empty: one can.
  [[nodiscard]] std::string why_not(const Card& card) const;
  [[nodiscard]] std::string remedy(const Card& card) const;
  /// What an engine calls a container; its identifier where that is not known.
  [[nodiscard]] std::string container_name(std::string_view engine, std::string_view id) const;
  /// What makes the nodes that all cards of a way need.
  [[nodiscard]] static std::string remedy_of_shared(Way way);
};

/// "nvidia", "amd", "render", "vfio", "none": as in JSON.
[[nodiscard]] std::string name(Way way);

}  // namespace gpupass::container
