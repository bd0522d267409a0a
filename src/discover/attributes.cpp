// SPDX-License-Identifier: GPL-2.0-or-later
// sysfs is read here and not through pci_fill_info(): libpci reads garbage as 0, and it calls its
// error function, which must not return, when a function goes away while it is looked at (a card
// pulled, sriov_numvfs set to 0).
#include "discover/attributes.hpp"

#include <fmt/format.h>

#include <limits>

#include "discover/bars.hpp"
#include "discover/modules.hpp"
#include "gpupass/core/printable.hpp"
#include "gpupass/core/text.hpp"

namespace gpupass::discover {
namespace {

constexpr std::uint64_t k_most_int = std::numeric_limits<int>::max();

class Attributes {
 public:
  Attributes(const sys::Folder& folder, Problems& problems) : folder_(folder), problems_(problems) {}

  void problem(const char* name, std::string what) {
    note(problems_, folder_.path_of(name), std::move(what));
  }

  /// A short printable text; nothing if there is none.
  std::optional<std::string> text(const char* name) {
    constexpr std::size_t k_longest = 255;
    auto value = value_of(name, folder_.attribute(name));
    if (!value || (value->size() <= k_longest && core::is_printable(*value))) return value;
    problem(name, "holds " + excerpt(*value));
    return std::nullopt;
  }

  std::optional<std::string> whole(const char* name) { return value_of(name, folder_.attribute(name)); }

  template <class Number>
  std::optional<Number> number(const char* name, int base = 10,
                               std::uint64_t most = std::uint64_t{std::numeric_limits<Number>::max()}) {
    const auto value = value_of(name, folder_.attribute(name));
    if (!value) return std::nullopt;
    const auto parsed = core::parse_number(*value, base);
    if (parsed && *parsed <= most) return static_cast<Number>(*parsed);
    problem(name, fmt::format("holds {}, not a number up to {:#x}", excerpt(*value), most));
    return std::nullopt;
  }

  /// An identifier that every function has: its absence is a problem.
  template <class Number>
  Number id(const char* name, std::uint64_t most = std::numeric_limits<Number>::max()) {
    const auto problems = problems_.size();
    const auto value = number<Number>(name, 16, most);
    if (!value && problems_.size() == problems) problem(name, "is missing");
    return value.value_or(0);
  }

  /// The last component of a link's target.
  std::optional<std::string> link_name(const char* name) {
    auto target = value_of(name, folder_.target(name));
    if (!target) return std::nullopt;
    return core::printable(std::string_view(*target).substr(target->rfind('/') + 1));
  }

  std::optional<PciAddress> link_address(const char* name) {
    const auto last = link_name(name);
    if (!last) return std::nullopt;
    const auto address = parse_pci_address(*last);
    if (!address) problem(name, "leads to " + excerpt(*last) + ", not to a PCI function");
    return address;
  }

 private:
  std::optional<std::string> value_of(const char* name, Result<std::optional<std::string>> read) {
    if (read) return std::move(*read);
    note(problems_, folder_.path_of(name), read.error());
    return std::nullopt;
  }

  const sys::Folder& folder_;
  Problems& problems_;
};

/// One file that has all the ids: "pci:v000010DEd00002330sv000010DEsd000016C1bc03sc02i00". False where it
/// is not there or does not.
bool read_modalias(Attributes& from, Device& device) {
  const auto ids = parse_alias(from.text("modalias").value_or(""));
  if (!ids || !ids->vendor || !ids->device || !ids->subsystem_vendor || !ids->subsystem_device ||
      !ids->base_class || !ids->subclass || !ids->interface) {
    return false;
  }
  device.vendor = static_cast<std::uint16_t>(*ids->vendor);
  device.device = static_cast<std::uint16_t>(*ids->device);
  device.subsystem_vendor = static_cast<std::uint16_t>(*ids->subsystem_vendor);
  device.subsystem_device = static_cast<std::uint16_t>(*ids->subsystem_device);
  device.class_code = *ids->base_class << 16U | *ids->subclass << 8U | *ids->interface;
  return true;
}

/// From a file each, as a captured machine may have only these.
void read_single_ids(Attributes& from, Device& device) {
  constexpr std::uint32_t k_24_bits = 0xffffff;
  device.vendor = from.id<std::uint16_t>("vendor");
  device.device = from.id<std::uint16_t>("device");
  device.class_code = from.id<std::uint32_t>("class", k_24_bits);
  device.subsystem_vendor = from.number<std::uint16_t>("subsystem_vendor", 16).value_or(0);
  device.subsystem_device = from.number<std::uint16_t>("subsystem_device", 16).value_or(0);
}

void read_bars(Attributes& from, Device& device) {
  const auto text = from.whole("resource");
  if (!text) return;
  auto parsed = parse_bars(*text);
  device.bars = std::move(parsed.bars);
  if (!parsed.problem.empty()) from.problem("resource", std::move(parsed.problem));
}

void read_group(Attributes& from, Device& device) {
  const auto name = from.link_name("iommu_group");
  if (!name) return;
  const auto number = core::parse_number(*name);
  if (number && *number <= k_most_int) {
    device.iommu_group = static_cast<int>(*number);
  } else {
    from.problem("iommu_group", "leads to " + excerpt(*name) + ", not to a group's number");
  }
}

void read_numa_node(Attributes& from, Device& device) {
  const auto text = from.text("numa_node");
  if (!text || *text == "-1") return;
  const auto node = core::parse_number(*text);
  if (node && *node <= k_most_int) {
    device.numa_node = static_cast<int>(*node);
  } else {
    from.problem("numa_node", "holds " + excerpt(*text) + ", not a node's number");
  }
}

/// Nothing for an endpoint within the root complex: it has no link, and the kernel says "Unknown" and a
/// width of 0 or 255.
std::optional<Link> known_link(std::string speed, int width) {
  constexpr int k_most_lanes = 32;
  const bool known = !speed.empty() && !speed.starts_with("Unknown");
  if (!known && (width == 0 || width > k_most_lanes)) return std::nullopt;
  return Link{std::move(speed), width};
}

/// These attributes are there for PCI Express functions only: they tell which are, without the
/// capabilities, which only root may read.
void read_links(Attributes& from, Device& device) {
  auto now = from.text("current_link_speed");
  device.is_pcie = now.has_value();
  if (!now) return;
  device.link_now = known_link(std::move(*now), from.number<int>("current_link_width").value_or(0));
  device.link_most =
      known_link(from.text("max_link_speed").value_or(""), from.number<int>("max_link_width").value_or(0));
}

std::optional<Sriov> read_sriov(Attributes& from) {
  if (const auto physical = from.link_address("physfn")) return Sriov{physical, 0, 0, {}};
  const auto total = from.number<std::uint16_t>("sriov_totalvfs");
  if (!total) return std::nullopt;
  Sriov sriov{{}, *total, from.number<std::uint16_t>("sriov_numvfs").value_or(0), {}};
  for (int i = 0; i < sriov.enabled; ++i) {
    const auto function = from.link_address(fmt::format("virtfn{}", i).c_str());
    if (!function) break;
    sriov.virtual_functions.push_back(*function);
  }
  return sriov;
}

}  // namespace

void read_attributes(const sys::Folder& folder, Device& device, Problems& problems) {
  Attributes from(folder, problems);
  if (!read_modalias(from, device)) read_single_ids(from, device);
  device.revision = from.number<std::uint8_t>("revision", 16).value_or(0);
  read_bars(from, device);
  read_group(from, device);
  read_numa_node(from, device);
  device.driver = from.link_name("driver");
  if (const auto methods = from.text("reset_method")) {
    for (const auto method : core::words(*methods)) device.reset_methods.emplace_back(method);
  }
  read_links(from, device);
  if (device.is_gpu()) {
    if (const auto flag = from.number<int>("boot_vga", 10, 1)) device.boot_vga = *flag == 1;
  }
  device.sriov = read_sriov(from);
  device.power_state = from.text("power_state").value_or("");
}

}  // namespace gpupass::discover
