// SPDX-License-Identifier: GPL-2.0-or-later
// What libvirt says now, for requests that only look: it is shown if libvirt answers soon, and nothing waits
// or fails without it.
#pragma once

#include <string>
#include <vector>

#include "gpupass/report/domains.hpp"
#include "gpupass/session/domain_uses.hpp"
#include "gpupass/session/requester.hpp"

namespace gpupass::session {

/// One connection, and what it says where it answers.
struct LibvirtNow {
  report::LibvirtAnswer answer;
  LibvirtTexts texts;
};

/// Whether this connection may be asked although nobody named it: on a desktop an ordinary user's connection
/// to the system's libvirt has a window ask for a password. Of a captured machine this machine's libvirt
/// knows nothing.
[[nodiscard]] bool may_ask(const World& world, const std::string& uri);
/// The world's connections for who only looks: those that may not be asked are refused. Error: denied.
[[nodiscard]] Connect only_permitted(const World& world);

/// The connection that is named, else the default one, and then the others, each once; all together within
/// two seconds. Of a captured machine none is asked, whatever is named. What is missing is noted.
[[nodiscard]] std::vector<LibvirtNow> libvirt_now(const World& world, Requester& requester,
                                                  const std::string& named,
                                                  const std::vector<std::string>& others = {});

/// Which domains have which devices, sorted by device. Only what QEMU itself has: a disk or an interface of
/// the host's that is lent on is not the device.
[[nodiscard]] std::vector<report::Assignment> assignments(const std::vector<LibvirtNow>& looks,
                                                          const Host& host, const Inventory& inventory);

[[nodiscard]] std::vector<report::LibvirtAnswer> answers(const std::vector<LibvirtNow>& looks);

}  // namespace gpupass::session
