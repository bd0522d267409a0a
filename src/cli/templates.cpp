// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/templates.hpp"

namespace gpupass::cli {

Result<DomainTemplates> load_templates(const Context& context) {
  const Host here;  // our own files, whatever machine is being looked at
  const auto folder = context.data / "xml-templates";
  DomainTemplates templates;
  GPUPASS_TRY_ASSIGN(templates.hostdev, here.read((folder / "hostdev.xml").string()));
  GPUPASS_TRY_ASSIGN(templates.root_port, here.read((folder / "root-port.xml").string()));
  GPUPASS_TRY_ASSIGN(templates.pci_bridge, here.read((folder / "pcie-to-pci-bridge.xml").string()));
  return templates;
}

}  // namespace gpupass::cli
