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
using Function = Result<int> (*)(Context& context, const std::vector<std::string>& arguments);

struct Command {
  const char* name;
  const char* arguments;  // for the usage line: "VM SELECTOR…"
  const char* summary;
  Function function;
  const char* group = "";  // what it is for, above the first of them in --help: "Look"; empty: no heading
};

// One file each in src/cli; the literal table is in run.cpp.
[[nodiscard]] Result<int> list(Context& context, const std::vector<std::string>& arguments);
[[nodiscard]] Result<int> groups(Context& context, const std::vector<std::string>& arguments);
[[nodiscard]] Result<int> doctor(Context& context, const std::vector<std::string>& arguments);
[[nodiscard]] Result<int> attach(Context& context, const std::vector<std::string>& arguments);
[[nodiscard]] Result<int> detach(Context& context, const std::vector<std::string>& arguments);
[[nodiscard]] Result<int> bind(Context& context, const std::vector<std::string>& arguments);
[[nodiscard]] Result<int> unbind(Context& context, const std::vector<std::string>& arguments);
[[nodiscard]] Result<int> status(Context& context, const std::vector<std::string>& arguments);
[[nodiscard]] Result<int> recover(Context& context, const std::vector<std::string>& arguments);
[[nodiscard]] Result<int> xml(Context& context, const std::vector<std::string>& arguments);
[[nodiscard]] Result<int> bench(Context& context, const std::vector<std::string>& arguments);
[[nodiscard]] Result<int> guest(Context& context, const std::vector<std::string>& arguments);
[[nodiscard]] Result<int> container(Context& context, const std::vector<std::string>& arguments);
[[nodiscard]] Result<int> hook(Context& context, const std::vector<std::string>& arguments);
[[nodiscard]] Result<int> lab(Context& context, const std::vector<std::string>& arguments);

}  // namespace gpupass::cli
