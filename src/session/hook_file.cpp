// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/session/hook_file.hpp"

#include <fmt/format.h>

#include <array>
#include <filesystem>

#include "gpupass/core/names.hpp"
#include "gpupass/record_files.hpp"
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

/// Where a hook was installed for a libvirt that looks elsewhere: its folder.
constexpr const char* k_elsewhere = "/var/lib/gpupass/hooks";

/// A hook that fails stops every start, of domains without our cards, too: one whose program is gone must
/// not.
std::string script(const std::string& program, const std::string& driver) {
  return fmt::format(R"(#!/bin/sh
{}program='{}'
[ -x "$program" ] || {{
  echo "gpupass: $program is gone, so nothing is checked; 'gpupass hook uninstall' was to come first; rm $0" >&2
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

/// libvirt runs every program in DRIVER.d since 6.5: the file stands beside those of others.
Result<HookFile> hook_file(const std::string& folder, const std::string& driver) {
  if (driver != "qemu" && driver != "lxc" && driver != "libxl")
    return fail(ErrorKind::usage, fmt::format("libvirt's driver '{}' has no hook", driver),
                "qemu, lxc or libxl");
  const auto program = sys::executable().string();
  if (program.find_first_of("'\\\n") != std::string::npos)
    return fail(ErrorKind::unsupported, fmt::format("{}: no path that a script can hold", program));
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

/// Written before the hook itself: a folder without one harms nobody.
Result<void> remember_folder(Host& host, const std::string& folder) {
  if (folder == installed_folder(host)) return {};
  return folder == k_hooks ? host.remove_file(k_elsewhere) : write_record(host, k_elsewhere, folder);
}

/// HOOKS of HOOKS/qemu.d/gpupass.
std::string folder_of(const HookFile& file) {
  return std::filesystem::path(file.path).parent_path().parent_path().string();
}

Result<void> refuse_foreign(const Host& host, const HookFile& file) {
  if (look(host, file) != Installed::foreign) return {};
  return fail(ErrorKind::refused, fmt::format("{} is there, and not gpupass's", file.path),
              "nothing was changed; move it away if it is not needed");
}

/// What was to be so is so, although a call said that it failed, as where a folder could not be synced.
Result<void> done_all_the_same(Requester& requester, const Result<void>& done, bool is_so) {
  if (!done && !is_so) return done;
  if (!done) requester.note("it was done, but " + describe(done.error()));
  return {};
}

}  // namespace

Result<Installed> install(World& world, Requester& requester, const HookFile& file) {
  constexpr mode_t k_program = 0755;
  auto& host = world.host;
  GPUPASS_TRY(refuse_captured(host));
  GPUPASS_TRY(refuse_foreign(host, file));
  GPUPASS_TRY(for_root_only(host, sys::executable().string()));
  GPUPASS_TRY(remember_folder(host, folder_of(file)));
  const auto before = look(host, file);
  if (before == Installed::yes) return before;
  const auto written = host.write_file(file.path, file.text, k_program);
  GPUPASS_TRY(done_all_the_same(requester, written, look(host, file) == Installed::yes));
  return before;
}

Result<Installed> uninstall(World& world, Requester& requester, const HookFile& file) {
  auto& host = world.host;
  GPUPASS_TRY(refuse_captured(host));
  GPUPASS_TRY(refuse_foreign(host, file));
  const auto before = look(host, file);
  const auto removed = host.remove_file(file.path);
  GPUPASS_TRY(done_all_the_same(requester, removed, look(host, file) == Installed::no));
  if (folder_of(file) == installed_folder(host)) GPUPASS_TRY(remember_folder(host, k_hooks));
  return before;
}

Result<void> require_hook(const Host& host) {
  GPUPASS_TRY_ASSIGN(const auto file, hook_file(installed_folder(host), "qemu"));
  const auto installed = look(host, file);
  const auto older = of_old_libvirt(file);
  const auto at_older = look(host, older);
  if (installed == Installed::yes || at_older == Installed::yes) return {};
  const auto beside = at_older == Installed::foreign
                          ? fmt::format(" ({} is there, and is not gpupass's)", older.path)
                          : std::string();
  return fail(
      ErrorKind::refused,
      fmt::format("gpupass's hook binds a lent card when its domain starts, and {} is {}{}", file.path,
                  installed == Installed::no         ? "not installed"
                  : installed == Installed::outdated ? "of another gpupass"
                                                     : "somebody else's",
                  beside),
      installed == Installed::foreign
          ? "nothing was changed; move that file away, then `gpupass hook install`"
          : "nothing was changed; `gpupass hook install` installs it");
}

}  // namespace gpupass::session
