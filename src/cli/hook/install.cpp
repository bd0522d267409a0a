// SPDX-License-Identifier: GPL-2.0-or-later
// The hook file: put among libvirt's hooks, and taken away, never over somebody else's.
#include <fmt/format.h>

#include <ostream>

#include "cli/change.hpp"
#include "cli/hook/hook.hpp"
#include "gpupass/core/json.hpp"
#include "gpupass/core/names.hpp"
#include "gpupass/sys/terminal.hpp"

namespace gpupass::cli {
namespace {

/// Its second line; by it gpupass knows its own file.
constexpr std::string_view k_mark = "# gpupass: what libvirt asks before it starts a domain\n";

constexpr const char* k_hooks = "/etc/libvirt/hooks";
/// Where a hook was installed for a libvirt that looks elsewhere: its folder.
constexpr const char* k_elsewhere = "/var/lib/gpupass/hooks";

enum class Installed { no, yes, outdated, foreign };

/// In JSON.
constexpr std::array k_installed_names = {
    core::Name<Installed>{Installed::no, "no"},
    core::Name<Installed>{Installed::yes, "yes"},
    core::Name<Installed>{Installed::outdated, "outdated"},
    core::Name<Installed>{Installed::foreign, "foreign"},
};

const char* name(Installed installed) {
  return core::name_in(k_installed_names, installed);
}

struct HookFile {
  std::string path;
  std::string text;  // as this gpupass would write it
};

void add_hook_options(po::options_description& options) {
  options.add_options()("hooks", po::value<std::string>()->value_name("DIR"),
                        "where libvirt looks for hooks (else where install put one, else\n"
                        "/etc/libvirt/hooks)");
  options.add_options()("driver",
                        po::value<std::string>()->default_value("qemu")->value_name("qemu|lxc|libxl"),
                        "which of libvirt's drivers asks");
}

Syntax syntax(const char* action, const char* about) {
  Syntax syntax{fmt::format("gpupass hook {} [options]", action), about, {}, {}};
  add_hook_options(syntax.options);
  return syntax;
}

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

/// libvirt runs every program in DRIVER.d since 6.5: the file stands beside those of others.
Result<HookFile> file_of(const std::string& folder, const std::string& driver) {
  if (driver != "qemu" && driver != "lxc" && driver != "libxl")
    return fail(ErrorKind::usage, fmt::format("libvirt's driver '{}' has no hook", driver),
                "qemu, lxc or libxl");
  const auto program = sys::executable().string();
  if (program.find_first_of("'\\\n") != std::string::npos)
    return fail(ErrorKind::unsupported, fmt::format("{}: no path that a script can hold", program));
  return HookFile{fmt::format("{}/{}.d/gpupass", folder, driver), script(program, driver)};
}

/// Where `gpupass hook install` put one that is not where all do.
std::string installed_folder(const Host& host) {
  const auto folder = host.attribute(k_elsewhere);
  return folder && folder->starts_with('/') ? *folder : k_hooks;
}

Result<HookFile> file_of(const Host& host, const po::variables_map& values) {
  const auto folder =
      values.count("hooks") > 0 ? absolute(values["hooks"].as<std::string>()) : installed_folder(host);
  return file_of(folder, values["driver"].as<std::string>());
}

/// A hook that was put there under the name by which libvirts before 6.5 call one, DRIVER itself.
HookFile of_old_libvirt(const HookFile& file) {
  constexpr std::string_view k_name = ".d/gpupass";
  return {file.path.substr(0, file.path.size() - k_name.size()), file.text};
}

Installed look(const Host& host, const HookFile& file) {
  const auto text = host.read(file.path);
  if (!text) return host.exists(file.path) ? Installed::foreign : Installed::no;
  if (*text == file.text) return Installed::yes;
  return text->find(k_mark) == std::string::npos ? Installed::foreign : Installed::outdated;
}

/// HOOKS of HOOKS/qemu.d/gpupass.
std::string folder_of(const HookFile& file) {
  return std::filesystem::path(file.path).parent_path().parent_path().string();
}

/// Written before the hook itself: a folder without one harms nobody.
Result<void> remember_folder(Host& host, const std::string& folder) {
  if (folder == installed_folder(host)) return {};
  return folder == k_hooks ? host.remove_file(k_elsewhere)
                           : host.write_file(k_elsewhere, folder + "\n", 0644);
}

Result<void> refuse_foreign(const Host& host, const HookFile& file) {
  if (look(host, file) != Installed::foreign) return {};
  return fail(ErrorKind::refused, fmt::format("{} is there, and not gpupass's", file.path),
              "nothing was changed; move it away if it is not needed");
}

}  // namespace

Result<void> require_hook(const Context& context) {
  GPUPASS_TRY_ASSIGN(const auto file, file_of(installed_folder(context.host), "qemu"));
  const auto installed = look(context.host, file);
  const auto older = of_old_libvirt(file);
  const auto at_older = look(context.host, older);
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

Result<int> hook_install(Context& context, const std::vector<std::string>& arguments) {
  GPUPASS_TRY_ASSIGN(
      const auto values,
      parse(context, syntax("install", "Has libvirt ask gpupass before each start of a domain."), arguments));
  if (!values) return 0;
  GPUPASS_TRY_ASSIGN(const auto file, file_of(context.host, *values));
  auto& out = context.terminal.out;
  GPUPASS_TRY(refuse_captured(context));
  GPUPASS_TRY(refuse_foreign(context.host, file));
  GPUPASS_TRY(for_root_only(context.host, sys::executable().string()));
  GPUPASS_TRY(remember_folder(context.host, folder_of(file)));
  const auto before = look(context.host, file);
  if (before == Installed::yes) {
    out << fmt::format("{} is there already\n", file.path);
    return 0;
  }
  constexpr mode_t k_program = 0755;
  // What was written may be there although its folder could not be synced.
  const auto written = context.host.write_file(file.path, file.text, k_program);
  if (!written && look(context.host, file) != Installed::yes) return Failure(written.error());
  if (!written) context.terminal.err << "note: it was done, but " << describe(written.error()) << "\n";
  out << fmt::format("{} is there\n", file.path);
  if (before == Installed::no)
    out << "libvirt looks for hooks when it starts: `systemctl restart libvirtd` (or virtqemud); guests run "
           "on\n";
  return 0;
}

Result<int> hook_uninstall(Context& context, const std::vector<std::string>& arguments) {
  GPUPASS_TRY_ASSIGN(
      const auto values,
      parse(context, syntax("uninstall", "Takes gpupass's hook away. Cards stay as they are."), arguments));
  if (!values) return 0;
  GPUPASS_TRY_ASSIGN(const auto file, file_of(context.host, *values));
  GPUPASS_TRY(refuse_captured(context));
  GPUPASS_TRY(refuse_foreign(context.host, file));
  const bool was = look(context.host, file) != Installed::no;
  const auto removed = context.host.remove_file(file.path);
  if (!removed && look(context.host, file) != Installed::no) return Failure(removed.error());
  if (!removed) context.terminal.err << "note: it was done, but " << describe(removed.error()) << "\n";
  if (folder_of(file) == installed_folder(context.host)) GPUPASS_TRY(remember_folder(context.host, k_hooks));
  context.terminal.out << fmt::format("{} {}\n", file.path, was ? "is gone" : "was not there");
  return 0;
}

Result<int> hook_status(Context& context, const std::vector<std::string>& arguments) {
  auto what = syntax("status", "Says whether gpupass's hook is among libvirt's.");
  add_format(what.options);
  GPUPASS_TRY_ASSIGN(const auto values, parse(context, std::move(what), arguments));
  if (!values) return 0;
  GPUPASS_TRY_ASSIGN(const auto format, format_of(*values));
  GPUPASS_TRY_ASSIGN(const auto file, file_of(context.host, *values));
  const auto installed = look(context.host, file);
  if (format == Format::json) {
    const core::Json json{{"schema", "gpupass.hook/1"}, {"file", file.path}, {"installed", name(installed)}};
    context.terminal.out << json.dump(2) << "\n";
    return installed == Installed::yes ? 0 : 1;
  }
  const char* const words = installed == Installed::yes  ? "installed"
                            : installed == Installed::no ? "not installed; `gpupass hook install` does it"
                            : installed == Installed::outdated
                                ? "installed by or for another gpupass; `gpupass hook install` mends it"
                                : "somebody else's";
  context.terminal.out << fmt::format("{}: {}\n", file.path, words);
  return installed == Installed::yes ? 0 : 1;
}

}  // namespace gpupass::cli
