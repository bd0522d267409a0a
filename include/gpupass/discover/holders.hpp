// SPDX-License-Identifier: GPL-2.0-or-later
// What on the host uses a device. One file per kind in holders/.
#pragma once

#include <memory>

#include "gpupass/discover/problems.hpp"
#include "gpupass/host.hpp"

namespace gpupass::discover {

/// Sets holders and holders_complete of an inventory whose devices and groups are known.
void read_holders(const Host& host, Inventory& inventory);

/// Which functions a disk or an interface of the host is on.
class Below {
 public:
  /// Both must outlive it.
  Below(const Host& host, const Inventory& inventory);
  Below(const Below&) = delete;
  Below& operator=(const Below&) = delete;
  ~Below();

  /// By its node, of a volume, too: "/dev/disk/by-id/…", "/dev/vg/lv".
  [[nodiscard]] std::vector<PciAddress> disk(const std::string& node) const;
  [[nodiscard]] std::vector<PciAddress> interface(const std::string& name) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace gpupass::discover
