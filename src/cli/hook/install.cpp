// SPDX-License-Identifier: GPL-2.0-or-later
// The hook file: put among libvirt's hooks, and taken away, never over somebody else's.
#include <fmt/format.h>

#include <ostream>

#include "cli/hook/hook.hpp"
#include "cli/print.hpp"
#include "cli/teller.hpp"
#include "gpupass/core/json.hpp"
#include "gpupass/session/hook_file.hpp"
#include "gpupass/sys/path.hpp"

namespace gpupass::cli {
namespace {

using session::HookFile;
using session::Installed;

struct HookInstallOptions {
  std::string folder;  // of hooks; empty: where the last one was put
  std::string driver = "qemu";
  ChangeOptions change;  // of status the format only
};

Syntax syntax(const char* action, const char* about, HookInstallOptions& options) {
  Syntax syntax(fmt::format("gpupass hook {} [options]", action), about);
  syntax.option("hooks", options.folder, "DIR",
                "where libvirt looks for hooks (else where install put one, else\n"
                "/etc/libvirt/hooks)");
  syntax.option("driver", options.driver, "qemu|lxc|libxl", "the libvirt driver that calls the hook");
  return syntax;
}

Result<HookFile> file_of(const Host& host, const HookInstallOptions& options) {
  const auto folder =
      options.folder.empty() ? session::installed_folder(host) : sys::absolute(options.folder);
  return session::hook_file(folder, options.driver);
}

}  // namespace

Result<int> hook_install(Context& context, const std::vector<std::string>& arguments) {
  HookInstallOptions options;
  auto accepted = syntax("install", "Has libvirt ask gpupass before each start of a domain.", options);
  add_change_options(accepted, options.change);
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, accepted, arguments));
  if (!go) return 0;
  GPUPASS_TRY_ASSIGN(const auto file, file_of(context.host, options));
  Teller teller(context.terminal, options.change);
  GPUPASS_TRY_ASSIGN(const auto done, session::install(context, teller.manner(), file));
  return teller.tell(done);
}

Result<int> hook_uninstall(Context& context, const std::vector<std::string>& arguments) {
  HookInstallOptions options;
  auto accepted = syntax("uninstall", "Removes gpupass's hook. Cards stay as they are.", options);
  add_change_options(accepted, options.change);
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, accepted, arguments));
  if (!go) return 0;
  GPUPASS_TRY_ASSIGN(const auto file, file_of(context.host, options));
  Teller teller(context.terminal, options.change);
  GPUPASS_TRY_ASSIGN(const auto done, session::uninstall(context, teller.manner(), file));
  return teller.tell(done);
}

Result<int> hook_status(Context& context, const std::vector<std::string>& arguments) {
  HookInstallOptions options;
  auto accepted = syntax("status", "Says whether gpupass's hook is installed.", options);
  add_format(accepted, options.change.format);
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, accepted, arguments));
  if (!go) return 0;
  GPUPASS_TRY_ASSIGN(const auto file, file_of(context.host, options));
  const auto installed = look(context.host, file);
  print(
      context.terminal, options.change.format,
      [&] {
        return core::Json{{"schema", "gpupass.hook/1"}, {"file", file.path}, {"installed", name(installed)}};
      },
      [&] { return fmt::format("{}: {}\n", file.path, words(installed)); });
  return installed == Installed::yes ? 0 : 1;
}

}  // namespace gpupass::cli
