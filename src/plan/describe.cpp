// SPDX-License-Identifier: GPL-2.0-or-later
// Steps in words, in both directions.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gpupass/core/overloaded.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/plan.hpp"

namespace gpupass {
namespace {

std::string with_domain(const Hold& hold) {
  return hold.domain.empty() ? "" : " for " + core::enumerate(domains_of(hold));
}

/// "write A and B, remove C, run D".
std::string work_of(const SetFiles& set) {
  std::vector<std::string> written;
  std::vector<std::string> removed;
  for (const auto& file : set.files) (file.text ? written : removed).push_back(file.path);
  std::vector<std::string> work;
  if (!written.empty()) work.push_back("write " + core::enumerate(written));
  if (!removed.empty()) work.push_back("remove " + core::enumerate(removed));
  if (!set.program.empty()) work.push_back("run " + fmt::format("{}", fmt::join(set.program, " ")));
  return fmt::format("{}", fmt::join(work, ", "));
}

}  // namespace

std::optional<PciAddress> device_of(const Step& step) {
  return std::visit(core::Overloaded{[](const LoadModule&) { return std::optional<PciAddress>(); },
                                     [](const DefineDomain&) { return std::optional<PciAddress>(); },
                                     [](const SetFiles&) { return std::optional<PciAddress>(); },
                                     [](const KeepHold& keep) { return std::optional(keep.hold.device); },
                                     [](const auto& other) { return std::optional(other.device); }},
                    step);
}

std::string domain_of(const Step& step) {
  return std::visit(core::Overloaded{[](const DefineDomain& define) { return define.domain; },
                                     [](const AttachLive& attach) { return attach.domain; },
                                     [](const DetachLive& detach) { return detach.domain; },
                                     [](const auto&) { return std::string(); }},
                    step);
}

std::string describe(const Step& step) {
  return std::visit(
      core::Overloaded{
          [](const LoadModule& load) { return fmt::format("load the kernel module {}", load.module); },
          [](const SetDriverOverride& set) {
            return set.driver.empty() ? fmt::format("let any driver have {}", to_string(set.device))
                                      : fmt::format("let only {} have {}", set.driver, to_string(set.device));
          },
          [](const Unbind& unbind) {
            return fmt::format("unbind {} from {}", to_string(unbind.device), unbind.driver);
          },
          [](const ProbeDriver& probe) {
            return fmt::format("bind {} to {}", to_string(probe.device), probe.driver);
          },
          [](const DefineDomain& define) {
            return fmt::format("change the configuration of {}", define.domain);
          },
          [](const AttachLive& attach) {
            return fmt::format("plug {} into the running {}", to_string(attach.device), attach.domain);
          },
          [](const DetachLive& detach) {
            return fmt::format("unplug {} from the running {}", to_string(detach.device), detach.domain);
          },
          [](const KeepHold& keep) {
            return fmt::format("remember {}{} (driver before: {})", to_string(keep.hold.device),
                               with_domain(keep.hold),
                               keep.hold.original_driver.empty() ? "none" : keep.hold.original_driver);
          },
          [](const DropHold& drop) { return fmt::format("forget {}", to_string(drop.device)); },
          [](const SetFiles& set) { return fmt::format("{} ({})", set.purpose, work_of(set)); },
      },
      step);
}

std::string describe_undo(const Step& step) {
  return std::visit(
      core::Overloaded{
          [](const LoadModule& load) { return fmt::format("unload the kernel module {}", load.module); },
          [](const SetDriverOverride& set) {
            return fmt::format("put back the driver override of {}", to_string(set.device));
          },
          [](const Unbind& unbind) {
            return fmt::format("bind {} to {}", to_string(unbind.device), unbind.driver);
          },
          [](const ProbeDriver& probe) {
            return fmt::format("unbind {} from {}", to_string(probe.device), probe.driver);
          },
          [](const DefineDomain& define) {
            return fmt::format("put back the configuration of {}", define.domain);
          },
          [](const AttachLive& attach) {
            return fmt::format("unplug {} from the running {}", to_string(attach.device), attach.domain);
          },
          [](const DetachLive& detach) {
            return fmt::format("plug {} into the running {}", to_string(detach.device), detach.domain);
          },
          [](const KeepHold& keep) {
            return fmt::format("put back what was remembered of {}", to_string(keep.hold.device));
          },
          [](const DropHold& drop) { return fmt::format("remember {} again", to_string(drop.device)); },
          [](const SetFiles& set) {
            std::vector<std::string> paths;
            for (const auto& file : set.files) paths.push_back(file.path);
            return fmt::format(
                "{}{}{}", paths.empty() ? "" : "put back " + core::enumerate(paths),
                paths.empty() || set.undo_program.empty() ? "" : ", ",
                set.undo_program.empty() ? "" : "run " + fmt::format("{}", fmt::join(set.undo_program, " ")));
          },
      },
      step);
}

}  // namespace gpupass
