// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass attach VM SELECTOR…`: the main job.
#include "cli/domain_options.hpp"
#include "cli/hints.hpp"
#include "cli/selection.hpp"

namespace gpupass::cli {
namespace {

Syntax syntax() {
  Syntax syntax{
      "gpupass attach VM SELECTOR… [--with BDF]… [--only] [--shared] [--lend]\n"
      "                      [options]",
      "Gives a graphics card with its companions, or any other function, to a\n"
      "domain: checks the machine, takes the card from its driver, and puts it into\n"
      "the domain. A running persistent domain gets it now and in its\n"
      "configuration, a stopped one in its configuration. If anything fails, all is\n"
      "put back.",
      {},
      {{"vm", 1}, {"selector", -1}}};
  syntax.options.add_options()("with", po::value<std::vector<std::string>>()->composing()->value_name("BDF"),
                               "also take this other member of the card's IOMMU group");
  add_only(syntax.options);
  syntax.options.add_options()("shared", "also where other domains have it: they have it by turns");
  syntax.options.add_options()("lend",
                               "bind it for each start of the domain only; the host has it until then");
  add_domain_options(syntax.options);
  return syntax;
}

}  // namespace

Result<int> attach(Context& context, const std::vector<std::string>& arguments) {
  GPUPASS_TRY_ASSIGN(const auto values, parse(context, syntax(), arguments));
  if (!values) return 0;
  GPUPASS_TRY_ASSIGN(const auto options, domain_options_of(context, *values));
  GPUPASS_TRY_ASSIGN(auto what, some_selection_of(*values, "gpupass attach VM SELECTOR…"));
  const session::AttachRequest request{options.domain, std::move(what), values->count("shared") > 0,
                                       values->count("lend") > 0};
  Teller teller(context.terminal, options.change, connection_named(arguments));
  GPUPASS_TRY_ASSIGN(const auto done, session::attach(context, teller.manner(), request));
  return tell(context, options, teller, done);
}

}  // namespace gpupass::cli
