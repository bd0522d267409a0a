// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/domain_options.hpp"

#include <fmt/format.h>

#include <ostream>

#include "cli/difference.hpp"
#include "gpupass/core/printable.hpp"

namespace gpupass::cli {
namespace {

/// An address where the domain is expected.
Result<void> refuse_device_first(const std::string& vm, const std::vector<std::string>& selectors) {
  const auto selector = parse_selector(vm);
  if (!selector || !selector->name.empty()) return {};
  const auto meant = selectors.size() == 1 ? fmt::format("{} {}", selectors.front(), vm) : "VM SELECTOR…";
  return fail(ErrorKind::usage, fmt::format("{} is a device, and the VM comes first", vm),
              fmt::format("nothing was changed; give the domain, then the devices: {}", meant));
}

}  // namespace

void add_domain_options(po::options_description& options) {
  options.add_options()("live", "change the running domain only");
  options.add_options()("config", "change the saved configuration only: it counts from the next start on");
  options.add_options()("print-xml", "print the configuration that would be defined, and change nothing");
  options.add_options()("print-diff", "print how the configuration would change, and change nothing");
  add_connect(options);
  add_change_options(options);
}

Result<DomainOptions> domain_options_of(Context& context, const po::variables_map& values) {
  DomainOptions options;
  GPUPASS_TRY_ASSIGN(options.change, change_options_of(values));
  if (values.count("vm") == 0) {
    return fail(ErrorKind::usage, "no domain is named",
                "give the domain first, then the devices: VM SELECTOR…");
  }
  auto& domain = options.domain;
  domain.vm = words_of(values, "vm").front();
  GPUPASS_TRY(refuse_device_first(domain.vm, words_of(values, "selector")));
  domain.uri = uri_of(context, values);
  domain.live = values.count("live") > 0;
  domain.config = values.count("config") > 0;
  options.print_xml = values.count("print-xml") > 0;
  options.print_diff = values.count("print-diff") > 0;
  if (options.print_xml || options.print_diff) options.change.dry_run = true;
  return options;
}

Result<int> tell(Context& context, const DomainOptions& options, Teller& teller, const session::Done& done) {
  const auto& define = done.configuration;
  if (define && options.print_diff) {
    GPUPASS_TRY_ASSIGN(const auto text,
                       difference(host_of_files(context), {define->domain + " (now)", define->before},
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
