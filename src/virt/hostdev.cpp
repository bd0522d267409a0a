// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/virt/hostdev.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "gpupass/virt/address_xml.hpp"

namespace gpupass::virt {
namespace {

constexpr std::string_view k_own = "ua-gpupass-";
constexpr std::string_view k_spare = "spare-";

/// 0000:01:00.0 as an alias may have it.
std::string dashed(std::string text) {
  const auto is_separator = [](char c) { return c == ':' || c == '.'; };
  std::replace_if(text.begin(), text.end(), is_separator, '-');
  return text;
}

bool gives_pci_function(Element& device) {
  const std::string_view name = device.Name();
  if (name == "hostdev") {
    return attribute(device, "mode").value_or("subsystem") == "subsystem" &&
           attribute_is(device, "type", "pci");
  }
  if (name != "interface" || !attribute_is(device, "type", "hostdev")) return false;
  // An interface may be a USB device, too.
  const auto* const address = source_address(device);
  return address == nullptr || attribute(*address, "type").value_or("pci") == "pci";
}

Result<Hostdev> read_hostdev(Element& device) {
  const auto* const address = source_address(device);
  if (address == nullptr) {
    return fail(ErrorKind::invalid,
                fmt::format("line {}: <{}> names no host device: it has no <source> with an <address>",
                            device.GetLineNum(), device.Name()));
  }
  GPUPASS_TRY_ASSIGN(const auto function, read_address(*address));
  return Hostdev{function, &device};
}

}  // namespace

Element* source_address(Element& device) {
  auto* const source = device.FirstChildElement("source");
  return source == nullptr ? nullptr : source->FirstChildElement("address");
}

Result<std::vector<Hostdev>> hostdevs(Document& domain) {
  std::vector<Hostdev> all;
  auto* const devices = domain.root().FirstChildElement("devices");
  if (devices == nullptr) return all;
  for (auto* device = devices->FirstChildElement(); device != nullptr;
       device = device->NextSiblingElement()) {
    if (!gives_pci_function(*device)) continue;
    GPUPASS_TRY_ASSIGN(const auto hostdev, read_hostdev(*device));
    all.push_back(hostdev);
  }
  return all;
}

Result<std::vector<PciAddress>> distinct_functions(Document& domain) {
  GPUPASS_TRY_ASSIGN(const auto all, hostdevs(domain));
  std::vector<PciAddress> functions;
  std::transform(all.begin(), all.end(), std::back_inserter(functions),
                 [](const Hostdev& hostdev) { return hostdev.function; });
  std::sort(functions.begin(), functions.end());
  const auto twice = std::adjacent_find(functions.begin(), functions.end());
  if (twice == functions.end()) return functions;
  return fail(ErrorKind::invalid,
              fmt::format("{} is in the domain twice, which libvirt refuses: Hostdev already exists in the "
                          "domain configuration",
                          to_string(*twice)),
              "remove one of the two");
}

Result<Document> make_hostdev(const PciAddress& function, const std::string& hostdev_template) {
  GPUPASS_TRY_ASSIGN(auto hostdev, Document::parse(hostdev_template, "template hostdev.xml", "hostdev"));
  auto* const address = source_address(hostdev.root());
  if (address == nullptr) {
    return fail(ErrorKind::invalid, "the template hostdev.xml has no <source> with an <address> to fill in");
  }
  write_address(*address, function);
  set_alias(hostdev.root(), std::string(k_own) + dashed(to_string(function)));
  return hostdev;
}

void set_place(Element& hostdev, const PciAddress& place, bool multifunction) {
  auto& address = child(hostdev, "address");
  address.SetAttribute("type", "pci");
  write_address(address, place);
  if (multifunction) {
    address.SetAttribute("multifunction", "on");
  } else {
    address.DeleteAttribute("multifunction");
  }
}

std::string port_alias(const PciAddress& function) {
  return fmt::format("{}port-{}", k_own, dashed(slot_to_string(function)));
}

std::string spare_alias(unsigned number) {
  return fmt::format("{}{}{}", k_own, k_spare, number);
}

bool is_spare(std::string_view alias) {
  return alias.starts_with(k_own) && alias.substr(k_own.size()).starts_with(k_spare);
}

void set_alias(Element& device, const std::string& alias) {
  child(device, "alias").SetAttribute("name", alias.c_str());
}

bool has_own_alias(const Hostdev& hostdev) {
  const auto* const alias = hostdev.element->FirstChildElement("alias");
  return alias != nullptr && attribute(*alias, "name").value_or("").starts_with(k_own);
}

}  // namespace gpupass::virt
