// SPDX-License-Identifier: GPL-2.0-or-later
// Nodes of /dev by their numbers: what the kernel says a node must be, beside what is there.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "gpupass/container/machine.hpp"
#include "gpupass/host.hpp"

namespace gpupass::container {

class NodeReader {
 public:
  /// The host must outlive it.
  explicit NodeReader(const Host& host);

  /// A node that is to have this number; empty: the kernel does not say which.
  [[nodiscard]] Node node(const std::string& path, const std::string& number) const;
  /// A node of a driver that /proc/devices lists, whose number is assigned at each boot.
  [[nodiscard]] Node dynamic(const std::string& path, const std::string& driver, unsigned minor) const;
  /// A node whose number is in sysfs, in a file `dev`.
  [[nodiscard]] Node of_sysfs(const std::string& path, const std::string& folder) const;

 private:
  const Host& host_;
  std::map<std::string, std::string> majors_;  // of character devices, by driver
};

}  // namespace gpupass::container
