// SPDX-License-Identifier: GPL-2.0-or-later
// The elements that give a host function to a guest: found in a domain, and made from the template.
#pragma once

#include <string>
#include <vector>

#include "gpupass/domain.hpp"
#include "gpupass/virt/document.hpp"

namespace gpupass::virt {

/// A host function and the <hostdev> or <interface type='hostdev'> that gives it.
struct Hostdev {
  PciAddress function;
  Element* element = nullptr;
};

/// In the order of the XML; hostdevs of other kinds (USB, SCSI, mediated) are passed over. Error: invalid.
[[nodiscard]] Result<std::vector<Hostdev>> hostdevs(Document& domain);

/// The <address> in an element's <source>; null if it has none.
[[nodiscard]] Element* source_address(Element& device);

/// The functions alone, sorted. A function that is there twice is an error of kind invalid, as it is
/// in libvirt.
[[nodiscard]] Result<std::vector<PciAddress>> distinct_functions(Document& domain);

/// The template as a <hostdev> of this function, with gpupass's alias and no place in the guest.
[[nodiscard]] Result<Document> make_hostdev(const PciAddress& function, const std::string& hostdev_template);

/// Places a hostdev in the guest. `multifunction` belongs to function 0 of a device that has more.
void set_place(Element& hostdev, const PciAddress& place, bool multifunction);

// libvirt keeps an alias that begins with "ua-". By these gpupass knows its own again.

/// "ua-gpupass-port-0000-01-00", of a root port that was made for this function's card.
[[nodiscard]] std::string port_alias(const PciAddress& function);
/// "ua-gpupass-spare-1", of a root port that is kept free.
[[nodiscard]] std::string spare_alias(unsigned number);
[[nodiscard]] bool is_spare(std::string_view alias);
void set_alias(Element& device, const std::string& alias);
/// Whether gpupass put it there.
[[nodiscard]] bool has_own_alias(const Hostdev& hostdev);

}  // namespace gpupass::virt
