// SPDX-License-Identifier: GPL-2.0-or-later
// The Container Device Interface: files that tell container engines what belongs to a device: those that
// gpupass writes, and those of others. (CNCF container-device-interface, SPEC.md.)
#pragma once

#include <map>
#include <string>
#include <vector>

#include "gpupass/error.hpp"

namespace gpupass::container {

/// The vendor and class of what gpupass writes, which nobody else's files have: `gpupass/card=0000:01:00.0`.
constexpr const char* k_kind = "gpupass/card";

/// The folders that engines read, the one that counts more last.
constexpr const char* k_static_folder = "/etc/cdi";
constexpr const char* k_volatile_folder = "/var/run/cdi";

/// Something of the host that a file names: a node, what is mounted, a hook's program.
struct CdiPath {
  std::string path;
  std::string number = {};  // of a node, where the file says it: "510:0"
  bool operator==(const CdiPath&) const = default;
};

/// A device of a file, as far as it matters here.
struct CdiDevice {
  std::string name;  // "0", "all", "0000:01:00.0"
  std::vector<CdiPath> paths;
  bool operator==(const CdiDevice&) const = default;
};

struct CdiFile {
  std::string path;           // "/etc/cdi/nvidia.yaml"
  std::string leads_to = {};  // of a symbolic link; empty: it is none
  std::string version = {};   // cdiVersion
  std::string kind = {};      // "nvidia.com/gpu"
  std::vector<CdiDevice> devices = {};
  std::vector<CdiPath> common = {};      // what every device of it needs
  std::string unread = {};               // why nothing is known of what is in it; empty: it was read
  std::vector<std::string> faults = {};  // why engines leave all of it out
  std::vector<std::string> stale = {};   // what it names that is not there, or not so any more
  bool operator==(const CdiFile&) const = default;
};

/// A text of a file, JSON or YAML, without what the machine says to it. What is wrong with it is in it.
[[nodiscard]] CdiFile read_cdi(const std::string& path, const std::string& text);

/// A name that containers are started with, and who defines it.
struct CdiName {
  std::string name;                      // "nvidia.com/gpu=0"
  std::vector<std::string> files;        // those that count
  std::vector<std::string> hidden = {};  // those of a folder that counts less
  /// Two files of one folder define it: engines leave both out.
  [[nodiscard]] bool is_conflict() const { return files.size() > 1; }
  bool operator==(const CdiName&) const = default;
};
/// Sorted by name; of files that engines leave out, none.
[[nodiscard]] std::vector<CdiName> names_of(const std::vector<CdiFile>& files);

}  // namespace gpupass::container
