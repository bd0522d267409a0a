// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass hook run DRIVER NAME OPERATION SUB EXTRA`: called by libvirt, which waits. The domain's XML on
// standard input and this machine's files are all it looks at: a call of libvirt from here would wait for
// itself.
#include <fmt/format.h>

#include <algorithm>
#include <istream>
#include <iterator>
#include <ostream>

#include "cli/hook/hook.hpp"
#include "cli/teller.hpp"
#include "gpupass/session/hook_call.hpp"
#include "gpupass/session/input.hpp"
#include "gpupass/session/start.hpp"

namespace gpupass::cli {
namespace {

constexpr const char* k_hook_run_usage = "gpupass hook run DRIVER NAME OPERATION SUB EXTRA";
constexpr std::chrono::seconds k_patience{20};  // a start waits for it, and whoever started

Result<std::string> read_input(std::istream& in) {
  auto text = session::read_all(in, session::k_most_domain_xml + 1);
  if (text.size() <= session::k_most_domain_xml) return text;
  return fail(ErrorKind::invalid, "the domain's XML is larger than 16 MiB");
}

Result<void> answer(Context& context, const session::HookCall& call) {
  GPUPASS_TRY_ASSIGN(const bool ours, session::concerns_us(call));
  if (!ours) return {};
  GPUPASS_TRY_ASSIGN(const auto xml, read_input(context.terminal.in));
  Quiet quiet(context.terminal);
  return session::answer(context, {quiet, false, k_patience}, call, xml);
}

struct CheckOptions {
  std::string vm;
  std::string connection;  // that --connect names
};

Syntax syntax_of_check(CheckOptions& options) {
  Syntax syntax("gpupass hook check VM [options]",
                "Says whether a start of VM would be refused, and why. Changes nothing.\n"
                "For a captured machine, the domain's XML is read from standard input.");
  syntax.positional("vm", options.vm);
  add_connect(syntax, options.connection);
  return syntax;
}

/// Of a captured machine this machine's libvirt knows nothing: a person gives the XML.
Result<session::StartingDomain> domain_to_check(Context& context, const CheckOptions& options) {
  if (!context.host.captured())
    return session::starting_domain(context, uri_of(context, options.connection), options.vm);
  session::StartingDomain domain{options.vm, ""};
  if (!context.terminal.can_ask) {
    GPUPASS_TRY_ASSIGN(domain.xml, read_input(context.terminal.in));
  }
  if (!domain.xml.empty()) return domain;
  return fail(ErrorKind::usage, "for a captured machine, the domain's XML is read from standard input",
              fmt::format("gpupass --root DIR hook check {0} < {0}.xml, which `virsh dumpxml --inactive {0}` "
                          "makes",
                          domain.name));
}

/// The first word of libvirt's is our own, the driver; a name after it may look like an option.
bool is_for_a_person(const std::vector<std::string>& arguments) {
  return !arguments.empty() && (arguments.front() == "--help" || arguments.front() == "-h");
}

Result<int> explain(Context& context) {
  GPUPASS_TRY(parse(context,
                    {k_hook_run_usage,
                     "libvirt calls this before a start (OPERATION prepare) and after an end (release), with "
                     "the domain's XML as input."},
                    {"--help"}));
  return 0;
}

}  // namespace

Result<int> hook_run(Context& context, const std::vector<std::string>& arguments) {
  if (is_for_a_person(arguments)) return explain(context);
  GPUPASS_TRY(context.host.changeable());
  if (arguments.size() < 3)
    return fail(ErrorKind::usage, "only libvirt calls this",
                fmt::format("usage: {}; `gpupass hook run --help` explains it", k_hook_run_usage));
  const auto answered = answer(context, {arguments[0], arguments[1], arguments[2]});
  if (answered) return 0;
  context.terminal.err << "gpupass: " << session::in_one_line(answered.error()) << "\n";
  return exit_code(answered.error().kind);
}

Result<int> hook_check(Context& context, const std::vector<std::string>& arguments) {
  CheckOptions options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax_of_check(options), arguments));
  if (!go) return 0;
  if (options.vm.empty()) return fail(ErrorKind::usage, "no domain is named", "gpupass hook check VM");
  GPUPASS_TRY_ASSIGN(const auto domain, domain_to_check(context, options));
  GPUPASS_TRY_ASSIGN(const auto functions, session::check_start(context, domain.name, domain.xml));
  context.terminal.out << (functions.empty()
                               ? fmt::format("{} has no card from gpupass; it may start\n", domain.name)
                               : fmt::format("{} may start with {}\n", domain.name, names(functions)));
  return 0;
}

}  // namespace gpupass::cli
