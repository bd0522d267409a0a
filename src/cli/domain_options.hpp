// SPDX-License-Identifier: GPL-2.0-or-later
// The options that attach and detach share.
#pragma once

#include "cli/teller.hpp"
#include "gpupass/session/domain.hpp"

namespace gpupass::cli {

struct DomainOptions {
  ChangeOptions change;    // printing the XML or its difference is a dry run
  std::string connection;  // that --connect names; empty: none
  bool print_xml = false;
  bool print_diff = false;
  std::vector<std::string> devices = {};  // as typed
};

/// VM and SELECTOR…, and the options. Error: usage, also where no domain is named, or a device in its place.
void add_domain_options(Syntax& syntax, const Context& context, DomainOptions& to,
                        session::DomainChoice& domain, std::vector<Selector>& devices);

/// What came of it, or the domain's XML as it would be, or the difference to what it is.
[[nodiscard]] Result<int> tell(Context& context, const DomainOptions& options, Teller& teller,
                               const Done& done);

}  // namespace gpupass::cli
