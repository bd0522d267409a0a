// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/session/libvirt_now.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <set>

#include "gpupass/session/uri.hpp"
#include "gpupass/virt/hostdev.hpp"
#include "gpupass/virt/run_within.hpp"

namespace gpupass::session {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto k_patience = std::chrono::seconds(2);  // for all connections and all their calls

Failure too_slow(const std::string& uri) {
  return fail(ErrorKind::timeout,
              fmt::format("libvirt at {} did not answer within {} s", uri, k_patience.count()));
}

/// The calls are many, and their number is libvirt's to say: all of them have one deadline.
Result<LibvirtTexts> ask(const Connect& connect, const std::string& uri, Clock::time_point until) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
  if (left <= left.zero()) return too_slow(uri);
  auto answer = virt::run_within(left, [connect, uri, left]() -> Result<LibvirtTexts> {
    GPUPASS_TRY_ASSIGN(const auto hypervisor, connect(uri, left));
    return read_texts(*hypervisor);
  });
  if (!answer || (!*answer && answer->error().kind == ErrorKind::timeout)) return too_slow(uri);
  return *std::move(answer);
}

LibvirtNow look_at(const World& world, const std::string& uri, bool named, Clock::time_point until) {
  if (!named && !may_ask(world, uri))
    return {{uri, fmt::format("only root asks {} unless --connect names it: it may ask for a password", uri)},
            {}};
  auto texts = refuse_remote(uri).and_then([&] { return ask(world.connect, uri, until); });
  if (!texts) return {{uri, texts.error().what}, {}};
  return {{uri, ""}, *std::move(texts)};
}

/// True where nobody named it and its socket is not there: libvirt is not installed, or does not run.
bool is_absent(const World& world, const std::string& uri) {
  if (uri != "qemu:///system" || world.uri_is_named) return false;
  for (const auto* const socket : {"libvirt-sock", "virtqemud-sock"}) {
    if (world.host.exists(fmt::format("/run/libvirt/{}", socket))) return false;
  }
  return true;
}

void note(Requester& requester, const std::string& why) {
  requester.note("which domain has which device is not known: " + why);
}

/// The functions that gpupass put into a domain.
std::set<PciAddress> own_functions(const DomainTexts& domain) {
  std::set<PciAddress> own;
  for (const auto* const xml : {&domain.live, &domain.config}) {
    auto document = virt::Document::parse(*xml, "domain XML", "domain");
    if (!document) continue;
    const auto hostdevs = virt::hostdevs(*document);
    if (!hostdevs) continue;
    for (const auto& hostdev : *hostdevs) {
      if (virt::has_own_alias(hostdev)) own.insert(hostdev.function);
    }
  }
  return own;
}

class Assignments {
 public:
  Assignments(std::string uri, const LibvirtTexts& texts) : uri_(std::move(uri)), texts_(texts) {}

  /// What is in the configuration alone comes behind what is running.
  void add(const DomainUse& use) {
    if (use.domain.empty() || !use.node.empty()) return;
    const auto found = std::ranges::find_if(
        texts_.domains, [&](const auto& domain) { return domain.state.name == use.domain; });
    if (found == texts_.domains.end()) return;
    const bool runs = found->state.running;
    // The function of a pool that a running guest got is in its live XML.
    if (runs && !use.running && !use.network.empty()) return;
    const auto phase = use.running ? report::DomainPhase::running
                       : runs      ? report::DomainPhase::next_start
                                   : report::DomainPhase::off;
    const auto known = std::ranges::find_if(all_, [&](const report::Assignment& one) {
      return one.device == use.device && one.domain == use.domain && one.mediated == use.mediated;
    });
    if (known != all_.end()) return;
    if (!own_.contains(use.domain)) own_[use.domain] = own_functions(*found);
    all_.push_back({use.device, use.domain, uri_, phase, use.mediated, use.network,
                    own_[use.domain].contains(use.device)});
  }

  [[nodiscard]] std::vector<report::Assignment> all() && { return std::move(all_); }

 private:
  std::string uri_;
  const LibvirtTexts& texts_;
  std::map<std::string, std::set<PciAddress>> own_;
  std::vector<report::Assignment> all_;
};

}  // namespace

bool may_ask(const World& world, const std::string& uri) {
  return !world.host.captured() && (geteuid() == 0 || uri.find(":///system") == std::string::npos);
}

Connect only_permitted(const World& world) {
  return [&world](const std::string& uri,
                  std::chrono::milliseconds timeout) -> Result<std::unique_ptr<Hypervisor>> {
    if (may_ask(world, uri)) return world.connect(uri, timeout);
    return fail(ErrorKind::denied,
                world.host.captured()
                    ? std::string("this machine's libvirt does not know the captured machine")
                    : fmt::format("only root asks {}: it may ask for a password", uri));
  };
}

std::vector<LibvirtNow> libvirt_now(const World& world, Requester& requester, const std::string& named,
                                    const std::vector<std::string>& others) {
  const bool is_named = !named.empty();
  if (world.host.captured()) {
    if (is_named) note(requester, "this machine's libvirt does not know the captured machine");
    return {};
  }
  const auto until = Clock::now() + k_patience;
  const auto uri = is_named ? named : world.default_uri;
  const bool absent = !is_named && is_absent(world, uri) && std::ranges::find(others, uri) == others.end();
  std::vector<LibvirtNow> looks = {absent ? LibvirtNow{{uri, "libvirt does not run here"}, {}}
                                          : look_at(world, uri, is_named, until)};
  for (const auto& other : others) {
    const auto is_it = [&](const LibvirtNow& look) { return look.answer.uri == other; };
    if (std::ranges::none_of(looks, is_it)) looks.push_back(look_at(world, other, false, until));
  }
  for (const auto& look : looks) {
    const bool expected = absent && &look == &looks.front();
    if (!look.answer.missing.empty() && !expected) note(requester, look.answer.missing);
  }
  return looks;
}

std::vector<report::Assignment> assignments(const std::vector<LibvirtNow>& looks, const Host& host,
                                            const Inventory& inventory) {
  std::vector<report::Assignment> all;
  for (const auto& look : looks) {
    Assignments found(look.answer.uri, look.texts);
    auto uses = domain_uses(look.texts, host, inventory);
    std::ranges::stable_partition(uses, &DomainUse::running);
    for (const auto& use : uses) found.add(use);
    std::ranges::move(std::move(found).all(), std::back_inserter(all));
  }
  std::ranges::stable_sort(all, {}, &report::Assignment::device);
  return all;
}

std::vector<report::LibvirtAnswer> answers(const std::vector<LibvirtNow>& looks) {
  std::vector<report::LibvirtAnswer> all;
  std::ranges::transform(looks, std::back_inserter(all), &LibvirtNow::answer);
  return all;
}

}  // namespace gpupass::session
