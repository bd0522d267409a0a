// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/session/hook_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "gpupass/boot/changes.hpp"
#include "gpupass/core/names.hpp"
#include "gpupass/session/change.hpp"
#include "gpupass/sys/terminal.hpp"

namespace gpupass::session {
namespace {

/// Its second line; by it gpupass knows its own file.
constexpr std::string_view k_mark = "# gpupass: what libvirt asks before it starts a domain\n";

constexpr std::array k_installed_names = {
    core::Name<Installed>{Installed::no, "no"},
    core::Name<Installed>{Installed::yes, "yes"},
    core::Name<Installed>{Installed::outdated, "outdated"},
    core::Name<Installed>{Installed::foreign, "foreign"},
};

constexpr std::array k_installed_words = {
    core::Name<Installed>{Installed::no, "not installed; `gpupass hook install` does it"},
    core::Name<Installed>{Installed::yes, "installed"},
    core::Name<Installed>{Installed::outdated,
                          "installed by or for another gpupass; `gpupass hook install` updates it"},
    core::Name<Installed>{Installed::foreign, "another program's"},
};

/// Of libvirt's drivers, those that ask.
constexpr std::array<std::string_view, 3> k_drivers = {"qemu", "lxc", "libxl"};

/// Where a hook was installed for a libvirt that looks elsewhere: its folder.
constexpr const char* k_elsewhere = "/var/lib/gpupass/hooks";

/// A hook that fails stops every start, of domains without our cards, too: one whose program is gone must
/// not.
std::string script(const std::string& program, const std::string& driver) {
  return fmt::format(R"(#!/bin/sh
{}program='{}'
[ -x "$program" ] || {{
  echo "gpupass: $program is not installed, so nothing is checked; to remove this hook: rm $0" >&2
  exit 0
}}
exec "$program" hook run {} "$@"
)",
                     k_mark, program, driver);
}

/// A hook that was put there under the name by which libvirts before 6.5 call one, DRIVER itself.
HookFile of_old_libvirt(const HookFile& file) {
  constexpr std::string_view k_name = ".d/gpupass";
  return {file.path.substr(0, file.path.size() - k_name.size()), file.text};
}

}  // namespace

const char* name(Installed installed) {
  return core::name_in(k_installed_names, installed);
}

const char* words(Installed installed) {
  return core::name_in(k_installed_words, installed);
}

/// libvirt runs every program in DRIVER.d since 6.5: the file stands beside those of others.
Result<HookFile> hook_file(const std::string& folder, const std::string& driver) {
  if (std::ranges::find(k_drivers, driver) == k_drivers.end())
    return fail(ErrorKind::usage, fmt::format("libvirt's driver '{}' has no hook", driver),
                "qemu, lxc or libxl");
  const auto program = sys::executable().string();
  if (program.find_first_of("'\\\n") != std::string::npos)
    return fail(ErrorKind::unsupported, fmt::format("{}: not a path that a script can contain", program));
  return HookFile{fmt::format("{}/{}.d/gpupass", folder, driver), script(program, driver)};
}

Installed look(const Host& host, const HookFile& file) {
  const auto text = host.read(file.path);
  if (!text) return host.exists(file.path) ? Installed::foreign : Installed::no;
  if (*text == file.text) return Installed::yes;
  return text->find(k_mark) == std::string::npos ? Installed::foreign : Installed::outdated;
}

std::string installed_folder(const Host& host) {
  const auto folder = host.attribute(k_elsewhere);
  return folder && folder->starts_with('/') ? *folder : k_hooks;
}

namespace {

constexpr const char* k_hook_files = "hooks";  // the lock of all of libvirt's hooks that are gpupass's
constexpr unsigned k_program = 0755;

/// HOOKS of HOOKS/qemu.d/gpupass.
std::string folder_of(const HookFile& file) {
  return std::filesystem::path(file.path).parent_path().parent_path().string();
}

/// What says where hooks are installed: nothing if libvirt commonly looks.
FileContent record_of(const std::string& folder) {
  if (folder == k_hooks) return {k_elsewhere, std::nullopt};
  return {k_elsewhere, folder + "\n"};
}

/// Another driver's hook is still in the same folder.
bool has_others(const Host& host, const HookFile& file) {
  return std::ranges::any_of(k_drivers, [&](std::string_view driver) {
    const auto other = hook_file(folder_of(file), std::string(driver));
    if (!other || other->path == file.path) return false;
    const auto installed = look(host, *other);
    return installed == Installed::yes || installed == Installed::outdated;
  });
}

Result<void> refuse_foreign(const Host& host, const HookFile& file) {
  if (look(host, file) != Installed::foreign) return {};
  return fail(ErrorKind::refused, fmt::format("{} exists, and is not gpupass's", file.path),
              "nothing was changed; move it away if it is not needed");
}

/// Of these files, those that are not so yet. Nothing to do is a plan without a step.
Plan plan_for(const Host& host, std::string doing, Direction direction, SetFiles step) {
  std::erase_if(step.files, [&](const FileContent& file) { return boot::is_so(host, file); });
  Plan plan{std::move(doing), direction, "", {}, {}};
  plan.files = k_hook_files;
  if (!step.files.empty()) plan.steps.emplace_back(std::move(step));
  return plan;
}

}  // namespace

Result<Done> install(World& world, const Manner& manner, const HookFile& file) {
  const auto doing = fmt::format("install {}", file.path);
  Locks locks;
  GPUPASS_TRY(lock_with_files(world, manner, doing, {}, k_hook_files, locks));
  GPUPASS_TRY(refuse_foreign(world.host, file));
  if (!world.host.captured())
    GPUPASS_TRY(for_root_only(world.host, sys::executable().string(), k_install_for_root));
  auto plan = plan_for(world.host, doing, Direction::take,
                       {"have libvirt ask gpupass before each start",
                        {{file.path, file.text, k_program}, record_of(folder_of(file))},
                        {},
                        {}});
  auto outcome = fmt::format("{} is installed", file.path);
  if (look(world.host, file) != Installed::yes)
    outcome +=
        "; libvirt reads its hooks when it starts: `systemctl restart libvirtd` (or virtqemud), guests run "
        "on";
  return carry_out(world, manner, std::move(plan), nullptr, locks, outcome);
}

Result<Done> uninstall(World& world, const Manner& manner, const HookFile& file) {
  const auto doing = fmt::format("remove {}", file.path);
  Locks locks;
  GPUPASS_TRY(lock_with_files(world, manner, doing, {}, k_hook_files, locks));
  GPUPASS_TRY(refuse_foreign(world.host, file));
  SetFiles step{"stop libvirt from asking gpupass", {{file.path, std::nullopt}}, {}, {}};
  if (folder_of(file) == installed_folder(world.host) && !has_others(world.host, file))
    step.files.push_back(record_of(k_hooks));
  const bool was_there = look(world.host, file) != Installed::no;
  auto plan = plan_for(world.host, doing, Direction::give_back, std::move(step));
  return carry_out(world, manner, std::move(plan), nullptr, locks,
                   fmt::format("{} is {}", file.path, was_there ? "removed" : "not installed"));
}

Result<void> require_hook(const Host& host) {
  GPUPASS_TRY_ASSIGN(const auto file, hook_file(installed_folder(host), "qemu"));
  const auto installed = look(host, file);
  const auto older = of_old_libvirt(file);
  const auto at_older = look(host, older);
  if (installed == Installed::yes || at_older == Installed::yes) return {};
  const auto beside = at_older == Installed::foreign
                          ? fmt::format(" ({} exists, and is not gpupass's)", older.path)
                          : std::string();
  return fail(
      ErrorKind::refused,
      fmt::format("gpupass's hook binds a lent card when its domain starts, and {} is {}{}", file.path,
                  installed == Installed::no         ? "not installed"
                  : installed == Installed::outdated ? "of another gpupass"
                                                     : "another program's",
                  beside),
      installed == Installed::foreign
          ? "nothing was changed; move that file away, then `gpupass hook install`"
          : "nothing was changed; `gpupass hook install` installs it");
}

}  // namespace gpupass::session
