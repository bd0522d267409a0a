// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass xml SELECTOR…`: what a domain needs to have a card, without libvirt.
#include <fmt/format.h>

#include <filesystem>
#include <istream>
#include <ostream>

#include "cli/options.hpp"
#include "cli/selection.hpp"
#include "cli/templates.hpp"
#include "sys/stream.hpp"

namespace gpupass::cli {
namespace {

constexpr std::size_t k_most_domain_xml = 1U << 24U;  // bytes; real ones have some thousand

Syntax syntax() {
  Syntax syntax{"gpupass xml SELECTOR… [--domain FILE] [--with BDF]… [--only] [options]",
                "Prints the <hostdev> elements that give a graphics card with its companions,\n"
                "or any other function, to a domain; with --domain the whole domain with the\n"
                "card in it. Asks no libvirt and changes nothing.",
                {},
                {{"selector", -1}}};
  syntax.options.add_options()("domain", po::value<std::string>()->value_name("FILE"),
                               "put the card into this domain's XML and print that; - reads standard input");
  syntax.options.add_options()("with", po::value<std::vector<std::string>>()->composing()->value_name("BDF"),
                               "also put in this other device");
  add_only(syntax.options);
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
  return fail(ErrorKind::invalid, fmt::format("{} is larger than {} MiB: that is no domain's XML",
                                              name_of(file), k_most_domain_xml >> 20U));
}

Result<std::string> hostdevs_xml(const std::vector<PciAddress>& functions, const DomainTemplates& templates) {
  std::string all;
  for (const auto& function : functions) {
    GPUPASS_TRY_ASSIGN(const auto one, hostdev_xml(function, templates));
    all += one;
  }
  return all;
}

Result<std::string> edited_domain(Context& context, const std::string& file,
                                  const std::vector<PciAddress>& functions,
                                  const DomainTemplates& templates) {
  GPUPASS_TRY_ASSIGN(const auto domain, read_domain(context, file));
  auto edited = add_cards(domain, cards_of(functions), templates);
  if (!edited) return within(name_of(file), std::move(edited).error());
  return edited;
}

}  // namespace

Result<int> xml(Context& context, const std::vector<std::string>& arguments) {
  GPUPASS_TRY_ASSIGN(const auto values, parse(context, syntax(), arguments));
  if (!values) return 0;
  GPUPASS_TRY_ASSIGN(const auto templates, load_templates(context));
  GPUPASS_TRY_ASSIGN(const auto inventory, discover(context.host, {.holders = false}));
  GPUPASS_TRY_ASSIGN(const auto functions, functions_to_pass(inventory, *values, "gpupass xml SELECTOR…"));
  GPUPASS_TRY_ASSIGN(const auto text, values->count("domain") == 0
                                          ? hostdevs_xml(functions, templates)
                                          : edited_domain(context, (*values)["domain"].as<std::string>(),
                                                          functions, templates));
  context.terminal.out << text;
  return 0;
}

}  // namespace gpupass::cli
