// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/cli/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <limits>

#include "cli/actions.hpp"
#include "cli/options.hpp"
#include "gpupass/core/caught.hpp"
#include "gpupass/core/printable.hpp"
#include "gpupass/core/printable_stream.hpp"
#include "gpupass/core/wrap.hpp"
#include "gpupass/report/error_json.hpp"
#include "gpupass/session/installed.hpp"
#include "gpupass/sys/terminal.hpp"

namespace gpupass::cli {
namespace {

constexpr const char* k_run_usage = "gpupass [--root DIR] COMMAND [options]";
constexpr std::string_view k_root = "--root";

void print_help(std::ostream& out) {
  out << "usage: " << k_run_usage
      << "\n\nAssigns a real graphics card to a virtual machine, and returns it as it was.\n\n";
  out << rows_text(commands())
      << "\n  --root DIR   look at a captured machine (see capture-host), which is never\n"
         "               changed: commands that change something only run with --dry-run\n"
         "  --version    print the version\n"
         "\n`gpupass help COMMAND` explains a command. Exit codes: 0 done, 1 the answer is\n"
         "no (doctor, groups, hook status, guest bench), 2 usage; gpupass(1) has the rest.\n";
}

const Command* find(const std::string& name) {
  const auto found = std::ranges::find(commands(), name, &Command::name);
  return found == commands().end() ? nullptr : &*found;
}

struct Global {
  std::string root = "/";
  bool help = false;
  bool version = false;
  std::vector<std::string> rest;  // the command and what follows
};

/// What libvirt calls hands a domain's name on, which may look like an option of ours.
bool is_for_libvirt(const std::vector<std::string>& words, std::size_t command) {
  return command + 1 < words.size() && words[command] == "hook" && words[command + 1] == "run";
}

/// Takes --root DIR and --root=DIR out of the words, wherever they are before "--": the root.
Result<std::string> take_root(std::vector<std::string>& words) {
  std::optional<std::string> root;
  bool in_command = false;
  for (std::size_t i = 0; i < words.size() && words[i] != "--";) {
    const bool two = words[i] == k_root;
    if (two || words[i].starts_with("--root=")) {
      if (two && i + 1 == words.size())
        return fail(ErrorKind::usage, "--root needs a folder", fmt::format("usage: {}", k_run_usage));
      if (root) return fail(ErrorKind::usage, "--root is given twice", fmt::format("usage: {}", k_run_usage));
      root = two ? words[i + 1] : words[i].substr(k_root.size() + 1);
      const auto at = words.begin() + static_cast<std::ptrdiff_t>(i);
      words.erase(at, at + (two ? 2 : 1));
      continue;
    }
    if (!in_command && is_for_libvirt(words, i)) break;
    in_command = in_command || !words[i].starts_with('-');
    ++i;
  }
  return root.value_or("/");
}

Result<Global> read_global(std::vector<std::string> arguments) {
  Global global;
  GPUPASS_TRY_ASSIGN(global.root, take_root(arguments));
  std::size_t i = 0;
  for (; i < arguments.size() && arguments[i].starts_with('-'); ++i) {
    const auto& word = arguments[i];
    if (word == "--help" || word == "-h") {
      global.help = true;
    } else if (word == "--version") {
      global.version = true;
    } else {
      return fail(ErrorKind::usage, fmt::format("unknown option '{}'", word),
                  fmt::format("usage: {}", k_run_usage));
    }
  }
  global.rest.assign(arguments.begin() + static_cast<std::ptrdiff_t>(i), arguments.end());
  if (!global.rest.empty() && global.rest.front() == "help") {  // help COMMAND… is COMMAND… --help
    global.rest.erase(global.rest.begin());
    global.help = global.rest.empty();
    global.rest.emplace_back("--help");
  }
  GPUPASS_TRY_ASSIGN(global.root, session::machine_root(global.root));
  return global;
}

int report(const Error& error) {
  std::cerr << "gpupass: " << core::printable_lines(describe(error)) << "\n";
  return exit_code(error.kind);
}

int run_in_real_world(const Global& global) {
  const auto& name = global.rest.front();
  const auto* const command = find(name);
  if (command == nullptr) {
    return report(fail(ErrorKind::usage, fmt::format("there is no command '{}'", name),
                       nearest(name, commands(), "gpupass") + "`gpupass --help` lists the commands")
                      .value());
  }
  Host host(std::filesystem::absolute(global.root).lexically_normal());
  const int columns = sys::terminal_columns(1);
  const bool colour = sys::may_colour(1);
  core::PrintableStream out(std::cout, colour), err(std::cerr, false);
  err << std::unitbuf;
  Terminal terminal{std::cin,       out,    err,
                    sys::can_ask(), colour, columns > 0 ? columns : std::numeric_limits<int>::max()};
  Context context{session::installed_world(host), terminal};
  return run_command(context, *command, {global.rest.begin() + 1, global.rest.end()});
}

/// Somebody who reads our output as JSON gets errors as JSON too.
bool wants_json(const std::vector<std::string>& arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--") return false;
    if (arguments[i] == "--format=json") return true;
    if (arguments[i] == "--format" && i + 1 < arguments.size() && arguments[i + 1] == "json") return true;
  }
  return false;
}

Result<int> run_function(Context& context, const Command& command,
                         const std::vector<std::string>& arguments) {
  auto result = core::caught([&] { return command.function(context, arguments); });
  if (!result && result.error().kind == ErrorKind::internal)
    result.error().what = fmt::format("{}: {}", command.name, result.error().what);
  return result;
}

}  // namespace

int run_command(Context& context, const Command& command, const std::vector<std::string>& arguments) {
  const auto result = run_function(context, command, arguments);
  context.terminal.out.flush();
  if (result) {
    if (context.terminal.out) return *result;
    context.terminal.err << "gpupass: it was done, but its output could not be written\n";
    return exit_code(ErrorKind::system);
  }
  const auto error =
      report::as_it_stands(result.error(), connection_named(arguments), session::places_of(context.data));
  if (wants_json(arguments)) context.terminal.out << report::to_json(error) << "\n";
  context.terminal.err << core::wrapped_lines("gpupass: " + describe(error), context.terminal.columns)
                       << "\n";
  return exit_code(error.kind);
}

int run(const std::vector<std::string>& arguments) {
  const auto global = read_global(arguments);
  if (!global) return report(global.error());
  if (global->version) {
    std::cout << "gpupass " GPUPASS_VERSION "\n";
    return 0;
  }
  if (global->help || global->rest.empty()) {
    print_help(global->help ? std::cout : std::cerr);
    return global->help ? 0 : exit_code(ErrorKind::usage);
  }
  return run_in_real_world(*global);
}

}  // namespace gpupass::cli
