// SPDX-License-Identifier: GPL-2.0-or-later
#include <tinyxml2.h>

#include <string_view>

#include "gpupass/guest.hpp"
#include "gpupass/virt/document.hpp"

namespace gpupass {
namespace {

/// <source file> of a disk, and of each <backingStore> in it.
void add_sources(const virt::Element& element, std::vector<std::string>& files) {
  for (const auto* child = element.FirstChildElement(); child != nullptr; child = child->NextSiblingElement())
    add_sources(*child, files);
  if (std::string_view(element.Name()) != "source") return;
  if (auto file = virt::attribute(element, "file")) files.push_back(*std::move(file));
}

}  // namespace

Result<std::vector<std::string>> disk_files(const std::string& domain_xml) {
  GPUPASS_TRY_ASSIGN(const auto document, virt::Document::parse(domain_xml, "domain XML", "domain"));
  std::vector<std::string> files;
  const auto* const devices = document.root().FirstChildElement("devices");
  const auto* disk = devices == nullptr ? nullptr : devices->FirstChildElement("disk");
  for (; disk != nullptr; disk = disk->NextSiblingElement("disk")) add_sources(*disk, files);
  return files;
}

}  // namespace gpupass
