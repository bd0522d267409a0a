// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/session/templates.hpp"

namespace gpupass::session {

Result<DomainTemplates> load_templates(const World& world) {
  const Host here;  // gpupass's own files, whatever machine is being looked at
  const auto folder = world.data / "xml-templates";
  DomainTemplates templates;
  GPUPASS_TRY_ASSIGN(templates.hostdev, here.read((folder / "hostdev.xml").string()));
  GPUPASS_TRY_ASSIGN(templates.root_port, here.read((folder / "root-port.xml").string()));
  GPUPASS_TRY_ASSIGN(templates.pci_bridge, here.read((folder / "pcie-to-pci-bridge.xml").string()));
  return templates;
}

}  // namespace gpupass::session
