// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass xml SELECTOR…`: what a domain needs to have a card.
#include <fmt/format.h>

#include <ostream>

#include "cli/input.hpp"
#include "cli/selection.hpp"
#include "gpupass/core/quantity.hpp"
#include "gpupass/session/write_xml.hpp"
#include "gpupass/sys/stream.hpp"

namespace gpupass::cli {
namespace {

struct Options {
  session::Selection what;
  std::string domain;      // a file's name, or a domain's; empty: none
  std::string connection;  // that --connect names
};

Syntax syntax(Options& options) {
  Syntax syntax("gpupass xml SELECTOR… [--domain FILE|NAME] [--with BDF]… [--only] [options]",
                "Prints what gives a graphics card with its companions, or any other function,\n"
                "to a domain: a <hostdev>, or <devices> in which several functions are one\n"
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

/// Of this machine, whatever machine is being looked at. Errors: not_found, denied; invalid (too large).
Result<session::DomainSource> read_domain(Context& context, const std::string& file) {
  session::DomainSource domain{file == "-" ? "standard input" : file, {}, {}};
  std::string text;
  if (file == "-") {
    text = read_all(context.terminal.in, k_most_domain_xml + 1);
  } else {
    GPUPASS_TRY_ASSIGN(text, sys::read_stream(file, k_most_domain_xml + 1));
  }
  if (text.size() > k_most_domain_xml)
    return fail(ErrorKind::invalid, fmt::format("{} is larger than {}: that is no domain's XML", domain.name,
                                                core::size_text(k_most_domain_xml)));
  domain.text = std::move(text);
  return domain;
}

/// A file of that name comes first; a name with a slash can only be a file's.
bool is_file(const std::string& name) {
  return name == "-" || name.find('/') != std::string::npos || Host().exists(absolute(name));
}

Result<std::optional<session::DomainSource>> domain_of(Context& context, const Options& options) {
  const auto& name = options.domain;
  if (name.empty()) return std::optional<session::DomainSource>();
  if (is_file(name)) return read_domain(context, name);
  return session::DomainSource{name, {}, uri_of(context, options.connection)};
}

}  // namespace

Result<int> xml(Context& context, const std::vector<std::string>& arguments) {
  Options options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax(options), arguments));
  if (!go) return 0;
  GPUPASS_TRY_ASSIGN(const auto domain, domain_of(context, options));
  GPUPASS_TRY_ASSIGN(const auto text, session::write_xml(context, options.what, domain));
  context.terminal.out << text;
  return 0;
}

}  // namespace gpupass::cli
