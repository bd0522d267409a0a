// SPDX-License-Identifier: GPL-2.0-or-later
// The hook file: put among libvirt's hooks, and taken away, never over somebody else's.
#include <fmt/format.h>

#include <filesystem>
#include <ostream>

#include "cli/hook/hook.hpp"
#include "gpupass/core/json.hpp"
#include "gpupass/session/change.hpp"
#include "gpupass/session/hook_file.hpp"
#include "gpupass/sys/terminal.hpp"

namespace gpupass::cli {
namespace {

using session::HookFile;
using session::Installed;

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

Result<HookFile> file_of(const Host& host, const po::variables_map& values) {
  const auto folder = values.count("hooks") > 0 ? absolute(values["hooks"].as<std::string>())
                                                : session::installed_folder(host);
  return session::hook_file(folder, values["driver"].as<std::string>());
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

}  // namespace

Result<int> hook_install(Context& context, const std::vector<std::string>& arguments) {
  GPUPASS_TRY_ASSIGN(
      const auto values,
      parse(context, syntax("install", "Has libvirt ask gpupass before each start of a domain."), arguments));
  if (!values) return 0;
  GPUPASS_TRY_ASSIGN(const auto file, file_of(context.host, *values));
  auto& out = context.terminal.out;
  GPUPASS_TRY(session::refuse_captured(context.host));
  GPUPASS_TRY(refuse_foreign(context.host, file));
  GPUPASS_TRY(session::for_root_only(context.host, sys::executable().string()));
  GPUPASS_TRY(session::remember_folder(context.host, folder_of(file)));
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
  GPUPASS_TRY(session::refuse_captured(context.host));
  GPUPASS_TRY(refuse_foreign(context.host, file));
  const bool was = look(context.host, file) != Installed::no;
  const auto removed = context.host.remove_file(file.path);
  if (!removed && look(context.host, file) != Installed::no) return Failure(removed.error());
  if (!removed) context.terminal.err << "note: it was done, but " << describe(removed.error()) << "\n";
  if (folder_of(file) == session::installed_folder(context.host))
    GPUPASS_TRY(session::remember_folder(context.host, session::k_hooks));
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
