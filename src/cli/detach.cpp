// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass detach VM SELECTOR…|--all`: the way back.
#include "cli/domain_options.hpp"
#include "gpupass/session/session.hpp"

namespace gpupass::cli {
namespace {

struct DetachOptions : DomainOptions {
  session::DetachRequest request;
  bool all = false;
};

Result<void> check(const DetachOptions& options) {
  if (options.all != options.request.what.empty())
    return fail(ErrorKind::usage, options.all ? "--all and devices are named" : "no device is named",
                "gpupass detach VM SELECTOR…, or gpupass detach VM --all");
  return {};
}

Syntax syntax(const Context& context, DetachOptions& options) {
  Syntax syntax(
      "gpupass detach VM SELECTOR…|--all [options]",
      "Takes a card out of a domain and returns it to the driver that it had. A running guest is asked to\n"
      "release it first. What `gpupass bind` took stays on vfio-pci, and so does what was there before.");
  syntax.flag("all", options.all, "every PCI device that the domain has");
  add_domain_options(syntax, context, options, options.request.domain, options.request.what);
  syntax.then([&options] { return check(options); });
  return syntax;
}

}  // namespace

Result<int> detach(Context& context, const std::vector<std::string>& arguments) {
  DetachOptions options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax(context, options), arguments));
  if (!go) return 0;
  Teller teller(context.terminal, options.change, options.connection);
  GPUPASS_TRY_ASSIGN(const auto done, session::detach(context, teller.manner(), options.request));
  return tell(context, options, teller, done);
}

}  // namespace gpupass::cli
