// SPDX-License-Identifier: GPL-2.0-or-later
// The options that attach and detach share.
#pragma once

#include "cli/teller.hpp"
#include "gpupass/session/domain.hpp"

namespace gpupass::cli {

struct DomainOptions {
  ChangeOptions change;
  session::DomainChoice domain;
  bool print_xml = false;
  bool print_diff = false;
};

void add_domain_options(po::options_description& options);
/// Printing the XML or its difference is a dry run. Error: usage.
[[nodiscard]] Result<DomainOptions> domain_options_of(Context& context, const po::variables_map& values);

/// What came of it, or the domain's XML as it would be, or the difference to what it is.
[[nodiscard]] Result<int> tell(Context& context, const DomainOptions& options, Teller& teller,
                               const session::Done& done);

}  // namespace gpupass::cli
