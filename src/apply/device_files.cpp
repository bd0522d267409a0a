// SPDX-License-Identifier: GPL-2.0-or-later
#include "apply/device_files.hpp"

#include <fmt/format.h>

#include "gpupass/core/sysfs.hpp"
#include "gpupass/core/text.hpp"

namespace gpupass::apply {
namespace {

constexpr auto k_read_patience = std::chrono::seconds(2);

/// Writes to a file of one device. While the kernel has not returned, the child that is in it keeps
/// the device's lock.
Result<WriteEnd> write(Doors& doors, const PciAddress& device, const std::string& path,
                       const std::string& text, const std::string& doing) {
  const Lock* lock = nullptr;
  if (doors.locks != nullptr) {
    const auto found = doors.locks->find(device);
    if (found != doors.locks->end()) lock = &found->second;
  }
  auto end = doors.host.write({path, text, doors.step_timeout, lock != nullptr ? lock->fd() : -1});
  if (end && end->unfinished && lock != nullptr) {
    lock->hand_over(end->unfinished->pid, doing, core::iso_time(doors.host.now()));
  }
  return end;
}

}  // namespace

std::string device_folder(const PciAddress& device) {
  return sysfs::pci_device(device);
}

bool is_there(const Host& host, const DeviceName& device) {
  return host.exists(sysfs::device(device));
}

std::string driver_of(const Host& host, const PciAddress& device) {
  return host.link_name(device_folder(device) + "/driver").value_or("");
}

Result<std::string> override_of(const Host& host, const PciAddress& device) {
  auto value = std::move(
      host.guarded_attributes({device_folder(device) + "/driver_override"}, k_read_patience).front());
  if (value == "(null)") return std::string();  // how the kernel prints "not set"
  return value;
}

Result<WriteEnd> set_override(Doors& doors, const PciAddress& device, const std::string& driver) {
  const auto end = write(doors, device, device_folder(device) + "/driver_override", driver + "\n",
                         fmt::format("set the driver_override of {}", to_string(device)));
  if (end && end->unfinished) return end;
  const auto now = override_of(doors.host, device);
  if (now && *now == driver) return WriteEnd{};  // also where the write was said to have failed
  if (!end) return end;
  if (!now) return Failure(now.error());
  return fail(ErrorKind::system, fmt::format("{}: driver_override reads '{}' after '{}' was written",
                                             to_string(device), *now, driver));
}

Result<WriteEnd> unbind(Doors& doors, const PciAddress& device, const std::string& driver) {
  GPUPASS_TRY_ASSIGN(auto end, write(doors, device, sysfs::pci_driver(driver, "unbind"), to_string(device),
                                     fmt::format("unbind {} from {}", to_string(device), driver)));
  if (end.unfinished || driver_of(doors.host, device) != driver) return end;
  return fail(ErrorKind::system,
              fmt::format("{} is still on {} after it was unbound", to_string(device), driver));
}

Result<WriteEnd> probe(Doors& doors, const PciAddress& device, const std::string& driver) {
  GPUPASS_TRY_ASSIGN(auto end, write(doors, device, sysfs::k_drivers_probe, to_string(device),
                                     fmt::format("bind {} to {}", to_string(device), driver)));
  if (end.unfinished || driver_of(doors.host, device) == driver) return end;
  // The write succeeds even when the driver refuses the device: only the link tells.
  const auto now = driver_of(doors.host, device);
  return fail(
      ErrorKind::system,
      fmt::format("{} did not take {}{}", driver, to_string(device), now.empty() ? "" : "; it is on " + now),
      fmt::format("the kernel's log has the reason: `dmesg | grep {}`", to_string(device)));
}

}  // namespace gpupass::apply
