// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass attach VM SELECTOR…`: the main job.
#include "cli/domain_options.hpp"

namespace gpupass::cli {
namespace {

struct AttachOptions : DomainOptions {
  session::AttachRequest request;
};

Syntax syntax(const Context& context, AttachOptions& options) {
  auto& request = options.request;
  Syntax syntax(
      "gpupass attach VM SELECTOR… [--with BDF]… [--only] [--shared] [--lend]\n"
      "                      [options]",
      "Assigns a graphics card with its companions, or any other function, to a\n"
      "domain: checks the machine, takes the card from its driver, and puts it into\n"
      "the domain. A running persistent domain gets it now and in its\n"
      "configuration, a stopped one in its configuration. If anything fails,\n"
      "everything is undone.");
  syntax.option("with", request.what.with, "BDF", "also take this other member of the card's IOMMU group");
  add_only(syntax, request.what);
  syntax.flag("shared", request.shared, "also if other domains have it: they take turns");
  syntax.flag("lend", request.lend, "bind it only for each start of the domain; the host uses it until then");
  add_domain_options(syntax, context, options, request.domain, request.what.selectors);
  syntax.then([&request] { return require_some(request.what, "gpupass attach VM SELECTOR…"); });
  return syntax;
}

}  // namespace

Result<int> attach(Context& context, const std::vector<std::string>& arguments) {
  AttachOptions options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax(context, options), arguments));
  if (!go) return 0;
  Teller teller(context.terminal, options.change, options.connection);
  GPUPASS_TRY_ASSIGN(const auto done, session::attach(context, teller.manner(), options.request));
  return tell(context, options, teller, done);
}

}  // namespace gpupass::cli
