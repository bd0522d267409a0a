// SPDX-License-Identifier: GPL-2.0-or-later
// What a command is: a function of the world, its arguments and where it writes.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "gpupass/error.hpp"
#include "gpupass/session/world.hpp"

namespace gpupass::cli {

/// Where a command reads and writes, and what is at the other end.
struct Terminal {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  bool can_ask = false;  // a person sees what goes to err, and types into in
  bool colour = false;   // out is a terminal and NO_COLOR is not set
  int columns = 80;      // of out; very wide where out is no terminal
};

/// The world, and where a command is typed.
struct Context : session::World {
  Terminal& terminal;
};

/// Returns the exit status: 0, or 1 where findings block. An Error ends with its own status.
using Function = Result<int>(Context& context, const std::vector<std::string>& arguments);

struct Command {
  const char* name;
  const char* arguments;  // for the usage line: "VM SELECTOR…"
  const char* summary;
  Function* function;
  const char* group = "";  // what it is for, above the first of them in --help: "Look"; empty: no heading
};

// One file each in src/cli, but for those that have actions; the literal tables are in commands.cpp.
[[nodiscard]] Function list, groups, doctor, attach, detach, bind, unbind, status, recover, xml, bench, guest,
    container, hook, lab;

}  // namespace gpupass::cli
