// SPDX-License-Identifier: GPL-2.0-or-later
// Running a command and keeping what it says.
#pragma once

#include <algorithm>
#include <sstream>

#include "gpupass/cli/run.hpp"
#include "support/fake_hypervisor.hpp"
#include "support/golden.hpp"

namespace gpupass::test {

struct Said {
  int status = 0;
  std::string out, err;  // an error is described in err, as the program would
};

struct Screen {
  int columns = 100;
  bool colour = false;
  std::string typed = {};  // standard input
  bool can_ask = false;
};

/// A libvirt with one domain, which is off and has no device of the host's.
inline Result<std::unique_ptr<Hypervisor>> idle_libvirt(const std::string&, std::chrono::milliseconds) {
  return std::make_unique<FakeHypervisor>("idle", "<domain/>", "");
}

inline Said run(cli::Function function, Host& host, const std::vector<std::string>& arguments,
                const session::Connect& connect = {}, const Screen& screen = {}) {
  std::istringstream in(screen.typed);
  std::ostringstream out, err;
  cli::Terminal terminal{in, out, err, screen.can_ask, screen.colour, screen.columns};
  cli::Context context{{host, connect ? connect : idle_libvirt, test::source(), "test:///default"}, terminal};
  const auto status = function(context, arguments);
  if (!status) err << describe(status.error()) << "\n";
  return {status ? *status : exit_code(status.error().kind), out.str(), err.str()};
}

/// A whole command line, whose errors are printed as the program prints them.
inline Said run_line(const session::World& world, const std::vector<std::string>& words,
                     const Screen& screen) {
  const auto command = std::ranges::find(cli::commands(), words.front(), &cli::Command::name);
  if (command == cli::commands().end()) return {-1, "", "there is no command " + words.front()};
  std::istringstream in(screen.typed);
  std::ostringstream out, err;
  cli::Terminal terminal{in, out, err, screen.can_ask, screen.colour, screen.columns};
  cli::Context context{world, terminal};
  const int status = cli::run_command(context, *command, {words.begin() + 1, words.end()});
  return {status, out.str(), err.str()};
}

}  // namespace gpupass::test
