// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass xml SELECTOR…`: what a domain needs to have a card.
#include <fmt/format.h>

#include <filesystem>
#include <istream>
#include <ostream>

#include "cli/selection.hpp"
#include "gpupass/core/quantity.hpp"
#include "gpupass/discover.hpp"
#include "gpupass/finding.hpp"
#include "gpupass/plan.hpp"
#include "gpupass/session/templates.hpp"
#include "gpupass/sys/stream.hpp"

namespace gpupass::cli {
namespace {

constexpr std::size_t k_most_domain_xml = 1U << 24U;  // bytes; real ones have some thousand

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
  return syntax;
}

std::string read_all(std::istream& in, std::size_t limit) {
  std::string text(limit, '\0');
  in.read(text.data(), static_cast<std::streamsize>(limit));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

std::string name_of(const std::string& file) {
  return file == "-" ? "standard input" : file;
}

/// Of this machine, whatever machine is being looked at. Errors: not_found, denied; invalid (too large).
Result<std::string> read_domain(Context& context, const std::string& file) {
  std::string text;
  if (file == "-") {
    text = read_all(context.terminal.in, k_most_domain_xml + 1);
  } else {
    GPUPASS_TRY_ASSIGN(text, sys::read_stream(file, k_most_domain_xml + 1));
  }
  if (text.size() <= k_most_domain_xml) return text;
  return fail(ErrorKind::invalid, fmt::format("{} is larger than {}: that is no domain's XML", name_of(file),
                                              core::size_text(k_most_domain_xml)));
}

/// One function needs no place: libvirt finds it one. Several are one device only where their places say so.
Result<std::string> without_domain(const Inventory& inventory, const std::vector<PciAddress>& functions,
                                   const DomainTemplates& templates) {
  if (functions.size() == 1) return hostdev_xml(functions.front(), templates);
  GPUPASS_TRY_ASSIGN(auto devices, devices_xml(guest_cards(inventory, functions), templates));
  return fmt::format(
             "<!-- For the <devices> of a q35 domain in which PCI bus {} and those after it are free. -->\n",
             k_first_free_bus) +
         devices;
}

/// A file of that name comes first; a name with a slash can only be a file's.
bool is_file(const std::string& name) {
  return name == "-" || name.find('/') != std::string::npos || Host().exists(absolute(name));
}

Result<std::string> domain_of(Context& context, const std::string& name, const std::string& uri) {
  if (is_file(name)) return read_domain(context, name);
  GPUPASS_TRY_ASSIGN(const auto hypervisor, context.connect(uri, std::chrono::seconds(60)));
  auto xml = hypervisor->xml(name, DomainView::config);
  if (!xml && xml.error().kind == ErrorKind::not_found)
    xml.error().hint = fmt::format("there is no file of that name either{}{}",
                                   xml.error().hint.empty() ? "" : "; ", xml.error().hint);
  return xml;
}

Result<std::string> edited_domain(Context& context, const Options& options,
                                  const std::vector<GuestCard>& cards, const DomainTemplates& templates) {
  const auto& name = options.domain;
  GPUPASS_TRY_ASSIGN(const auto domain, domain_of(context, name, uri_of(context, options.connection)));
  auto edited = add_cards(domain, cards, templates);
  if (!edited) return within(name_of(name), std::move(edited).error());
  return edited;
}

/// libvirt would take it into the configuration and fail at the start: "Non-endpoint PCI devices cannot be
/// assigned to guests".
Result<void> refuse_bridges(const Inventory& inventory, const std::vector<PciAddress>& functions) {
  const auto found = obstacles(inventory, {functions}, Occasion::write_xml);
  if (found.empty()) return {};
  return fail(ErrorKind::refused, found.front().what, found.front().remedy);
}

}  // namespace

Result<int> xml(Context& context, const std::vector<std::string>& arguments) {
  Options options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax(options), arguments));
  if (!go) return 0;
  GPUPASS_TRY_ASSIGN(const auto templates, session::load_templates(context));
  GPUPASS_TRY_ASSIGN(const auto inventory, discover(context.host, {.holders = false}));
  GPUPASS_TRY(require_some(options.what, "gpupass xml SELECTOR…"));
  GPUPASS_TRY_ASSIGN(const auto functions, session::functions_of(inventory, options.what));
  GPUPASS_TRY(refuse_bridges(inventory, functions));
  GPUPASS_TRY_ASSIGN(const auto text,
                     options.domain.empty()
                         ? without_domain(inventory, functions, templates)
                         : edited_domain(context, options, guest_cards(inventory, functions), templates));
  context.terminal.out << text;
  return 0;
}

}  // namespace gpupass::cli
