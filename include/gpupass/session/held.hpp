// SPDX-License-Identifier: GPL-2.0-or-later
// What gpupass holds, compared with the machine and the domains as they are now.
#pragma once

#include <string>
#include <vector>

#include "gpupass/hold.hpp"
#include "gpupass/inventory.hpp"
#include "gpupass/session/change.hpp"

namespace gpupass::session {

/// The holds of these functions, as they were written down. Error: that of one that cannot be read.
[[nodiscard]] Result<std::vector<Hold>> written_holds(const Host& host, const Functions& functions);
/// The same; on a dry run without those that this user may not read, with a note.
[[nodiscard]] Result<std::vector<Hold>> written_holds(const World& world, const Manner& manner,
                                                      const Functions& functions);

/// The same. Error: refused, if another device than the one that was taken is at an address: consent to the
/// one is not consent to the other. Only returning does not need this.
[[nodiscard]] Result<std::vector<Hold>> current_holds(const World& world, const Manner& manner,
                                                      const Inventory& inventory, const Functions& functions);

/// "; 0000:01:00.0 is back on nvidia", once a plan that returns devices was carried out; empty for none.
[[nodiscard]] std::string homes_note(const Plan& plan);

/// "; another device is at 0000:01:00.0 now, and was left alone", after holds were given back; empty for
/// none.
[[nodiscard]] std::string left_alone_note(const Inventory& inventory, const std::vector<Hold>& holds);

/// "0000:01:00.0 stays on vfio-pci, where `gpupass bind` put it", after whoever had it gave it back.
[[nodiscard]] std::string bound_before(const Functions& functions);

/// The functions that a return acts on: without those at whose addresses other devices are now.
[[nodiscard]] Functions still_there(const Inventory& inventory, const std::vector<Hold>& holds,
                                    Functions functions);

/// Domains are undefined, renamed, or transient and over, without gpupass hearing of it: a hold for domains
/// that their libvirt no longer knows becomes the heir's, or nobody's where there is none.
void inherit(const World& world, std::vector<Hold>& holds, const Owner& heir,
             std::chrono::milliseconds timeout);

/// A domain may have got its devices over another spelling of its connection (of root, "qemu:///session" is
/// "qemu:///system"): holds for it name this one from here on.
void recognise(const World& world, std::vector<Hold>& holds, const DomainState& domain,
               const std::string& uri, std::chrono::milliseconds timeout);

/// What plans are made from, at this moment.
[[nodiscard]] PlanFacts facts_for(const World& world, const Inventory& inventory, std::vector<Hold> holds);

}  // namespace gpupass::session
