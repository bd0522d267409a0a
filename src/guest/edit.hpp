// SPDX-License-Identifier: GPL-2.0-or-later
// New elements in a domain, in places where a person would look for them.
#pragma once

#include <string>

#include "gpupass/virt/document.hpp"

namespace gpupass::guest {

using virt::Element;

/// A new last child of that name, though there may be others of it.
Element& append(Element& parent, const char* name);

/// The child of that name; made behind its sibling `previous` (last where there is none) where it is not
/// there.
Element& section(Element& parent, const char* name, const char* previous);

void set(Element& element, const char* name, const std::string& value);
void set(Element& element, const char* name, std::uint64_t value);
void set_text(Element& element, const std::string& text);

}  // namespace gpupass::guest
