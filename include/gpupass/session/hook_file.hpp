// SPDX-License-Identifier: GPL-2.0-or-later
// The hook file: put among libvirt's hooks, and known again by its second line.
#pragma once

#include <string>

#include "gpupass/session/change.hpp"

namespace gpupass::session {

/// Where libvirt looks for hooks.
constexpr const char* k_hooks = "/etc/libvirt/hooks";

enum class Installed { no, yes, outdated, foreign };
/// In JSON.
[[nodiscard]] const char* name(Installed installed);
/// For a person, with what to do about it.
[[nodiscard]] const char* words(Installed installed);

struct HookFile {
  std::string path;
  std::string text;  // as this gpupass would write it
};

/// `driver` is libvirt's that asks. Errors: usage, for one that asks nothing; unsupported.
[[nodiscard]] Result<HookFile> hook_file(const std::string& folder, const std::string& driver);

[[nodiscard]] Installed look(const Host& host, const HookFile& file);

/// Puts the file there, unless it is. Errors: refused, over somebody else's file, or where an ordinary user
/// could change the program that root would run; busy, where an earlier command did not end there.
[[nodiscard]] Result<Done> install(World& world, const Manner& manner, const HookFile& file);
/// Removes it, if it is there. Errors: refused, for somebody else's file; busy.
[[nodiscard]] Result<Done> uninstall(World& world, const Manner& manner, const HookFile& file);

/// Where `gpupass hook install` put one that is not where all do; else k_hooks.
[[nodiscard]] std::string installed_folder(const Host& host);

/// Error: refused, if libvirt's QEMU driver would not ask this gpupass before a start, as far as the
/// hook's file tells: a lent card would not be bound by it.
[[nodiscard]] Result<void> require_hook(const Host& host);

}  // namespace gpupass::session
