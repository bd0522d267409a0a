// SPDX-License-Identifier: GPL-2.0-or-later
// Whether this machine can run virtual machines.
#pragma once

#include <string>

namespace gpupass {

/// What asking the kernel for a virtual machine showed; each step is only tried after the one before.
struct KvmProbe {
  bool node_present = false;  // /dev/kvm exists
  bool opened = false;
  int api_version = 0;           // 12 on every kernel since 2.6.22; 0: not answered
  bool machine_created = false;  // KVM_CREATE_VM gave a machine
  std::string error;             // the first thing that failed; empty when nothing did
  bool denied = false;           // what failed was this user's permission, not the machine
  bool operator==(const KvmProbe&) const = default;
};

}  // namespace gpupass
