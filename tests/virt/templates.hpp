// SPDX-License-Identifier: GPL-2.0-or-later
// The templates that are shipped, as the tests of src/virt use them.
#pragma once

#include "gpupass/domain.hpp"
#include "support/golden.hpp"

namespace gpupass::test {

inline DomainTemplates shipped_templates() {
  return {read_fixture("../xml-templates/hostdev.xml"), read_fixture("../xml-templates/root-port.xml"),
          read_fixture("../xml-templates/pcie-to-pci-bridge.xml")};
}

inline PciAddress at(const char* address) {
  return parse_pci_address(address).value();
}

}  // namespace gpupass::test
