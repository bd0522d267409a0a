// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass xml SELECTOR…`: what a domain needs to have a card.
#include <ostream>

#include "cli/options.hpp"
#include "gpupass/session/write_xml.hpp"

namespace gpupass::cli {
namespace {

struct XmlOptions {
  session::Selection what;
  std::string domain;      // a file's name, or a domain's; empty: none
  std::string connection;  // that --connect names
};

Syntax syntax(XmlOptions& options) {
  Syntax syntax("gpupass xml SELECTOR… [--domain FILE|NAME] [--with BDF]… [--only] [options]",
                "Prints the XML that assigns a graphics card with its companions, or any other\n"
                "function: a <hostdev>, or <devices> in which several functions are one\n"
                "device; with --domain the whole domain with the card in it. Changes nothing.");
  syntax.positional("selector", options.what.selectors);
  syntax.option("domain", options.domain, "FILE|NAME",
                "put the card into the domain of this file, or into libvirt's domain of that "
                "name, and print that; - reads standard input");
  add_connect(syntax, options.connection);
  syntax.option("with", options.what.with, "BDF", "also put in this other device");
  add_only(syntax, options.what);
  syntax.then([&options] { return require_some(options.what, "gpupass xml SELECTOR…"); });
  return syntax;
}

}  // namespace

Result<int> xml(Context& context, const std::vector<std::string>& arguments) {
  XmlOptions options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax(options), arguments));
  if (!go) return 0;
  std::optional<session::DomainSource> into;
  if (!options.domain.empty()) {
    GPUPASS_TRY_ASSIGN(into, session::domain_source(options.domain, uri_of(context, options.connection),
                                                    context.terminal.in));
  }
  GPUPASS_TRY_ASSIGN(const auto text, session::write_xml(context, options.what, into));
  context.terminal.out << text;
  return 0;
}

}  // namespace gpupass::cli
