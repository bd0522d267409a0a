// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/session/write_xml.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "gpupass/core/quantity.hpp"
#include "gpupass/discover/discover.hpp"
#include "gpupass/judge/judge.hpp"
#include "gpupass/plan.hpp"
#include "gpupass/session/input.hpp"
#include "gpupass/session/templates.hpp"
#include "gpupass/sys/path.hpp"
#include "gpupass/sys/stream.hpp"

namespace gpupass::session {
namespace {

/// One function needs no place: libvirt finds it one. Several are one device only where their places say so.
Result<std::string> without_domain(const Inventory& inventory, const Functions& functions,
                                   const DomainTemplates& templates) {
  if (functions.size() == 1) return hostdev_xml(functions.front(), templates);
  GPUPASS_TRY_ASSIGN(auto devices, devices_xml(guest_cards(inventory, functions), templates));
  return fmt::format(
             "<!-- For the <devices> of a q35 domain in which PCI bus {} and those after it are free. -->\n",
             k_first_free_bus) +
         devices;
}

Result<std::string> text_of(const World& world, const DomainSource& domain) {
  if (domain.text) return *domain.text;
  GPUPASS_TRY_ASSIGN(const auto hypervisor, world.connect(domain.uri, std::chrono::seconds(60)));
  auto xml = hypervisor->xml(domain.name, DomainView::config);
  if (!xml && xml.error().kind == ErrorKind::not_found)
    xml.error().hint = fmt::format("there is no file of that name either{}{}",
                                   xml.error().hint.empty() ? "" : "; ", xml.error().hint);
  return xml;
}

/// libvirt would take it into the configuration and fail at the start: "Non-endpoint PCI devices cannot be
/// assigned to guests".
Result<void> refuse_bridges(const Inventory& inventory, const Functions& functions) {
  const auto found = judge::obstacles(inventory, {functions}, Occasion::write_xml);
  if (found.empty()) return {};
  return fail(ErrorKind::refused, found.front().what, found.front().remedy);
}

}  // namespace

Result<DomainSource> domain_source(const std::string& name, const std::string& uri, std::istream& in) {
  const bool is_input = name == "-";
  const auto path = sys::absolute(name);
  if (!is_input && name.find('/') == std::string::npos && !Host().exists(path))
    return DomainSource{name, {}, uri};
  DomainSource domain{is_input ? "standard input" : name, {}, {}};
  GPUPASS_TRY_ASSIGN(auto text, is_input ? Result<std::string>(read_all(in, k_most_domain_xml + 1))
                                         : sys::read_stream(name, k_most_domain_xml + 1));
  if (text.size() > k_most_domain_xml)
    return fail(ErrorKind::invalid, fmt::format("{} is larger than {}: that is not a domain's XML",
                                                domain.name, core::size_text(k_most_domain_xml)));
  domain.text = std::move(text);
  return domain;
}

Result<std::string> write_xml(World& world, const Selection& what, const std::optional<DomainSource>& into) {
  GPUPASS_TRY_ASSIGN(const auto templates, load_templates(world));
  GPUPASS_TRY_ASSIGN(const auto inventory, discover::read_inventory(world.host, {.holders = false}));
  GPUPASS_TRY_ASSIGN(const auto functions, functions_of(inventory, what));
  GPUPASS_TRY(refuse_bridges(inventory, functions));
  if (!into) return without_domain(inventory, functions, templates);
  GPUPASS_TRY_ASSIGN(const auto domain, text_of(world, *into));
  auto edited = add_cards(domain, guest_cards(inventory, functions), templates);
  if (!edited) return within(into->name, std::move(edited).error());
  return edited;
}

}  // namespace gpupass::session
