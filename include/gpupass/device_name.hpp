// SPDX-License-Identifier: GPL-2.0-or-later
// What can be given to a guest, a container or a job, by its name: a PCI function by its address, a mediated
// device (a part of a function that its driver made) by its UUID. Holds, locks, records and journals are
// keyed by it.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "gpupass/pci_address.hpp"

namespace gpupass {

/// As in /sys/bus/mdev/devices.
struct MediatedDevice {
  std::string uuid;  // "4b20d080-1b54-4048-85b3-a6a62d165c01", as the kernel writes it
  auto operator<=>(const MediatedDevice&) const = default;
};

class DeviceName {
 public:
  DeviceName() = default;
  // A function's address is its name.
  DeviceName(const PciAddress& function) : is_(function) {}          // NOLINT(google-explicit-constructor)
  DeviceName(MediatedDevice mediated) : is_(std::move(mediated)) {}  // NOLINT(google-explicit-constructor)

  /// Null of anything else.
  [[nodiscard]] const PciAddress* function() const { return std::get_if<PciAddress>(&is_); }
  [[nodiscard]] const MediatedDevice* mediated() const { return std::get_if<MediatedDevice>(&is_); }
  /// Of what is known to be one.
  [[nodiscard]] const PciAddress& as_function() const { return std::get<PciAddress>(is_); }

  friend bool operator==(const DeviceName&, const DeviceName&) = default;
  friend auto operator<=>(const DeviceName&, const DeviceName&) = default;

 private:
  std::variant<PciAddress, MediatedDevice> is_;
};

using DeviceNames = std::vector<DeviceName>;

/// "0000:01:00.0", or the UUID: in records, as the name of a lock, on screens.
[[nodiscard]] std::string to_string(const DeviceName& name);
/// The reverse; nothing for anything else.
[[nodiscard]] std::optional<DeviceName> parse_device_name(std::string_view text);
/// A UUID in capital letters, too, as a person may type it.
[[nodiscard]] std::optional<MediatedDevice> parse_uuid(std::string_view text);

/// "0000:01:00.0 and 4b20d080-…".
[[nodiscard]] std::string names(const DeviceNames& devices);

[[nodiscard]] DeviceNames names_of(const std::vector<PciAddress>& functions);
/// Without the mediated devices.
[[nodiscard]] std::vector<PciAddress> functions_among(const DeviceNames& devices);

}  // namespace gpupass
