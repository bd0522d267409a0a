// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass guest create VM --image IMG --gpu SELECTOR…`: from a cloud image to a machine that has a card.
#include <algorithm>
#include <ostream>

#include "cli/guest/creation.hpp"
#include "cli/guest/guest.hpp"
#include "gpupass/core/printable.hpp"
#include "gpupass/report/choices.hpp"
#include "gpupass/report/hints.hpp"
#include "gpupass/sys/path.hpp"

namespace gpupass::cli {
namespace {

struct GuestCreateOptions {
  GuestOptions guest{.vm = {}, .timeout = std::chrono::seconds(60)};
  run::CreateRequest request;
  run::Creation creation;
  bool print_xml = false;
  bool explain = false;
  bool dry_run = false;
  bool yes = false;
  Format format = Format::text;

  [[nodiscard]] bool look_only() const { return print_xml || explain || dry_run; }
};

Syntax syntax(const Context& context, GuestCreateOptions& options) {
  auto& request = options.request;
  Syntax syntax(
      "gpupass guest create VM --image IMG [--gpu SELECTOR…] [options]",
      "Makes a guest from a cloud image: a disk on top of the image, which stays unchanged, a seed for\n"
      "cloud-init, and a domain fitted to this machine and to the card. The card is bound for it as\n"
      "`gpupass attach` does. If anything fails, everything is undone.");
  syntax.option("image", request.image, "IMG", "a cloud image, qcow2 or raw");
  syntax.option("allow-file", request.allowed_files, "FILE",
                "a file of this host that the image names (backing or data file) and the guest may read");
  syntax.option("gpu", request.cards.selectors, "SELECTOR", "a card for it; may be given several times");
  syntax.option("with", request.cards.with, "BDF", "also this other member of the card's IOMMU group");
  add_only(syntax, request.cards);
  add_creation(syntax, options.creation);
  syntax.flag("print-xml", options.print_xml, "print the domain, and change nothing");
  syntax.flag("explain", options.explain, "print each choice with its reason, and change nothing");
  syntax.flag("dry-run,n", options.dry_run, "print what would be done, and change nothing");
  syntax.flag("yes,y", options.yes, "agree to what a person at a terminal would be asked");
  add_guest(syntax, context, options.guest);
  add_format(syntax, options.format);
  syntax.then([&]() -> Result<void> {
    request.vm = options.guest.vm;
    request.uri = options.guest.uri;
    if (!request.image.empty()) request.image = sys::absolute(request.image);
    std::ranges::transform(request.allowed_files, request.allowed_files.begin(), sys::absolute);
    GPUPASS_TRY(run::read_creation(options.creation, request));
    if (options.format == Format::json && !options.explain)
      return fail(ErrorKind::usage, "--format json is for --explain", "nothing was changed; leave it out");
    return {};
  });
  return syntax;
}

void print(Terminal& terminal, const GuestCreateOptions& options, const GuestDomain& domain) {
  auto& out = terminal.out;
  if (options.print_xml)
    out << core::printable_xml(domain.xml);
  else if (options.format == Format::json)
    out << core::Json{{"schema", "gpupass.choices/1"},
                      {"guest", options.request.vm},
                      {"choices", report::to_json(domain.choices)}}
               .dump(2)
        << "\n";
  else
    out << report::choices_text(domain.choices, static_cast<std::size_t>(terminal.columns));
}

}  // namespace

Result<int> guest_create(Context& context, const std::vector<std::string>& arguments) {
  GuestCreateOptions options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax(context, options), arguments));
  if (!go) return 0;
  if (!options.look_only()) GPUPASS_TRY(session::refuse_captured(context.host));
  const ChangeOptions change{options.dry_run, options.yes, Format::text, options.guest.timeout};
  Teller teller(context.terminal, change, options.guest.connection);
  const auto manner = teller.manner();
  GPUPASS_TRY_ASSIGN(const auto guest, run::prepare(context, manner, options.request));
  const auto columns = static_cast<std::size_t>(context.terminal.columns);
  if (!options.explain) context.terminal.err << report::warnings_text(guest.domain.choices, columns);
  if (options.look_only() && !options.dry_run) {
    print(context.terminal, options, guest.domain);
    return 0;
  }
  GPUPASS_TRY_ASSIGN(auto done, run::create(context, manner, guest));
  if (options.print_xml || options.explain) {
    print(context.terminal, options, guest.domain);
    return 0;
  }
  done.outcome.text = report::with_connection(done.outcome.text, options.guest.connection);
  return teller.tell(done);
}

}  // namespace gpupass::cli
