// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/run/create.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "gpupass/core/base64.hpp"
#include "gpupass/core/printable.hpp"
#include "gpupass/core/quantity.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/discover/discover.hpp"
#include "gpupass/guest/seed.hpp"
#include "gpupass/run/image.hpp"
#include "gpupass/run/suite.hpp"
#include "gpupass/session/consent.hpp"
#include "gpupass/session/held.hpp"
#include "gpupass/session/templates.hpp"
#include "gpupass/session/uri.hpp"
#include "gpupass/virt/find_domain.hpp"

namespace gpupass::run {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

/// It becomes a domain, a folder and a host's name.
Result<void> check_name(const std::string& name) {
  const auto is_good = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-'; };
  if (!name.empty() && name.size() < 64 && name.front() != '-' && name.back() != '-' &&
      std::ranges::all_of(name, is_good))
    return {};
  return fail(ErrorKind::usage, fmt::format("'{}' is not a valid name of a guest", core::printable(name)),
              "letters, digits and hyphens between them: it is the guest's host name, too");
}

/// Where the shipped profiles for an architecture are; those of x86-64 came first.
fs::path profiles_for(const session::World& world, const std::string& architecture) {
  const auto folder = world.data / "xml-templates/profiles";
  return architecture == "x86_64" ? folder : folder / architecture;
}

/// A name is one of ours, for this machine's architecture; a path is a file of the user's. Where there can be
/// no profile at all, make_guest() says so.
Result<std::string> load_profile(const session::World& world, const std::string& profile,
                                 const Kernel& kernel) {
  const Host here;  // gpupass's own files, whatever machine is being looked at
  const bool is_path = profile.find('/') != std::string::npos;
  const bool is_known = kernel.architecture == "x86_64" || kernel.is_arm64();
  const auto folder = profiles_for(world, is_known ? kernel.architecture : "x86_64");
  const auto path = is_path ? profile : (folder / (profile + ".xml")).string();
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

Result<Words> read_keys(session::Requester& requester, const Words& named) {
  const Host here;
  Words keys;
  for (const auto& path : named.empty() ? own_keys() : named) {
    GPUPASS_TRY_ASSIGN(const auto text, here.read(path));
    const auto before = keys.size();
    for (const auto line : core::split(text, '\n')) {
      const std::string key(core::trim(line));
      if (key.empty() || key.starts_with('#')) continue;
      if (!is_public_key(key))
        return fail(ErrorKind::usage, path + " contains something other than public keys, so it is not used",
                    "name the file that ends with .pub");
      keys.push_back(key);
    }
    if (keys.size() == before)
      return fail(ErrorKind::usage, path + " contains no key", "name the file that ends with .pub");
  }
  if (keys.empty())
    requester.note("no ssh key was found or given (--ssh-key), so nobody can log in to the guest");
  return keys;
}

/// What the guest runs once to get its driver, with the suite where it is installed beside us; a file of the
/// user's goes along. Gives the programs.
Result<Words> provisioning(const session::World& world, session::Requester& requester,
                           const std::string& driver, guest::SeedRequest& seed) {
  Words programs;
  if (driver.empty()) return programs;
  for (const auto* const file :
       {"provision", "check-cuda", "serve-bench", "gpupass-bench.service", "60-gpupass-bench.rules"})
    programs.push_back((world.data / "scripts/provision" / file).string());
  if (const auto suite = bench_program()) {
    programs.push_back(*suite);
  } else {
    requester.note("gpupass-bench is not beside gpupass, so the guest does not get it");
  }
  seed.driver = driver;
  if (driver == "distribution" || driver == "repository" || driver == "none") return programs;
  if (!Host().exists(driver))
    return fail(ErrorKind::not_found, fmt::format("--driver {}: there is no such file", driver),
                "distribution, repository, none, or the driver's installer as a file");
  const bool installs = driver.ends_with(".run") || driver.ends_with(".deb") || driver.ends_with(".rpm");
  if (!installs || !fs::is_regular_file(driver) || !core::is_printable(driver))
    return fail(ErrorKind::usage, fmt::format("--driver {}: not an installer", core::printable(driver)),
                "a file that ends with .run, .deb or .rpm");
  programs.push_back(driver);
  seed.driver = fs::path(driver).filename().string();
  return programs;
}

Result<void> check_folder(session::World& world, const std::string& folder) {
  if (folder.empty() || host_of_files(world).exists(folder)) return {};
  return fail(ErrorKind::not_found, fmt::format("--folder {}: there is no such folder", folder),
              "nothing was changed; make it first");
}

/// The disk over the image.
Result<MakeDisk> disk_of(session::World& world, const CreateRequest& request, const std::string& path) {
  GPUPASS_TRY_ASSIGN(const auto image,
                     inspect_image(host_of_files(world), request.image, request.allowed_files));
  const auto size = request.disk_size.value_or(0);
  if (request.disk_size && size < image.size)
    return fail(
        ErrorKind::usage,
        fmt::format("--disk-size {}: the image has {}", core::size_text(size), core::size_text(image.size)),
        "a disk can be larger than its image, not smaller");
  return MakeDisk{path, image.path, image.format, size == 0 ? image.size : size};
}

Result<guest::SeedRequest> seed_of(const session::World& world, session::Requester& requester,
                                   const CreateRequest& request) {
  guest::SeedRequest seed;
  seed.name = request.vm;
  seed.instance = fmt::format("{}-{}", request.vm, core::iso_time(world.host.now()));
  GPUPASS_TRY_ASSIGN(seed.ssh_keys, read_keys(requester, request.ssh_keys));
  seed.packages = request.packages;
  if (!std::ranges::all_of(seed.packages, core::is_printable))
    return fail(ErrorKind::usage, "--packages: not a package's name");
  if (!request.user_data.empty()) {
    GPUPASS_TRY_ASSIGN(seed.user_data, Host().read(request.user_data));
  }
  return seed;
}

/// A driver that does not tell what a domain can have has nothing beyond what its version has.
Result<LibvirtFacts> facts_of(Hypervisor& hypervisor) {
  GPUPASS_TRY_ASSIGN(const auto version, hypervisor.version());
  const auto capabilities = hypervisor.domain_capabilities();
  if (!capabilities) return LibvirtFacts{version, false};
  return libvirt_facts(version, *capabilities);
}

Result<void> refuse_taken_name(Hypervisor& hypervisor, const std::string& name) {
  GPUPASS_TRY_ASSIGN(const auto there, virt::find_domain(hypervisor, name));
  if (!there) return {};
  return fail(
      ErrorKind::busy, fmt::format("{} already has a domain named {}", hypervisor.uri(), name),
      fmt::format("nothing was changed; choose another name, or `gpupass guest delete {}` if it is one of "
                  "gpupass's",
                  name));
}

Result<void> refuse_taken_folder(const Host& host, const std::string& folder) {
  if (!host.exists(folder)) return {};
  return fail(ErrorKind::refused, folder + " already exists, and gpupass does not touch its content",
              "nothing was changed; choose another name or another --folder, or remove it");
}

/// The domain as a plan needs to know it; it is not there yet.
DomainFacts facts_of(const PreparedGuest& guest) {
  DomainFacts facts;
  facts.state.name = guest.vm;
  facts.uri = guest.uri;
  facts.config_xml = guest.domain.xml;
  facts.keeps_variants = session::keeps_variants(*guest.hypervisor);
  return facts;
}

}  // namespace

Result<PreparedGuest> prepare(session::World& world, const session::Manner& manner,
                              const CreateRequest& request) {
  GPUPASS_TRY(check_name(request.vm));
  GPUPASS_TRY(session::refuse_remote(request.uri));
  if (request.image.empty())
    return fail(ErrorKind::usage, "no image is named", "--image IMG: a cloud image of a distribution");
  PreparedGuest guest{request.vm, request.uri, {}, {}, {}, {}};
  auto& files = guest.files;
  files.folder = (request.folder.empty() ? k_images : request.folder) + "/" + request.vm;
  GPUPASS_TRY_ASSIGN(files.disk, disk_of(world, request, files.folder + "/disk.qcow2"));
  GPUPASS_TRY(check_folder(world, request.folder));
  GPUPASS_TRY_ASSIGN(auto seed, seed_of(world, manner.requester, request));
  GPUPASS_TRY_ASSIGN(files.seed.programs, provisioning(world, manner.requester, request.driver, seed));
  files.seed.path = files.folder + "/seed.iso";
  files.seed.folder = guest::k_seed_folder;

  GPUPASS_TRY_ASSIGN(const auto templates, session::load_templates(world));
  GPUPASS_TRY_ASSIGN(const auto inventory, discover::read_inventory(world.host, {.holders = false}));
  GuestRequest wish;
  wish.name = request.vm;
  wish.vcpus = request.vcpus;
  wish.memory = request.memory;
  wish.network = request.network;
  wish.disk = files.disk.path;
  wish.seed = files.seed.path;
  wish.instance = seed.instance;
  GPUPASS_TRY_ASSIGN(wish.profile, load_profile(world, request.profile, inventory.kernel));
  GPUPASS_TRY_ASSIGN(const auto topology, discover::read_topology(world.host));
  GPUPASS_TRY_ASSIGN(guest.functions, session::functions_of(inventory, request.cards));
  wish.cards = cards_of(guest.functions);
  GPUPASS_TRY_ASSIGN(guest.hypervisor, world.connect(request.uri, manner.patience));
  GPUPASS_TRY(refuse_taken_name(*guest.hypervisor, request.vm));
  GPUPASS_TRY_ASSIGN(const auto facts, facts_of(*guest.hypervisor));
  GPUPASS_TRY_ASSIGN(guest.domain, make_guest(wish, {inventory, topology, facts}, templates));
  files.xml = guest.domain.xml;
  seed.macs = guest.domain.macs;
  auto texts = guest::make_seed(seed);
  files.seed.user_data = std::move(texts.user_data);
  files.seed.meta_data = std::move(texts.meta_data);
  files.seed.network_config = std::move(texts.network_config);
  return guest;
}

Result<Plan> plan_of(session::World& world, const session::Manner& manner, const PreparedGuest& guest,
                     const session::Functions& bound) {
  // Again: another create may have been at work.
  GPUPASS_TRY(refuse_taken_name(*guest.hypervisor, guest.vm));
  GPUPASS_TRY(refuse_taken_folder(world.host, guest.files.folder));
  GPUPASS_TRY_ASSIGN(const auto templates, session::load_templates(world));
  GPUPASS_TRY_ASSIGN(const auto inventory, discover::read_inventory(world.host, {.serials_of = bound}));
  session::Approved approved;
  if (!bound.empty()) {
    GPUPASS_TRY_ASSIGN(approved, session::approve(world, manner, inventory, bound, *guest.hypervisor,
                                                  {guest.vm, "", false, true}));
    GPUPASS_TRY(session::consent(manner, approved.open));
  }
  auto domain = facts_of(guest);
  domain.sharers = std::move(approved.sharers);
  const auto facts = session::facts_for(world, inventory, std::move(approved.holds));
  return plan_create(facts, domain, approved.functions, guest.files, templates);
}

Result<Done> create(session::World& world, const session::Manner& manner, const PreparedGuest& guest) {
  session::Locks locks;
  GPUPASS_TRY(
      session::take_locks(world, manner, "create guest " + guest.vm, guest.functions, guest.vm, locks));
  GPUPASS_TRY_ASSIGN(auto plan, plan_of(world, manner, guest, guest.functions));
  return session::carry_out(
      world, manner, std::move(plan), guest.hypervisor.get(), locks,
      {fmt::format("{} is created; `gpupass guest start {}` starts it", guest.vm, guest.vm), guest.vm});
}

}  // namespace gpupass::run
