// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass hook run DRIVER NAME OPERATION SUB EXTRA`: called by libvirt, which waits. The domain's XML on
// standard input and this machine's files are all it looks at: a call of libvirt from here would wait for
// itself.
#include <fmt/format.h>

#include <algorithm>
#include <istream>
#include <iterator>
#include <ostream>

#include "cli/change.hpp"
#include "cli/hook/hook.hpp"
#include "cli/hook/loans.hpp"
#include "cli/records.hpp"
#include "gpupass/discover.hpp"
#include "gpupass/holds.hpp"
#include "gpupass/judge/facts.hpp"
#include "gpupass/vfio.hpp"
#include "gpupass/virt/hostdev.hpp"

namespace gpupass::cli {
namespace {

constexpr const char* k_usage = "gpupass hook run DRIVER NAME OPERATION SUB EXTRA";

bool is_file_name(const std::string& text) {
  return !text.empty() && text.front() != '.' && text.find('/') == std::string::npos;
}

/// The domain's functions that gpupass put there, as their aliases say, or that it holds for anybody: what a
/// person put into the domain by hand is bound by no attach.
Result<Functions> own_functions(const Host& host, const std::string& xml) {
  GPUPASS_TRY_ASSIGN(auto document, virt::Document::parse(xml, "domain XML", "domain"));
  GPUPASS_TRY_ASSIGN(const auto hostdevs, virt::hostdevs(document));
  GPUPASS_TRY_ASSIGN(const auto devices, domain_devices(xml));
  if (devices.empty()) return Functions{};  // most domains: nothing more is read
  GPUPASS_TRY_ASSIGN(const auto holds, read_holds(host));
  Functions functions;
  for (const auto& hostdev : hostdevs) {
    if (virt::has_own_alias(hostdev)) functions.push_back(hostdev.function);
  }
  for (const auto& device : devices) {
    if (!device.function) continue;
    const bool held = std::ranges::count(holds.readable, *device.function, &Hold::device) > 0;
    // Whom it is held for cannot be told: what looks at it says so.
    const bool unknown =
        std::ranges::count(holds.unreadable, to_string(*device.function), &UnreadableRecord::of) > 0;
    if (held || unknown) functions.push_back(*device.function);
  }
  return in_order(std::move(functions));
}

bool is_bound(const Host& host, const PciAddress& function) {
  const auto driver = host.link_name(fmt::format("/sys/bus/pci/devices/{}/driver", to_string(function)));
  return driver && is_vfio_driver(*driver);
}

Functions unbound(const Host& host, Functions functions) {
  std::erase_if(functions, [&](const PciAddress& function) { return is_bound(host, function); });
  return functions;
}

/// Nobody can be asked here. What a person may agree to was agreed to when the card was attached, but for
/// what would fail or hang all the same: a group that is not whole, another guest that has the card by turns
/// and runs, a process that has open what is to be unbound.
bool stops_a_start(const Finding& finding, const Functions& to_bind) {
  if (finding.rule == "group-viable" || finding.consent == Consent::impossible) return true;
  return finding.rule == "device-held" && finding.device &&
         std::ranges::find(to_bind, *finding.device) != to_bind.end();
}

Result<void> refuse_obstacles(const Inventory& inventory, const Functions& functions,
                              const Functions& to_bind) {
  for (const auto& finding : obstacles(inventory, functions)) {
    if (stops_a_start(finding, to_bind)) return fail(ErrorKind::refused, finding.what, finding.remedy);
  }
  return {};
}

Result<void> prepare(Context& context, const std::string& driver, const std::string& domain,
                     const std::string& xml) {
  GPUPASS_TRY_ASSIGN(const auto functions, check_start(context, domain, xml));
  // Xen has a stub of its own, which libvirt binds.
  if (functions.empty() || driver != "qemu") return {};
  return begin_loan(context, domain, functions);
}

Result<std::string> read_input(std::istream& in) {
  constexpr std::size_t k_limit = 16U << 20U;
  std::string text(k_limit + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));  // and no further, whatever else comes
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() <= k_limit) return text;
  return fail(ErrorKind::invalid, "the domain's XML is larger than 16 MiB");
}

Result<void> answer(Context& context, const std::string& driver, const std::string& name,
                    const std::string& operation) {
  if (operation != "prepare" && operation != "release")
    return {};  // reconnect among them: a running guest stays
  if (!is_file_name(name)) return fail(ErrorKind::invalid, fmt::format("'{}' is no name of a domain", name));
  GPUPASS_TRY_ASSIGN(const auto xml, read_input(context.terminal.in));
  return operation == "prepare" ? prepare(context, driver, name, xml) : end_loan(context, name);
}

std::string in_one(const Error& error) {
  std::string line;
  for (const auto& context : error.context) line += context + ": ";
  line += error.what + (error.hint.empty() ? "" : "; " + error.hint);
  for (const auto& further : error.also) line += "; " + in_one(further);
  return line;
}

/// libvirt shows what a hook says as part of its own line.
std::string one_line(const Error& error) {
  auto line = "gpupass: " + in_one(error);
  std::ranges::replace(line, '\n', ' ');
  return line;
}

struct DomainToCheck {
  std::string name, xml;
};

/// Of a captured machine this machine's libvirt knows nothing: a person gives the XML.
Result<DomainToCheck> domain_to_check(Context& context, const po::variables_map& values) {
  DomainToCheck domain{words_of(values, "vm").front(), ""};
  if (!context.host.captured()) {
    GPUPASS_TRY_ASSIGN(const auto hypervisor,
                       context.connect(uri_of(context, values), std::chrono::seconds(60)));
    GPUPASS_TRY_ASSIGN(const auto state, hypervisor->domain(domain.name));
    domain.name = state.name;
    GPUPASS_TRY_ASSIGN(domain.xml, hypervisor->xml(state.name, DomainView::config));
    return domain;
  }
  if (!context.terminal.can_ask) {
    GPUPASS_TRY_ASSIGN(domain.xml, read_input(context.terminal.in));
  }
  if (!domain.xml.empty()) return domain;
  return fail(ErrorKind::usage, "of a captured machine the domain's XML is read from standard input",
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
                    {k_usage,
                     "What libvirt calls before a start (OPERATION prepare) and after an end (release), with "
                     "the domain's XML as input.",
                     {},
                     {}},
                    {"--help"}));
  return 0;
}

}  // namespace

Result<Functions> check_start(Context& context, const std::string& domain, const std::string& xml) {
  GPUPASS_TRY_ASSIGN(auto functions, own_functions(context.host, xml));
  if (functions.empty()) return functions;
  GPUPASS_TRY_ASSIGN(const auto inventory, discover(context.host, {.serials_of = functions}));
  GPUPASS_TRY(check_records(context, inventory, domain, functions));
  GPUPASS_TRY(refuse_lent_to_others(context, domain, functions));
  GPUPASS_TRY(refuse_obstacles(inventory, functions, unbound(context.host, functions)));
  return functions;
}

Result<int> hook_run(Context& context, const std::vector<std::string>& arguments) {
  if (is_for_a_person(arguments)) return explain(context);
  GPUPASS_TRY(context.host.changeable());
  if (arguments.size() < 3)
    return fail(ErrorKind::usage, "this is for libvirt to call",
                fmt::format("usage: {}; `gpupass hook run --help` explains it", k_usage));
  const auto answered = answer(context, arguments[0], arguments[1], arguments[2]);
  if (answered) return 0;
  context.terminal.err << one_line(answered.error()) << "\n";
  return exit_code(answered.error().kind);
}

Result<int> hook_check(Context& context, const std::vector<std::string>& arguments) {
  Syntax syntax{"gpupass hook check VM [options]",
                "Says whether a start of VM would be refused, and why. Changes nothing.\n"
                "Of a captured machine the domain's XML is read from standard input.",
                {},
                {{"vm", 1}}};
  add_connect(syntax.options);
  GPUPASS_TRY_ASSIGN(const auto values, parse(context, syntax, arguments));
  if (!values) return 0;
  if (values->count("vm") == 0) return fail(ErrorKind::usage, "no domain is named", "gpupass hook check VM");
  GPUPASS_TRY_ASSIGN(const auto domain, domain_to_check(context, *values));
  GPUPASS_TRY_ASSIGN(const auto functions, check_start(context, domain.name, domain.xml));
  context.terminal.out << (functions.empty()
                               ? fmt::format("{} has no card of gpupass's; it may start\n", domain.name)
                               : fmt::format("{} may start with {}\n", domain.name, names(functions)));
  return 0;
}

}  // namespace gpupass::cli
