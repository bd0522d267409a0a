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
#include "cli/templates.hpp"
#include "core/text.hpp"
#include "judge/facts.hpp"
#include "virt/hostdev.hpp"

namespace gpupass::cli {
namespace {

constexpr std::string_view k_own = "ua-gpupass-";
constexpr const char* k_usage = "gpupass hook run DRIVER NAME OPERATION SUB EXTRA";

/// What one start bound, and its end returns. In /run: like the binding itself it does not outlast a boot.
std::string record_path(const std::string& domain) {
  return fmt::format("/run/gpupass/hook/{}", domain);
}

bool is_file_name(const std::string& text) {
  return !text.empty() && text.front() != '.' && text.find('/') == std::string::npos;
}

bool is_held_for(const std::vector<Hold>& holds, const PciAddress& function, const std::string& domain) {
  return std::ranges::any_of(
      holds, [&](const Hold& hold) { return hold.device == function && hold.domain == domain; });
}

bool has_own_alias(const virt::Hostdev& hostdev) {
  const auto* const alias = hostdev.element->FirstChildElement("alias");
  return alias != nullptr && virt::attribute(*alias, "name").value_or("").starts_with(k_own);
}

/// The domain's functions that gpupass put there: by their aliases, or by what is held for it.
Result<Functions> own_functions(const Host& host, const std::string& domain, const std::string& xml) {
  GPUPASS_TRY_ASSIGN(auto document, virt::Document::parse(xml, "domain XML", "domain"));
  GPUPASS_TRY_ASSIGN(const auto hostdevs, virt::hostdevs(document));
  if (hostdevs.empty()) return Functions{};  // most domains: nothing more is read
  GPUPASS_TRY_ASSIGN(const auto holds, load_holds(host));
  Functions functions;
  for (const auto& hostdev : hostdevs) {
    if (has_own_alias(hostdev) || is_held_for(holds, hostdev.function, domain))
      functions.push_back(hostdev.function);
  }
  return in_order(std::move(functions));
}

bool is_bound(const Host& host, const PciAddress& function) {
  const auto driver = host.link_name(fmt::format("/sys/bus/pci/devices/{}/driver", to_string(function)));
  return driver && rules::is_vfio_driver(*driver);
}

Functions unbound(const Host& host, Functions functions) {
  std::erase_if(functions, [&](const PciAddress& function) { return is_bound(host, function); });
  return functions;
}

/// Nobody can be asked here. What a person may agree to was agreed to when the card was attached, but for
/// what would fail or hang all the same: a group that is not whole, a process that has open what is to be
/// unbound.
bool stops_a_start(const Finding& finding, const Functions& to_bind) {
  if (finding.rule == "group-viable") return true;
  if (finding.rule != "device-held") return finding.consent == Consent::impossible;
  return finding.device && std::ranges::find(to_bind, *finding.device) != to_bind.end();
}

Result<void> refuse_obstacles(const Inventory& inventory, const Functions& functions,
                              const Functions& to_bind) {
  for (const auto& finding : obstacles(inventory, functions)) {
    if (stops_a_start(finding, to_bind)) return fail(ErrorKind::refused, finding.what, finding.remedy);
  }
  return {};
}

PlanFacts facts_for(Context& context, const Inventory& inventory, std::vector<Hold> holds) {
  return {inventory, std::move(holds), core::iso_time(context.host.now())};
}

/// libvirt's configuration stays as it is: only drivers change.
DomainFacts domain_of(const std::string& name, const std::string& uri) {
  return {{name, "", false, true}, uri, "", "", false, false};
}

/// "0000:01:00.0 held" where it was gpupass's before this start, "0000:01:00.0 new" where it was not.
Result<void> write_record(Context& context, const std::string& domain, const Functions& functions,
                          const std::vector<Hold>& holds) {
  std::string text;
  for (const auto& function : functions) {
    const bool held = std::ranges::any_of(holds, [&](const Hold& hold) { return hold.device == function; });
    text += fmt::format("{} {}\n", to_string(function), held ? "held" : "new");
  }
  return context.host.write_file(record_path(domain), text);
}

struct Record {
  Functions all, held;
};
/// Empty where there is none: nothing was bound, or it was returned already.
Record read_record(const Host& host, const std::string& domain) {
  Record record;
  const auto text = host.read(record_path(domain)).value_or("");
  for (const auto line : core::split(text, '\n')) {
    const auto words = core::words(line);
    const auto function = words.empty() ? std::nullopt : parse_pci_address(words[0]);
    if (!function) continue;
    record.all.push_back(*function);
    if (words.size() > 1 && words[1] == "held") record.held.push_back(*function);
  }
  return record;
}

ChangeOptions quietly() {
  ChangeOptions options;
  options.yes = true;
  options.timeout = std::chrono::seconds(20);  // a start waits for it, and whoever started
  return options;
}

/// Binds what a reboot, or a hand, took from vfio-pci.
Result<void> bind_for_start(Context& context, const std::string& domain, const Functions& functions) {
  const auto options = quietly();
  Locks locks;
  GPUPASS_TRY(lock(context, options, fmt::format("start {}", domain), functions, domain, locks));
  GPUPASS_TRY_ASSIGN(const auto inventory, discover(context.host));
  const auto to_bind = unbound(context.host, functions);
  GPUPASS_TRY_ASSIGN(auto holds, current_holds(context, inventory, to_bind));
  GPUPASS_TRY_ASSIGN(const auto templates, load_templates(context));
  GPUPASS_TRY(write_record(context, domain, to_bind, holds));
  const auto facts = facts_for(context, inventory, std::move(holds));
  GPUPASS_TRY_ASSIGN(const auto plan,
                     plan_attach(facts, domain_of(domain, context.default_uri), to_bind, templates));
  GPUPASS_TRY(carry_out(context, options, plan, nullptr, locks, domain + " may start"));
  return {};
}

Result<void> prepare(Context& context, const std::string& driver, const std::string& domain,
                     const std::string& xml) {
  GPUPASS_TRY_ASSIGN(const auto functions, check_start(context, domain, xml));
  const auto to_bind = unbound(context.host, functions);
  // Xen has a stub of its own, which libvirt binds.
  if (to_bind.empty() || driver != "qemu") return {};
  return bind_for_start(context, domain, functions);
}

/// What prepare bound goes back to the driver it had. What `gpupass attach` holds was bound before, and
/// stays.
Result<void> release(Context& context, const std::string& domain) {
  const auto record = read_record(context.host, domain);
  if (record.all.empty()) return {};
  const auto options = quietly();
  Locks locks;
  GPUPASS_TRY(lock(context, options, fmt::format("end of {}", domain), record.all, domain, locks));
  GPUPASS_TRY_ASSIGN(const auto inventory, discover(context.host, {.holders = false}));
  GPUPASS_TRY_ASSIGN(auto holds, current_holds(context, inventory, record.all));
  Functions ours = record.all;
  std::erase_if(ours, [&](const PciAddress& function) { return !is_held_for(holds, function, domain); });
  if (!ours.empty()) {
    GPUPASS_TRY_ASSIGN(const auto templates, load_templates(context));
    const auto facts = facts_for(context, inventory, std::move(holds));
    GPUPASS_TRY_ASSIGN(auto plan,
                       plan_detach(facts, domain_of(domain, context.default_uri), ours, templates));
    std::erase_if(plan.steps, [&](const Step& step) {
      const auto* const drop = std::get_if<DropHold>(&step);
      return drop != nullptr && std::ranges::find(record.held, drop->device) != record.held.end();
    });
    GPUPASS_TRY(carry_out(context, options, plan, nullptr, locks, domain + " has ended"));
  }
  return context.host.remove_file(record_path(domain));
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
  return operation == "prepare" ? prepare(context, driver, name, xml) : release(context, name);
}

/// libvirt shows what a hook says as part of its own line.
std::string one_line(const Error& error) {
  std::string line = "gpupass: " + error.what + (error.hint.empty() ? "" : "; " + error.hint);
  std::ranges::replace(line, '\n', ' ');
  return line;
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
  GPUPASS_TRY_ASSIGN(auto functions, own_functions(context.host, domain, xml));
  if (functions.empty()) return functions;
  GPUPASS_TRY_ASSIGN(const auto inventory, discover(context.host));
  for (const auto& function : functions) {
    if (inventory.find(function) == nullptr)
      return fail(ErrorKind::refused, fmt::format("{} is not in this machine", to_string(function)),
                  fmt::format("`gpupass detach {} {}` takes it out of the configuration", domain,
                              to_string(function)));
  }
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
                "Says whether a start of VM would be refused, and why. Changes nothing.",
                {},
                {{"vm", 1}}};
  add_connect(syntax.options);
  GPUPASS_TRY_ASSIGN(const auto values, parse(context, syntax, arguments));
  if (!values) return 0;
  if (values->count("vm") == 0) return fail(ErrorKind::usage, "no domain is named", "gpupass hook check VM");
  GPUPASS_TRY(context.host.changeable());
  GPUPASS_TRY_ASSIGN(const auto hypervisor,
                     context.connect(uri_of(context, *values), std::chrono::seconds(60)));
  GPUPASS_TRY_ASSIGN(const auto state, hypervisor->domain(words_of(*values, "vm").front()));
  GPUPASS_TRY_ASSIGN(const auto xml, hypervisor->xml(state.name, DomainView::config));
  GPUPASS_TRY_ASSIGN(const auto functions, check_start(context, state.name, xml));
  context.terminal.out << (functions.empty()
                               ? fmt::format("{} has no card of gpupass's; it may start\n", state.name)
                               : fmt::format("{} may start with {}\n", state.name, names(functions)));
  return 0;
}

}  // namespace gpupass::cli
