// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass guest create VM --image IMG --gpu SELECTOR…`: from a cloud image to a machine that has a card.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <ostream>

#include "cli/bench.hpp"
#include "cli/error_json.hpp"
#include "cli/guest/files.hpp"
#include "cli/guest/guest.hpp"
#include "cli/guest/under_way.hpp"
#include "cli/guest/undo.hpp"
#include "cli/hints.hpp"
#include "cli/selection.hpp"
#include "gpupass/core/base64.hpp"
#include "gpupass/core/printable.hpp"
#include "gpupass/core/quantity.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/discover.hpp"
#include "gpupass/guest/size.hpp"
#include "gpupass/report/choices.hpp"
#include "gpupass/session/consent.hpp"
#include "gpupass/session/domain.hpp"
#include "gpupass/session/templates.hpp"
#include "gpupass/session/uri.hpp"
#include "gpupass/sys/terminal.hpp"

namespace gpupass::cli {
namespace {

namespace fs = std::filesystem;

// ---- what is asked for --------------------------------------------------------------------

using Words = std::vector<std::string>;

struct Options {
  GuestOptions guest{.vm = {}, .timeout = std::chrono::seconds(60)};
  std::string image;
  Words allowed_files;
  session::Selection cards;
  std::string memory, disk_size;
  std::optional<int> vcpus;
  std::string profile = "compute";
  std::string network;
  Words ssh_keys;
  std::string user_data;
  Words packages;
  std::string driver;
  std::string folder;
  bool print_xml = false;
  bool explain = false;
  bool dry_run = false;
  bool yes = false;
  Format format = Format::text;

  [[nodiscard]] bool look_only() const { return print_xml || explain || dry_run; }
};

Syntax syntax(const Context& context, Options& options) {
  Syntax syntax(
      "gpupass guest create VM --image IMG [--gpu SELECTOR…] [options]",
      "Makes a guest from a cloud image: a disk over the image, which stays as it is, a seed for\n"
      "cloud-init, and a domain fitted to this machine and to the card. The card is bound for it as\n"
      "`gpupass attach` does. If anything fails, all is put back.");
  syntax.option("image", options.image, "IMG", "a cloud image, qcow2 or raw");
  syntax.option("allow-file", options.allowed_files, "FILE",
                "a file of this host that the image names (backing or data file) and the guest may read");
  syntax.option("gpu", options.cards.selectors, "SELECTOR", "a card it gets; may be given several times");
  syntax.option("with", options.cards.with, "BDF", "also this other member of the card's IOMMU group");
  add_only(syntax, options.cards);
  syntax.option("memory", options.memory, "SIZE", "as in 64G; else the card's share of its node");
  syntax.option("vcpus", options.vcpus, "N", "else the card's share of its node");
  syntax.option("profile", options.profile, "NAME|FILE",
                "compute, desktop, windows, minimal, or a file of yours");
  syntax.option("disk-size", options.disk_size, "SIZE",
                "larger than the image; the guest's first start grows its file system");
  syntax.option("network", options.network, "NET",
                "network:NAME, bridge:NAME or none; else as in the profile");
  syntax.option("ssh-key", options.ssh_keys, "FILE", "a public key that may log in; else yours");
  syntax.option("user-data", options.user_data, "FILE", "for cloud-init, besides gpupass's own");
  syntax.option("packages", options.packages, "NAME", "of the guest's distribution, to be installed");
  syntax.option("driver", options.driver, "SOURCE",
                "the card's driver: distribution, repository, none (the suite alone) or a FILE");
  syntax.option("folder", options.folder, "DIR", "where its files go; else /var/lib/libvirt/images");
  syntax.flag("print-xml", options.print_xml, "print the domain, and change nothing");
  syntax.flag("explain", options.explain, "print each choice with its reason, and change nothing");
  syntax.flag("dry-run,n", options.dry_run, "print what would be done, and change nothing");
  syntax.flag("yes,y", options.yes, "agree to what a person at a terminal would be asked");
  add_guest(syntax, context, options.guest);
  add_format(syntax, options.format);
  return syntax;
}

/// Everything that was asked for, read and checked as far as the files go.
struct Wanted {
  GuestOptions options;
  GuestRequest request;  // without its cards
  guest::Image image;
  GuestFiles files;
  std::uint64_t disk_size = 0;
  guest::SeedRequest seed;
  std::vector<std::string> programs;
};

/// It becomes a domain, a folder and a host's name.
Result<void> check_name(const std::string& name) {
  const auto is_good = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-'; };
  if (!name.empty() && name.size() < 64 && name.front() != '-' && name.back() != '-' &&
      std::ranges::all_of(name, is_good))
    return {};
  return fail(ErrorKind::usage, fmt::format("'{}' is no name for a guest", core::printable(name)),
              "letters, digits and hyphens between them: it is the guest's host name, too");
}

Result<std::optional<std::uint64_t>> size_of(const std::string& text, const char* name) {
  if (text.empty()) return std::nullopt;
  const auto size = guest::parse_size(text);
  if (!size) return fail(ErrorKind::usage, fmt::format("--{} {}: no size", name, text), "as in 64G or 512M");
  return size;
}

/// Where the shipped profiles for an architecture are; those of x86-64 came first.
fs::path profiles_for(const Context& context, const std::string& architecture) {
  const auto folder = context.data / "xml-templates/profiles";
  return architecture == "x86_64" ? folder : folder / architecture;
}

/// A name is one of ours, for this machine's architecture; a path is a file of the user's. Where there can be
/// no profile at all, make_guest() says so.
Result<std::string> load_profile(const Context& context, const std::string& profile, const Kernel& kernel) {
  const Host here;  // our own files, whatever machine is being looked at
  const bool is_path = profile.find('/') != std::string::npos || profile.ends_with(".xml");
  const bool is_known = kernel.architecture == "x86_64" || kernel.is_arm64();
  const auto folder = profiles_for(context, is_known ? kernel.architecture : "x86_64");
  const auto path = is_path ? absolute(profile) : (folder / (profile + ".xml")).string();
  auto text = here.read(path);
  if (!text && !is_path && text.error().kind == ErrorKind::not_found)
    return fail(ErrorKind::usage,
                fmt::format("there is no profile '{}' for {}", profile, kernel.architecture),
                fmt::format("compute, desktop, {}minimal, or the path of a file",
                            kernel.is_arm64() ? "" : "windows, "));
  return text;
}

/// Of the user who asks: the first that is there.
Words own_keys() {
  const char* const home = std::getenv("HOME");
  if (home == nullptr) return {};
  for (const auto* const name : {"id_ed25519.pub", "id_ecdsa.pub", "id_rsa.pub"}) {
    const auto path = fs::path(home) / ".ssh" / name;
    if (Host().exists(path.string())) return {path.string()};
  }
  return {};
}

/// As sshd reads it: the kind, the key itself, and any words after it.
bool is_public_key(const std::string& line) {
  const auto parts = core::words(line);
  const auto is_kind = [](std::string_view word) {
    return word.starts_with("ssh-") || word.starts_with("ecdsa-") || word.starts_with("sk-");
  };
  return core::is_printable(line) && parts.size() >= 2 && is_kind(parts[0]) &&
         core::from_base64(parts[1]).has_value();
}

Result<Words> read_keys(Context& context, const Words& named) {
  const Host here;
  Words keys;
  for (const auto& path : named.empty() ? own_keys() : named) {
    GPUPASS_TRY_ASSIGN(const auto text, here.read(absolute(path)));
    const auto before = keys.size();
    for (const auto line : core::split(text, '\n')) {
      const std::string key(core::trim(line));
      if (key.empty() || key.starts_with('#')) continue;
      if (!is_public_key(key))
        return fail(ErrorKind::usage, path + " holds something else than public keys, and stays here",
                    "name the file that ends with .pub");
      keys.push_back(key);
    }
    if (keys.size() == before)
      return fail(ErrorKind::usage, path + " holds no key", "name the file that ends with .pub");
  }
  if (keys.empty())
    context.terminal.err
        << "note: no ssh key is there or named (--ssh-key), so nobody can log in to the guest\n";
  return keys;
}

/// What the guest runs once to get its driver, with the suite where it is installed beside us; a file of the
/// user's goes along.
Result<void> add_provisioning(const Context& context, const std::string& driver, Wanted& wanted) {
  if (driver.empty()) return {};
  const Host here;
  for (const auto* const file :
       {"provision", "check-cuda", "serve-bench", "gpupass-bench.service", "60-gpupass-bench.rules"})
    wanted.programs.push_back((context.data / "scripts/provision" / file).string());
  if (const auto suite = bench_program()) {
    wanted.programs.push_back(*suite);
  } else {
    context.terminal.err << "note: gpupass-bench is not beside gpupass, so it does not go along\n";
  }
  wanted.seed.driver = driver;
  if (driver == "distribution" || driver == "repository" || driver == "none") return {};
  const auto path = absolute(driver);
  if (!here.exists(path))
    return fail(ErrorKind::not_found, fmt::format("--driver {}: there is no such file", driver),
                "distribution, repository, none, or the driver's installer as a file");
  const bool installs = path.ends_with(".run") || path.ends_with(".deb") || path.ends_with(".rpm");
  if (!installs || !fs::is_regular_file(path) || !core::is_printable(driver))
    return fail(ErrorKind::usage, fmt::format("--driver {}: no installer", core::printable(driver)),
                "a file that ends with .run, .deb or .rpm");
  wanted.programs.push_back(path);
  wanted.seed.driver = fs::path(path).filename().string();
  return {};
}

Result<Wanted> read_wanted(Context& context, const Options& options) {
  Wanted wanted;
  wanted.options = options.guest;
  GPUPASS_TRY(check_name(wanted.options.vm));
  GPUPASS_TRY(session::refuse_remote(wanted.options.uri));
  if (options.image.empty())
    return fail(ErrorKind::usage, "no image is named", "--image IMG: a cloud image of a distribution");
  auto& request = wanted.request;
  request.name = wanted.options.vm;
  GPUPASS_TRY_ASSIGN(request.memory, size_of(options.memory, "memory"));
  if (options.vcpus) request.vcpus = *options.vcpus;
  request.network = options.network;
  auto allowed = options.allowed_files;
  std::ranges::transform(allowed, allowed.begin(), absolute);
  GPUPASS_TRY_ASSIGN(wanted.image, inspect_image(host_of_files(context), absolute(options.image), allowed));
  GPUPASS_TRY_ASSIGN(const auto disk_size, size_of(options.disk_size, "disk-size"));
  wanted.disk_size = disk_size.value_or(0);
  if (disk_size && *disk_size < wanted.image.size)
    return fail(ErrorKind::usage,
                fmt::format("--disk-size {}: the image has {}", core::size_text(*disk_size),
                            core::size_text(wanted.image.size)),
                "a disk can be larger than its image, not smaller");
  const auto& folder = options.folder;
  if (!folder.empty() && !host_of_files(context).exists(absolute(folder)))
    return fail(ErrorKind::not_found, fmt::format("--folder {}: there is no such folder", folder),
                "nothing was changed; make it first");
  wanted.files = files_of(folder.empty() ? k_images : absolute(folder), request.name);
  request.disk = wanted.files.disk;
  request.seed = wanted.files.seed;
  GPUPASS_TRY_ASSIGN(wanted.seed.ssh_keys, read_keys(context, options.ssh_keys));
  wanted.seed.name = request.name;
  wanted.seed.instance = fmt::format("{}-{}", request.name, core::iso_time(context.host.now()));
  request.instance = wanted.seed.instance;
  wanted.seed.packages = options.packages;
  if (!std::ranges::all_of(wanted.seed.packages, core::is_printable))
    return fail(ErrorKind::usage, "--packages: no name of a package is like that");
  if (!options.user_data.empty()) {
    GPUPASS_TRY_ASSIGN(wanted.seed.user_data, Host().read(absolute(options.user_data)));
  }
  GPUPASS_TRY(add_provisioning(context, options.driver, wanted));
  return wanted;
}

// ---- what it comes to ---------------------------------------------------------------------

/// A driver that does not tell what a domain can have has nothing beyond what its version has.
Result<LibvirtFacts> facts_of(HypervisorFacts& libvirt) {
  GPUPASS_TRY_ASSIGN(const auto version, libvirt.version());
  const auto capabilities = libvirt.domain_capabilities();
  if (!capabilities) return LibvirtFacts{version, false};
  return libvirt_facts(version, *capabilities);
}

Result<void> refuse_taken_name(DomainStore& domains, const std::string& name) {
  const auto there = domains.domain(name);
  if (!there && there.error().kind == ErrorKind::not_found) return {};
  if (!there) return Failure(there.error());
  return fail(
      ErrorKind::busy, fmt::format("{} has a domain named {} already", domains.uri(), name),
      fmt::format("nothing was changed; choose another name, or `gpupass guest delete {}` if it is one of "
                  "gpupass's",
                  name));
}

// ---- doing it -----------------------------------------------------------------------------

std::vector<std::string> steps_in_words(const Wanted& wanted, const Functions& functions) {
  std::vector<std::string> steps{
      fmt::format("make {} over {} ({}, {})", wanted.files.disk, wanted.image.path, wanted.image.format,
                  core::size_text(wanted.disk_size == 0 ? wanted.image.size : wanted.disk_size)),
      fmt::format("make {} with user-data, meta-data and network-config", wanted.files.seed),
      fmt::format("define {} on {}", wanted.options.vm, wanted.options.uri)};
  if (!functions.empty())
    steps.push_back(fmt::format("bind {} to vfio-pci, as `gpupass attach` does", names(functions)));
  return steps;
}

void print_dry_run(std::ostream& out, const Wanted& wanted, const Functions& functions) {
  out << fmt::format("create guest {} would take these steps:\n", wanted.options.vm);
  const auto steps = steps_in_words(wanted, functions);
  for (std::size_t i = 0; i < steps.size(); ++i) out << fmt::format("  {:>2}. {}\n", i + 1, steps[i]);
  out << "If a step fails, the steps before it are undone in reverse order.\n"
         "This was a dry run; nothing was changed.\n";
}

/// What a create of this name that was killed left. Error: busy, where it was for another libvirt.
Result<std::optional<UnderWay>> interrupted_create(const Context& context, const Wanted& wanted) {
  const auto& name = wanted.options.vm;
  GPUPASS_TRY_ASSIGN(auto left, load_under_way(context.host, name));
  if (left && left->uri != wanted.options.uri)
    return fail(
        ErrorKind::busy,
        fmt::format("a create of {} at {} was interrupted, and its files are still there", name, left->uri),
        fmt::format("nothing was changed; `gpupass guest delete {} --connect {}` removes them", name,
                    left->uri));
  return left;
}

/// What is in the way of the guest's files. What a create that was killed left goes first.
Result<void> refuse_taken_place(const Context& context, const Wanted& wanted) {
  GPUPASS_TRY_ASSIGN(const auto left, interrupted_create(context, wanted));
  return left ? Result<void>{} : refuse_taken_folder(context.host, wanted.files);
}

/// A create of this name that was killed left files, and no domain: they go first.
Result<void> clear_interrupted(Context& context, const Wanted& wanted) {
  const auto& name = wanted.options.vm;
  GPUPASS_TRY_ASSIGN(const auto left, interrupted_create(context, wanted));
  if (!left) return {};
  GPUPASS_TRY(undo_create(context.host, *left));
  context.terminal.err << fmt::format("note: removed what an interrupted create of {} left\n", name);
  return {};
}

/// The name was free when this began: a domain that has it is what was defined, also where libvirt said that
/// it was not.
Result<void> forget_if_there(DomainStore& domains, const std::string& vm) {
  const auto there = domains.domain(vm);
  if (!there && there.error().kind == ErrorKind::not_found) return {};
  if (!there) return Failure(there.error());
  return domains.undefine(vm);
}

/// Also where libvirt does not say that it is not.
bool may_be_there(DomainStore& domains, const std::string& vm) {
  const auto there = domains.domain(vm);
  return there || there.error().kind != ErrorKind::not_found;
}

Result<void> make_files(Context& context, const Wanted& wanted) {
  auto& host = context.host;
  GPUPASS_TRY(make_folder(host, wanted.files));
  GPUPASS_TRY(make_disk(host, wanted.files, wanted.image, wanted.disk_size));
  GPUPASS_TRY(make_seed_image(host, wanted.files, guest::make_seed(wanted.seed), wanted.programs));
  return open_folder(host, wanted.files);
}

Result<void> create(Context& context, const Wanted& wanted, const GuestDomain& domain, DomainStore& domains,
                    const Functions& functions, Teller& teller) {
  Undo undo;
  auto& host = context.host;
  const auto& vm = wanted.options.vm;
  GPUPASS_TRY_ASSIGN(const auto lock,
                     session::acquire(context, teller.manner(), under_way_lock(vm), "guest create " + vm));
  GPUPASS_TRY(refuse_taken_name(domains, vm));  // again: another create may have been at work
  GPUPASS_TRY(clear_interrupted(context, wanted));
  GPUPASS_TRY(refuse_taken_folder(host, wanted.files));
  const UnderWay record{vm, wanted.options.uri, {wanted.files.disk, wanted.files.seed}};
  const auto failed = [&](Error error) {
    return undo.because_of(std::move(error),
                           fmt::format("`gpupass guest delete {}` removes what is left", vm));
  };
  undo.add([&] { return undo_create(host, record); }, [&] { return host.exists(wanted.files.folder); });
  if (auto done = save_under_way(host, record); !done) return failed(std::move(done).error());
  if (auto done = make_files(context, wanted); !done) return failed(std::move(done).error());
  undo.add([&] { return forget_if_there(domains, vm); }, [&] { return may_be_there(domains, vm); });
  if (auto done = domains.define(domain.xml); !done) return failed(std::move(done).error());
  // From here on the domain itself knows its files, and `guest delete` what to do.
  if (auto done = remove_under_way(host, vm); !done)
    context.terminal.err << fmt::format("note: {}; `gpupass recover` removes it\n", describe(done.error()));
  if (functions.empty()) return {};
  auto taken = take_cards(context, teller.manner(), wanted.options.uri, vm, functions);
  if (!taken) return failed(std::move(taken).error());
  teller.tell(*taken);
  return {};
}

/// Refuses of the cards what `gpupass attach` refuses, and asks what it asks: before anything is made.
Result<void> judge_cards(Context& context, const Wanted& wanted, Hypervisor& hypervisor,
                         const Functions& functions, const session::Manner& manner) {
  if (functions.empty()) return {};
  const session::Manner looking{manner.requester, true, manner.patience};  // nothing is locked yet
  session::Locks none;
  GPUPASS_TRY(session::lock(context, looking, "", functions, wanted.options.vm, none));
  GPUPASS_TRY_ASSIGN(const auto inventory, discover(context.host));
  GPUPASS_TRY_ASSIGN(const auto approved, session::approve(context, looking, inventory, functions, hypervisor,
                                                           {wanted.options.vm, "", false, true}));
  return session::consent(manner, approved.open);
}

Result<int> print_only(Context& context, const Options& options, const GuestDomain& domain,
                       const Wanted& wanted, const Functions& functions) {
  auto& out = context.terminal.out;
  if (options.print_xml) {
    out << core::printable_xml(domain.xml);
  } else if (options.explain && options.format == Format::json) {
    out << core::Json{{"schema", "gpupass.choices/1"},
                      {"guest", wanted.options.vm},
                      {"choices", report::to_json(domain.choices)}}
               .dump(2)
        << "\n";
  } else if (options.explain) {
    out << report::choices_text(domain.choices, static_cast<std::size_t>(context.terminal.columns));
  } else {
    print_dry_run(out, wanted, functions);
  }
  return 0;
}

}  // namespace

Result<int> guest_create(Context& context, const Words& arguments) {
  Options options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax(context, options), arguments));
  if (!go) return 0;
  if (!options.look_only()) GPUPASS_TRY(session::refuse_captured(context.host));
  if (options.format == Format::json && !options.explain)
    return fail(ErrorKind::usage, "--format json is for --explain", "nothing was changed; leave it out");
  GPUPASS_TRY_ASSIGN(auto wanted, read_wanted(context, options));
  GPUPASS_TRY_ASSIGN(const auto templates, session::load_templates(context));
  GPUPASS_TRY_ASSIGN(const auto inventory, discover(context.host, {.holders = false}));
  GPUPASS_TRY_ASSIGN(wanted.request.profile, load_profile(context, options.profile, inventory.kernel));
  GPUPASS_TRY_ASSIGN(const auto topology, read_topology(context.host));
  GPUPASS_TRY_ASSIGN(const auto functions, session::functions_of(inventory, options.cards));
  GPUPASS_TRY_ASSIGN(const auto hypervisor, context.connect(wanted.options.uri, wanted.options.timeout));
  GPUPASS_TRY(refuse_taken_name(*hypervisor, wanted.options.vm));
  GPUPASS_TRY_ASSIGN(const auto facts, facts_of(*hypervisor));
  wanted.request.cards = cards_of(functions);
  GPUPASS_TRY_ASSIGN(const auto domain, make_guest(wanted.request, {inventory, topology, facts}, templates));
  wanted.seed.macs = domain.macs;
  if (!options.explain)
    context.terminal.err << report::warnings_text(domain.choices,
                                                  static_cast<std::size_t>(context.terminal.columns));
  const ChangeOptions change{options.dry_run, options.yes, Format::text, wanted.options.timeout};
  Teller teller(context.terminal, change, options.guest.connection);
  if (change.dry_run) GPUPASS_TRY(refuse_taken_place(context, wanted));
  if (change.dry_run || !options.look_only())
    GPUPASS_TRY(judge_cards(context, wanted, *hypervisor, functions, teller.manner()));
  if (options.look_only()) return print_only(context, options, domain, wanted, functions);
  GPUPASS_TRY(create(context, wanted, domain, *hypervisor, functions, teller));
  const auto next = fmt::format("`gpupass guest start {}` starts it", wanted.options.vm);
  context.terminal.out << fmt::format("{} is there; {}\n", wanted.options.vm,
                                      with_connection(next, options.guest.connection));
  return 0;
}

}  // namespace gpupass::cli
