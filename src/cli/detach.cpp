// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass detach VM SELECTOR…|--all`: the way back.
#include "cli/domain_options.hpp"
#include "cli/hints.hpp"
#include "gpupass/session/session.hpp"

namespace gpupass::cli {
namespace {

Syntax syntax() {
  Syntax syntax{
      "gpupass detach VM SELECTOR…|--all [options]",
      "Takes a card out of a domain and gives it back to the driver it had. A running guest is asked to\n"
      "let go first. What `gpupass bind` took stays on vfio-pci, and so does what was there before.",
      {},
      {{"vm", 1}, {"selector", -1}}};
  syntax.options.add_options()("all", "every PCI device that the domain has");
  add_domain_options(syntax.options);
  return syntax;
}

}  // namespace

Result<int> detach(Context& context, const std::vector<std::string>& arguments) {
  GPUPASS_TRY_ASSIGN(const auto values, parse(context, syntax(), arguments));
  if (!values) return 0;
  GPUPASS_TRY_ASSIGN(const auto options, domain_options_of(context, *values));
  GPUPASS_TRY_ASSIGN(auto what, selectors_of(*values, "selector"));
  const bool all = values->count("all") > 0;
  if (all == !what.empty())
    return fail(ErrorKind::usage, all ? "--all and devices are named" : "no device is named",
                "gpupass detach VM SELECTOR…, or gpupass detach VM --all");
  Teller teller(context.terminal, options.change, connection_named(arguments));
  GPUPASS_TRY_ASSIGN(const auto done,
                     session::detach(context, teller.manner(), {options.domain, std::move(what)}));
  return tell(context, options, teller, done);
}

}  // namespace gpupass::cli
