// SPDX-License-Identifier: GPL-2.0-or-later
// What a domain needs to have a card, as XML. Changes nothing.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>

#include "gpupass/session/session.hpp"

namespace gpupass::session {

/// A domain that the card is put into: that of a file, or, where there is no file of that name, libvirt's.
struct DomainSource {
  std::string name;
  std::optional<std::string> text;  // the file's; nothing: there is none
  std::string uri;
};

/// A file of that name comes first, - is what comes in; a name with a slash can only be a file's. Of this
/// machine, whatever machine is being looked at. Errors: not_found, denied; invalid (too large).
[[nodiscard]] Result<DomainSource> domain_source(const std::string& name, const std::string& uri,
                                                 std::istream& in);

/// A <hostdev>, or <devices> in which several functions are one device; or the whole domain with the card in
/// it. Errors: refused, for what no domain can have; not_found; invalid, with the domain's name.
[[nodiscard]] Result<std::string> write_xml(World& world, const Selection& what,
                                            const std::optional<DomainSource>& into);

}  // namespace gpupass::session
