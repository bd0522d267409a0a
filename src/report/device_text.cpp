// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/report/device_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gpupass/core/text.hpp"
#include "gpupass/report/table.hpp"
#include "gpupass/vfio.hpp"

namespace gpupass::report {
namespace {

/// "Advanced Micro Devices, Inc. [AMD/ATI]" → "AMD/ATI"; "Intel Corporation" → "Intel".
std::string_view short_vendor(std::string_view vendor) {
  const auto open = vendor.find('['), close = vendor.rfind(']');
  if (open < close && close != vendor.npos) return vendor.substr(open + 1, close - open - 1);
  vendor = vendor.substr(0, vendor.find(','));
  for (bool shorter = true; std::exchange(shorter, false);) {
    for (const std::string_view form :
         {" Corporation", " Corp.", " Corp", " Inc.", " Inc", " Ltd.", " Ltd", " Co.", " Co"}) {
      if (!vendor.ends_with(form)) continue;
      vendor.remove_suffix(form.size());
      shorter = true;
    }
  }
  return vendor;
}

/// "16.0 GT/s PCIe" → "16.0 GT/s x16".
std::string one_link(const Link& link) {
  std::string_view speed = link.speed;
  if (speed.ends_with(" PCIe")) speed.remove_suffix(5);
  return fmt::format("{} x{}", speed, link.width);
}

Style driver_style(const Device& device) {
  if (!device.driver) return Style::plain;
  return is_vfio_driver(*device.driver) ? Style::green : Style::plain;
}

std::vector<Cell> row_of(const Device& device, const std::vector<Assignment>& assignments) {
  return {to_string(device.address),
          ids(device),
          device.class_name,
          Cell(short_name(device), device.is_gpu() ? Style::bold : Style::plain),
          Cell(device.driver.value_or("-"), driver_style(device)),
          domains_text(device.address, assignments),
          device.iommu_group ? std::to_string(*device.iommu_group) : "",
          device.numa_node < 0 ? "" : std::to_string(device.numa_node),
          link_text(device),
          fmt::format("{}", fmt::join(device.reset_methods, " ")),
          Cell(remarks(device), Style::yellow)};
}

}  // namespace

std::string ids(const Device& device) {
  return fmt::format("{:04x}:{:04x}", device.vendor, device.device);
}

std::string short_name(const Device& device) {
  std::string name(short_vendor(device.vendor_name));
  const auto& model = device.device_name.empty() ? device.class_name : device.device_name;
  if (!name.empty() && !model.empty()) name += " ";
  name += model;
  return name.empty() ? "unknown" : name;
}

std::string link_text(const Device& device) {
  if (!device.link_now) return "";
  auto now = one_link(*device.link_now);
  if (!device.link_most || device.link_most == device.link_now) return now;
  return now + " of " + one_link(*device.link_most);
}

std::string remarks(const Device& device) {
  std::vector<std::string> remarks;
  if (device.boot_vga.value_or(false)) remarks.emplace_back("boot display");
  if (device.header_type == HeaderType::unreadable) remarks.emplace_back("does not answer");
  if (device.driver_override == device.driver && device.driver) {
    remarks.emplace_back("override");
  } else if (device.driver_override) {
    remarks.push_back("override " + *device.driver_override);
  }
  if (device.sriov && device.sriov->physical_function) {
    remarks.push_back("VF of " + to_string(*device.sriov->physical_function));
  } else if (device.sriov && device.sriov->enabled > 0) {
    remarks.push_back(fmt::format("{} of {} VFs", device.sriov->enabled, device.sriov->total));
  }
  if (device.power_state.starts_with("D3")) remarks.push_back(device.power_state);
  return fmt::format("{}", fmt::join(remarks, ", "));
}

std::string list_text(const Inventory& inventory, const std::vector<const Device*>& shown,
                      const std::vector<Assignment>& assignments, int width, bool colour) {
  if (inventory.devices.empty()) return "There is no PCI device.\n";
  if (shown.empty()) return "There is no GPU. `gpupass list --all` shows every PCI function.\n";
  Table table({{"ADDRESS"},
               {"IDS"},
               {"CLASS", Align::left, 20, 1},
               {"NAME", Align::left, 24},
               {"DRIVER", Align::left, 8},
               {"DOMAIN", Align::left, 12},
               {"GROUP", Align::right},
               {"NUMA", Align::right, 0, 4},
               {"LINK", Align::left, 0, 3},
               {"RESET", Align::left, 5, 2},
               {"REMARKS", Align::left, 12, 5}});
  for (const auto* const device : shown) table.add(row_of(*device, assignments));
  return table.text(width, colour);
}

std::string problems_text(const std::vector<Problem>& problems) {
  constexpr std::size_t k_shown = 3;
  if (problems.empty()) return "";
  auto text = fmt::format("{} could not be read or understood:\n",
                          problems.size() == 1 ? "one thing" : fmt::format("{} things", problems.size()));
  for (std::size_t i = 0; i < std::min(problems.size(), k_shown); ++i) {
    text += fmt::format("  {}: {}\n", problems[i].path, problems[i].what);
  }
  if (problems.size() > k_shown) {
    text += fmt::format("  … and {} more; --format json has all\n", problems.size() - k_shown);
  }
  return text;
}

}  // namespace gpupass::report
