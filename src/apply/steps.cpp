// SPDX-License-Identifier: GPL-2.0-or-later
#include "apply/steps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <thread>

#include "apply/device_files.hpp"
#include "apply/host_files.hpp"
#include "gpupass/core/json.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/holds.hpp"

namespace gpupass::apply_detail {
namespace {

// ---- modules ---------------------------------------------------------------------------------

bool is_loaded(const Host& host, const std::string& module) {
  auto name = module;
  std::replace(name.begin(), name.end(), '-', '_');
  return host.exists("/sys/module/" + name) || host.exists("/sys/bus/pci/drivers/" + module);
}

Result<WriteEnd> load_module(const LoadModule& step, World& world) {
  GPUPASS_TRY_ASSIGN(const auto end, world.host.run({{"modprobe", step.module}, "", world.step_timeout}));
  if (is_loaded(world.host, step.module)) return WriteEnd{};
  return fail(ErrorKind::unsupported,
              fmt::format("the kernel module {} cannot be loaded: {}", step.module, core::trim(end.errors)),
              "install the kernel's modules (Debian: linux-image-amd64; the cloud kernel has no vfio-pci)");
}

/// A module that somebody else uses by now stays, and that is as it should be.
Result<WriteEnd> unload_module(const LoadModule& step, World& world) {
  if (is_loaded(world.host, step.module)) {
    GPUPASS_TRY(world.host.run({{"modprobe", "-r", step.module}, "", world.step_timeout}));
  }
  return WriteEnd{};
}

// ---- drivers ---------------------------------------------------------------------------------

/// Back to a driver, whatever others might take the device: the override is aimed at it and then
/// put back.
Result<WriteEnd> rebind(World& world, const PciAddress& device, const std::string& driver) {
  GPUPASS_TRY_ASSIGN(const auto before, override_of(world.host, device));
  GPUPASS_TRY_ASSIGN(auto end, set_override(world, device, driver));
  if (end.unfinished) return end;
  auto probed = probe(world, device, driver);
  if (probed && probed->unfinished) return probed;
  GPUPASS_TRY_ASSIGN(end, set_override(world, device, before));
  if (!probed) return Failure(probed.error());
  return end;
}

// ---- domains ---------------------------------------------------------------------------------

Result<Hypervisor*> hypervisor(World& world) {
  if (world.hypervisor != nullptr) return world.hypervisor;
  return fail(ErrorKind::hypervisor, "there is no connection to libvirt");
}

Result<std::vector<PciAddress>> functions_in(World& world, const std::string& domain, DomainView view) {
  GPUPASS_TRY_ASSIGN(auto* const libvirt, hypervisor(world));
  GPUPASS_TRY_ASSIGN(const auto xml, libvirt->xml(domain, view));
  return hostdev_functions(xml);
}

/// Functions in order, so that two lists of the same ones are equal.
Result<std::vector<PciAddress>> sorted_functions(const std::string& xml) {
  GPUPASS_TRY_ASSIGN(auto functions, hostdev_functions(xml));
  std::sort(functions.begin(), functions.end());
  return functions;
}

Result<bool> same_functions(const std::string& a, const std::string& b) {
  GPUPASS_TRY_ASSIGN(const auto in_a, sorted_functions(a));
  GPUPASS_TRY_ASSIGN(const auto in_b, sorted_functions(b));
  return in_a == in_b;
}

Result<bool> has_live(World& world, const std::string& domain, const PciAddress& device) {
  GPUPASS_TRY_ASSIGN(const auto functions, functions_in(world, domain, DomainView::live));
  return std::find(functions.begin(), functions.end(), device) != functions.end();
}

/// A call of libvirt that failed may have done its work all the same, and one that did not answer in time may
/// still do it: whether it came about is looked at, for as long as `patience` where it may yet.
/// Error: what `there` ended with.
Result<bool> came_about(std::chrono::milliseconds patience, const std::function<Result<bool>()>& there) {
  const auto until = std::chrono::steady_clock::now() + patience;
  for (;;) {
    GPUPASS_TRY_ASSIGN(const bool yes, there());
    if (yes) return true;
    if (std::chrono::steady_clock::now() >= until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

/// What libvirt said of a call, and what a look afterwards showed, as one outcome.
Result<WriteEnd> outcome(const World& world, const Result<void>& said,
                         const std::function<Result<bool>()>& there, const std::string& without_effect) {
  const bool open = !said && said.error().kind == ErrorKind::timeout;
  const auto seen = came_about(open ? world.step_timeout : std::chrono::milliseconds(0), there);
  if (seen && *seen) return WriteEnd{};
  auto error = !said  ? said.error()
               : seen ? Error{ErrorKind::hypervisor, without_effect, {}, {}, {}}
                      : seen.error();
  if (!said && !seen) error.also.push_back(seen.error());
  return Failure(std::move(error));
}

Result<WriteEnd> define(World& world, const std::string& domain, const std::string& xml) {
  GPUPASS_TRY_ASSIGN(auto* const libvirt, hypervisor(world));
  const auto said = libvirt->define(xml);
  const auto as_asked = [&]() -> Result<bool> {
    GPUPASS_TRY_ASSIGN(const auto now, libvirt->xml(domain, DomainView::config));
    return same_functions(now, xml);
  };
  return outcome(world, said, as_asked, fmt::format("libvirt defined {} without the change", domain));
}

/// Somebody changed the configuration after us: only our own change is taken out of theirs.
Result<WriteEnd> take_out(World& world, const DefineDomain& step, const std::string& now) {
  GPUPASS_TRY_ASSIGN(const auto without, without_gain(now, {step.before, step.after}));
  if (without) return define(world, step.domain, *without);
  return fail(ErrorKind::hypervisor,
              fmt::format("the configuration of {} was changed by somebody else meanwhile", step.domain),
              fmt::format("it is left as it is; look at it with `virsh dumpxml --inactive {}`", step.domain));
}

Result<WriteEnd> undo_define(World& world, const DefineDomain& step, const JournalEntry& entry) {
  GPUPASS_TRY_ASSIGN(auto* const libvirt, hypervisor(world));
  GPUPASS_TRY_ASSIGN(const auto now, libvirt->xml(step.domain, DomainView::config));
  GPUPASS_TRY_ASSIGN(const auto undone, same_functions(now, step.before));
  if (undone) return WriteEnd{};
  // The result is the text as libvirt gave it back after our change. Where the change was cut short, or said
  // to have failed, there is none: then what is not of cards tells whether somebody else was there since.
  bool ours_alone = entry.result == now;
  if (entry.result.empty()) {
    GPUPASS_TRY_ASSIGN(ours_alone, same_apart_from_cards(now, step.before));
  }
  if (ours_alone) return define(world, step.domain, step.before);
  return take_out(world, step, now);
}

Result<WriteEnd> plug_in(World& world, const std::string& domain, const PciAddress& device,
                         const std::string& xml) {
  GPUPASS_TRY_ASSIGN(auto* const libvirt, hypervisor(world));
  const auto said = libvirt->attach_live(domain, xml);
  return outcome(
      world, said, [&] { return has_live(world, domain, device); },
      fmt::format("libvirt attached {} but {} does not have it", to_string(device), domain));
}

/// libvirt's answer only says that the guest was asked; it gives the guest some seconds first, and a patience
/// of ours that is shorter says nothing against either.
Result<WriteEnd> unplug(World& world, const std::string& domain, const PciAddress& device,
                        const std::string& xml) {
  GPUPASS_TRY_ASSIGN(auto* const libvirt, hypervisor(world));
  const auto until = std::chrono::steady_clock::now() + world.step_timeout;
  const auto asked = libvirt->request_detach_live(domain, xml);
  const bool refused = !asked && asked.error().kind != ErrorKind::timeout;
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
  const auto gone = came_about(refused ? std::chrono::milliseconds(0) : left, [&]() -> Result<bool> {
    GPUPASS_TRY_ASSIGN(const auto there, has_live(world, domain, device));
    return !there;
  });
  if (gone && *gone) return WriteEnd{};
  if (!gone && !refused) return Failure(gone.error());
  if (refused) {
    auto error = asked.error();
    if (!gone) error.also.push_back(gone.error());
    return Failure(std::move(error));
  }
  return fail(
      ErrorKind::timeout,
      fmt::format("{} did not let go of {} within {} s", domain, to_string(device),
                  std::chrono::duration_cast<std::chrono::seconds>(world.step_timeout).count()),
      "the guest was asked and may still do it: its kernel must answer PCI hot-unplug, and nothing in it may "
      "use the device; then run the command again");
}

// ---- holds -----------------------------------------------------------------------------------

Result<std::string> hold_text(const Host& host, const PciAddress& device) {
  GPUPASS_TRY_ASSIGN(const auto hold, load_hold(host, device));
  return hold ? to_json(*hold) : std::string();
}

/// One that reads so already is not written: on a full disk there may be no room to write what is there.
Result<WriteEnd> restore_hold(Host& host, const PciAddress& device, const std::string& before) {
  if (const auto now = hold_text(host, device); now && *now == before) return WriteEnd{};
  if (before.empty()) {
    GPUPASS_TRY(remove_hold(host, device));
    return WriteEnd{};
  }
  GPUPASS_TRY_ASSIGN(const auto hold, hold_from_json(before));
  GPUPASS_TRY(save_hold(host, hold));
  return WriteEnd{};
}

// ---- one visitor for each of the four things -------------------------------------------------

struct Looking {
  World& world;

  Result<Look> operator()(const LoadModule& s) const { return Look{is_loaded(world.host, s.module), ""}; }
  Result<Look> operator()(const SetDriverOverride& s) const {
    GPUPASS_TRY_ASSIGN(auto now, override_of(world.host, s.device));
    const bool already = now == s.driver;
    return Look{already, std::move(now)};
  }
  Result<Look> operator()(const Unbind& s) const {
    return Look{driver_of(world.host, s.device) != s.driver, s.driver};
  }
  Result<Look> operator()(const ProbeDriver& s) const {
    return Look{driver_of(world.host, s.device) == s.driver, ""};
  }
  Result<Look> operator()(const DefineDomain& s) const {
    GPUPASS_TRY_ASSIGN(auto* const libvirt, hypervisor(world));
    GPUPASS_TRY_ASSIGN(const auto now, libvirt->xml(s.domain, DomainView::config));
    if (now == s.before) return Look{false, ""};
    GPUPASS_TRY_ASSIGN(const auto already, same_functions(now, s.after));
    if (already) return Look{true, ""};
    return fail(ErrorKind::busy, fmt::format("the configuration of {} was changed meanwhile", s.domain),
                "run the command again");
  }
  Result<Look> operator()(const AttachLive& s) const {
    GPUPASS_TRY_ASSIGN(const auto there, has_live(world, s.domain, s.device));
    return Look{there, ""};
  }
  Result<Look> operator()(const DetachLive& s) const {
    GPUPASS_TRY_ASSIGN(const auto there, has_live(world, s.domain, s.device));
    return Look{!there, ""};
  }
  Result<Look> operator()(const KeepHold& s) const {
    GPUPASS_TRY_ASSIGN(auto before, hold_text(world.host, s.hold.device));
    const bool already = before == to_json(s.hold);
    return Look{already, std::move(before)};
  }
  Result<Look> operator()(const DropHold& s) const {
    GPUPASS_TRY_ASSIGN(auto before, hold_text(world.host, s.device));
    const bool already = before.empty();
    return Look{already, std::move(before)};
  }
  Result<Look> operator()(const SetFiles& s) const {
    GPUPASS_TRY_ASSIGN(const auto now, files_now(world.host, s.files));
    // Whether the program has run since the files became so does not show.
    GPUPASS_TRY_ASSIGN(auto before, core::take_from_json("file", [&] { return to_json(now); }));
    return Look{s.program.empty() && now == s.files, std::move(before)};
  }
};

struct Doing {
  World& world;

  Result<WriteEnd> operator()(const LoadModule& s) const { return load_module(s, world); }
  Result<WriteEnd> operator()(const SetDriverOverride& s) const {
    return set_override(world, s.device, s.driver);
  }
  Result<WriteEnd> operator()(const Unbind& s) const { return unbind(world, s.device, s.driver); }
  Result<WriteEnd> operator()(const ProbeDriver& s) const { return probe(world, s.device, s.driver); }
  Result<WriteEnd> operator()(const DefineDomain& s) const { return define(world, s.domain, s.after); }
  Result<WriteEnd> operator()(const AttachLive& s) const {
    return plug_in(world, s.domain, s.device, s.hostdev_xml);
  }
  Result<WriteEnd> operator()(const DetachLive& s) const {
    return unplug(world, s.domain, s.device, s.hostdev_xml);
  }
  Result<WriteEnd> operator()(const KeepHold& s) const {
    GPUPASS_TRY(save_hold(world.host, s.hold));
    return WriteEnd{};
  }
  Result<WriteEnd> operator()(const DropHold& s) const {
    GPUPASS_TRY(remove_hold(world.host, s.device));
    return WriteEnd{};
  }
  Result<WriteEnd> operator()(const SetFiles& s) const { return set_files(world, s.files, s.program); }
};

struct Undoing {
  World& world;
  const JournalEntry& entry;

  Result<WriteEnd> operator()(const LoadModule& s) const { return unload_module(s, world); }
  Result<WriteEnd> operator()(const SetDriverOverride& s) const {
    GPUPASS_TRY_ASSIGN(const auto now, override_of(world.host, s.device));
    if (now == entry.before) return WriteEnd{};
    return set_override(world, s.device, entry.before);
  }
  Result<WriteEnd> operator()(const Unbind& s) const {
    if (driver_of(world.host, s.device) == s.driver) return WriteEnd{};
    return rebind(world, s.device, s.driver);
  }
  Result<WriteEnd> operator()(const ProbeDriver& s) const {
    if (driver_of(world.host, s.device) != s.driver) return WriteEnd{};
    return unbind(world, s.device, s.driver);
  }
  Result<WriteEnd> operator()(const DefineDomain& s) const { return undo_define(world, s, entry); }
  Result<WriteEnd> operator()(const AttachLive& s) const {
    GPUPASS_TRY_ASSIGN(const auto there, has_live(world, s.domain, s.device));
    if (!there) return WriteEnd{};
    return unplug(world, s.domain, s.device, s.hostdev_xml);
  }
  Result<WriteEnd> operator()(const DetachLive& s) const {
    GPUPASS_TRY_ASSIGN(const auto there, has_live(world, s.domain, s.device));
    if (there) return WriteEnd{};
    return plug_in(world, s.domain, s.device, s.hostdev_xml);
  }
  Result<WriteEnd> operator()(const KeepHold& s) const {
    return restore_hold(world.host, s.hold.device, entry.before);
  }
  Result<WriteEnd> operator()(const DropHold& s) const {
    return restore_hold(world.host, s.device, entry.before);
  }
  Result<WriteEnd> operator()(const SetFiles& s) const {
    GPUPASS_TRY_ASSIGN(const auto before, files_from_json(entry.before));
    return set_files(world, before, s.undo_program);
  }
};

/// Steps that write to a device's files; holds outlive their device.
bool needs_device(const Step& step) {
  return std::holds_alternative<SetDriverOverride>(step) || std::holds_alternative<Unbind>(step) ||
         std::holds_alternative<ProbeDriver>(step);
}

}  // namespace

bool is_left_alone(const Step& step, const World& world) {
  return needs_device(step) && world.displaced.contains(*device_of(step));
}

Result<Look> look(const Step& step, World& world) {
  if (is_left_alone(step, world)) return Look{true, ""};
  if (needs_device(step) && !is_there(world.host, *device_of(step))) {
    return fail(ErrorKind::not_found, fmt::format("{} is no longer there", to_string(*device_of(step))));
  }
  return std::visit(Looking{world}, step);
}

Result<WriteEnd> carry_out(const Step& step, World& world) {
  return std::visit(Doing{world}, step);
}

bool had_no_effect(const Step& step, const std::string& before, const World& world) {
  const auto* const set = std::get_if<SetFiles>(&step);
  if (set == nullptr) return false;
  const auto was = files_from_json(before);
  const auto now = files_now(world.host, set->files);
  return was && now && *now == *was && *was != set->files;
}

Result<std::string> result_of(const Step& step, World& world) {
  const auto* const define = std::get_if<DefineDomain>(&step);
  if (define == nullptr) return std::string();
  return world.hypervisor->xml(define->domain, DomainView::config);
}

Result<WriteEnd> undo(const Step& step, const JournalEntry& entry, World& world) {
  if (is_left_alone(step, world) || (needs_device(step) && !is_there(world.host, *device_of(step))))
    return WriteEnd{};  // nothing left to put back
  return std::visit(Undoing{world, entry}, step);
}

}  // namespace gpupass::apply_detail
