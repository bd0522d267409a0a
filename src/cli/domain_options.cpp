// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/domain_options.hpp"

#include <fmt/format.h>

#include <ostream>

#include "gpupass/core/printable.hpp"
#include "gpupass/session/difference.hpp"

namespace gpupass::cli {
namespace {

/// An address where the domain is expected.
Result<void> refuse_device_first(const std::string& vm, const std::vector<std::string>& selectors) {
  const auto selector = parse_selector(vm);
  if (!selector || std::holds_alternative<PartOfName>(selector->means)) return {};
  const auto meant = selectors.size() == 1 ? fmt::format("{} {}", selectors.front(), vm) : "VM SELECTOR…";
  return fail(ErrorKind::usage, fmt::format("{} is a device, but the VM comes first", vm),
              fmt::format("nothing was changed; give the domain, then the devices: {}", meant));
}

/// The devices are read once it is certain that the domain is not one of them.
Result<void> check(const Context& context, DomainOptions& options, session::DomainChoice& domain,
                   std::vector<Selector>& devices) {
  if (domain.vm.empty()) {
    return fail(ErrorKind::usage, "no domain is named",
                "give the domain first, then the devices: VM SELECTOR…");
  }
  GPUPASS_TRY(refuse_device_first(domain.vm, options.devices));
  domain.uri = uri_of(context, options.connection);
  if (options.print_xml || options.print_diff) options.change.dry_run = true;
  for (const auto& word : options.devices) GPUPASS_TRY(read(Word{word, "selector", {}}, devices));
  return {};
}

}  // namespace

void add_domain_options(Syntax& syntax, const Context& context, DomainOptions& to,
                        session::DomainChoice& domain, std::vector<Selector>& devices) {
  syntax.positional("vm", domain.vm);
  syntax.positional("selector", to.devices);
  syntax.flag("live", domain.live, "change the running domain only");
  syntax.flag("config", domain.config,
              "change the saved configuration only: it takes effect at the next start");
  syntax.flag("print-xml", to.print_xml, "print the configuration that would be defined, and change nothing");
  syntax.flag("print-diff", to.print_diff, "print how the configuration would change, and change nothing");
  add_connect(syntax, to.connection);
  add_change_options(syntax, to.change);
  syntax.then([&] { return check(context, to, domain, devices); });
}

Result<int> tell(Context& context, const DomainOptions& options, Teller& teller, const Done& done) {
  const auto& define = done.configuration;
  if (define && options.print_diff) {
    GPUPASS_TRY_ASSIGN(const auto text, session::difference(host_of_files(context),
                                                            {define->domain + " (now)", define->before},
                                                            {define->domain + " (then)", define->after}));
    context.terminal.out << text;
    return 0;
  }
  if (define && options.print_xml) {
    context.terminal.out << core::printable_xml(define->after);
    return 0;
  }
  return teller.tell(done);
}

}  // namespace gpupass::cli
