// SPDX-License-Identifier: GPL-2.0-or-later
// All the ways in which a domain can have a device of the host, read from its XML.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

#include "gpupass/core/text.hpp"
#include "gpupass/domain.hpp"
#include "gpupass/virt/address_xml.hpp"
#include "gpupass/virt/hostdev.hpp"
#include "virt/qemu_arguments.hpp"

namespace gpupass {
namespace {

using virt::attribute;
using virt::attribute_is;
using virt::Document;
using virt::Element;

struct Way {
  DeviceWay way;
  const char* element;
  bool editable;
};
constexpr std::array k_ways = {
    Way{DeviceWay::hostdev, "<hostdev>", true},
    Way{DeviceWay::interface, "<interface type='hostdev'>", true},
    Way{DeviceWay::network, "<interface type='network'>", false},
    Way{DeviceWay::nvme_disk, "<disk type='nvme'>", false},
    Way{DeviceWay::block_disk, "<disk type='block'>", false},
    Way{DeviceWay::direct, "<interface type='direct'>", false},
    Way{DeviceWay::mediated, "<hostdev type='mdev'>", false},
    Way{DeviceWay::command_line, "<qemu:commandline>", false},
    Way{DeviceWay::override, "<qemu:override>", false},
};

const Way& row_of(DeviceWay way) {
  return *std::ranges::find(k_ways, way, &Way::way);
}

using Devices = std::vector<DomainDevice>;

/// The name without its namespace's prefix, which a person may have chosen.
std::string_view local_name(const Element& element) {
  const std::string_view name = element.Name();
  return name.substr(name.find(':') + 1);  // npos + 1: all of it
}

bool is_in_a_namespace(const Element& element, std::string_view name) {
  return std::string_view(element.Name()).find(':') != std::string_view::npos && local_name(element) == name;
}

/// The <name> of a domain or a network; empty if it has none.
std::string name_of(const Document& document) {
  const auto* const element = document.root().FirstChildElement("name");
  return element == nullptr || element->GetText() == nullptr ? ""
                                                             : std::string(core::trim(element->GetText()));
}

template <class Visit>
void for_each_child(const Element& parent, Visit visit) {
  for (const auto* child = parent.FirstChildElement(); child != nullptr; child = child->NextSiblingElement())
    visit(*child);
}

Result<void> add_hostdevs(Document& domain, Devices& devices) {
  GPUPASS_TRY_ASSIGN(const auto hostdevs, virt::hostdevs(domain));
  for (const auto& hostdev : hostdevs) {
    const bool plain = hostdev.element->Name() == std::string_view("hostdev");
    devices.push_back({plain ? DeviceWay::hostdev : DeviceWay::interface, hostdev.function, "", ""});
  }
  return {};
}

/// The attribute of an element's <source>.
std::optional<std::string> of_source(const Element& element, const char* name) {
  const auto* const source = element.FirstChildElement("source");
  return source == nullptr ? std::nullopt : attribute(*source, name);
}

/// A disk, or an image below it in its chain: each may be an NVMe function of its own, or a disk of the
/// host's.
Result<void> add_disk(Element& disk, Devices& devices) {
  const auto node = attribute_is(disk, "type", "block") ? of_source(disk, "dev") : std::nullopt;
  if (node) devices.push_back({DeviceWay::block_disk, {}, "", "", *node});
  auto* const address = attribute_is(disk, "type", "nvme") ? virt::source_address(disk) : nullptr;
  if (address != nullptr) {
    GPUPASS_TRY_ASSIGN(const auto function, virt::read_address(*address));
    devices.push_back({DeviceWay::nvme_disk, function, "", ""});
  }
  for (auto* inner = disk.FirstChildElement(); inner != nullptr; inner = inner->NextSiblingElement())
    GPUPASS_TRY(add_disk(*inner, devices));
  return {};
}

void add_mediated(Element& hostdev, Devices& devices) {
  const auto* const address = attribute_is(hostdev, "type", "mdev") ? virt::source_address(hostdev) : nullptr;
  const auto uuid = address == nullptr ? std::nullopt : attribute(*address, "uuid");
  if (uuid) devices.push_back({DeviceWay::mediated, {}, virt::lower_case(*uuid), ""});
}

void add_interface(const Element& interface, Devices& devices) {
  const auto network =
      attribute_is(interface, "type", "network") ? of_source(interface, "network") : std::nullopt;
  if (network) devices.push_back({DeviceWay::network, {}, "", *network});
  const auto node = attribute_is(interface, "type", "direct") ? of_source(interface, "dev") : std::nullopt;
  if (node) devices.push_back({DeviceWay::direct, {}, "", "", *node});
}

void add(DeviceWay way, virt::HostDevice device, Devices& devices) {
  devices.push_back({way, device.function, std::move(device.mediated), ""});
}

void add_command_line(const Element& command_line, Devices& devices) {
  std::vector<std::string> arguments;
  for_each_child(command_line, [&](const Element& argument) {
    if (local_name(argument) == "arg") arguments.push_back(attribute(argument, "value").value_or(""));
  });
  for (auto& device : virt::host_devices_of(arguments))
    add(DeviceWay::command_line, std::move(device), devices);
}

/// <qemu:device><qemu:frontend><qemu:property name='host' value='0000:01:00.0'/>.
void add_override(const Element& element, Devices& devices) {
  if (local_name(element) == "property") {
    const auto name = attribute(element, "name").value_or("");
    auto device = virt::host_device_of(name, attribute(element, "value").value_or(""));
    if (device) add(DeviceWay::override, *std::move(device), devices);
  }
  for_each_child(element, [&](const Element& inner) { add_override(inner, devices); });
}

}  // namespace

bool is_editable(DeviceWay way) {
  return row_of(way).editable;
}

const char* element_of(DeviceWay way) {
  return row_of(way).element;
}

std::string describe(const DomainDevice& device) {
  if (!device.network.empty()) return "a function of the network " + device.network;
  const auto what = device.function ? to_string(*device.function) : "the mediated device " + device.mediated;
  if (is_editable(device.way) || device.way == DeviceWay::mediated) return what;
  return fmt::format("{} through {}", what, element_of(device.way));
}

Result<std::vector<DomainDevice>> domain_devices(const std::string& domain_xml) {
  GPUPASS_TRY_ASSIGN(auto domain, Document::parse(domain_xml, "domain XML", "domain"));
  Devices devices;
  GPUPASS_TRY(add_hostdevs(domain, devices));
  if (auto* const all = domain.root().FirstChildElement("devices")) {
    for (auto* one = all->FirstChildElement(); one != nullptr; one = one->NextSiblingElement()) {
      const std::string_view name = one->Name();
      if (name == "disk") GPUPASS_TRY(add_disk(*one, devices));
      if (name == "hostdev") add_mediated(*one, devices);
      if (name == "interface") add_interface(*one, devices);
    }
  }
  for_each_child(domain.root(), [&](const Element& element) {
    if (is_in_a_namespace(element, "commandline")) add_command_line(element, devices);
    if (is_in_a_namespace(element, "override")) add_override(element, devices);
  });
  return devices;
}

Result<void> refuse_uneditable(const std::string& domain_xml, const std::vector<PciAddress>& functions) {
  GPUPASS_TRY_ASSIGN(const auto devices, domain_devices(domain_xml));
  for (const auto& device : devices) {
    if (!device.function || is_editable(device.way) ||
        std::ranges::find(functions, *device.function) == functions.end())
      continue;
    GPUPASS_TRY_ASSIGN(const auto domain, Document::parse(domain_xml, "domain XML", "domain"));
    const auto name = name_of(domain);
    return fail(
        ErrorKind::refused,
        fmt::format("{} has {} through {}; gpupass does not edit that", name.empty() ? "the domain" : name,
                    to_string(*device.function), element_of(device.way)),
        fmt::format("nothing was changed; remove those lines with `virsh edit {}`",
                    name.empty() ? "DOMAIN" : name));
  }
  return {};
}

Result<NetworkPool> pool_of(const std::string& network_xml) {
  GPUPASS_TRY_ASSIGN(auto network, Document::parse(network_xml, "network XML", "network"));
  NetworkPool pool;
  pool.network = name_of(network);
  const auto* const forward = network.root().FirstChildElement("forward");
  if (forward == nullptr || !attribute_is(*forward, "mode", "hostdev")) return pool;
  for (const auto* one = forward->FirstChildElement(); one != nullptr; one = one->NextSiblingElement()) {
    const std::string_view name = one->Name();
    if (name == "address" && attribute(*one, "type").value_or("pci") == "pci") {
      GPUPASS_TRY_ASSIGN(const auto function, virt::read_address(*one));
      pool.functions.push_back(function);
    }
    if (name == "pf") pool.parents.push_back(attribute(*one, "dev").value_or(""));
  }
  return pool;
}

}  // namespace gpupass
