// SPDX-License-Identifier: GPL-2.0-or-later
// What libvirt reports about itself. What it does not mention, it does not have.
#include "gpupass/guest.hpp"
#include "gpupass/virt/document.hpp"

namespace gpupass {
namespace {

/// <devices><hostdev><enum name='iommufd'><value>yes</value>
bool lists_iommufd(const virt::Element& root) {
  const auto* const devices = root.FirstChildElement("devices");
  const auto* const hostdev = devices == nullptr ? nullptr : devices->FirstChildElement("hostdev");
  if (hostdev == nullptr) return false;
  for (const auto* one = hostdev->FirstChildElement("enum"); one != nullptr;
       one = one->NextSiblingElement("enum")) {
    if (!virt::attribute_is(*one, "name", "iommufd")) continue;
    for (const auto* value = one->FirstChildElement("value"); value != nullptr;
         value = value->NextSiblingElement("value")) {
      if (value->GetText() != nullptr && std::string_view(value->GetText()) == "yes") return true;
    }
  }
  return false;
}

}  // namespace

Result<LibvirtFacts> libvirt_facts(std::uint64_t version, const std::string& capabilities_xml) {
  GPUPASS_TRY_ASSIGN(const auto capabilities,
                     virt::Document::parse(capabilities_xml, "domain capabilities", "domainCapabilities"));
  return LibvirtFacts{version, lists_iommufd(capabilities.root())};
}

}  // namespace gpupass
