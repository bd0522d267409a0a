// SPDX-License-Identifier: GPL-2.0-or-later
// gpupass bench run: the front of gpupass-bench, which does the work and shows its progress itself.
#include <fmt/format.h>

#include <ostream>

#include "cli/bench.hpp"
#include "cli/options.hpp"
#include "gpupass/run/suite.hpp"
#include "gpupass/sys/terminal.hpp"

namespace gpupass::cli {
namespace fs = std::filesystem;
namespace {

constexpr const char* k_program = "gpupass-bench";

Syntax syntax(std::string& program) {
  Syntax syntax(
      "gpupass bench run [--program FILE] [OPTION of gpupass-bench…]",
      "Measures this machine with gpupass-bench, which takes all other options: --runs N, --out "
      "FOLDER,\n--quick, --filter GLOB and more; `gpupass-bench --help` lists them. In a guest, run "
      "that same\nfile there.");
  syntax.option("program", program, "FILE", "the gpupass-bench to run; else the one beside gpupass");
  return syntax;
}

}  // namespace

Result<int> bench_run(Context& context, const std::vector<std::string>& arguments) {
  const bool ours = !arguments.empty() && (arguments[0] == "--help" || arguments[0] == "-h" ||
                                           arguments[0].starts_with("--program"));
  const bool two_words = ours && arguments[0] == "--program" && arguments.size() > 1;
  const auto end = arguments.begin() + (two_words ? 2 : ours ? 1 : 0);
  std::string program;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax(program), {arguments.begin(), end}));
  if (!go) return 0;
  GPUPASS_TRY(context.host.changeable());
  std::vector<std::string> argv{program.empty() ? run::bench_program().value_or(k_program) : program};
  argv.insert(argv.end(), end, arguments.end());
  context.terminal.out.flush();
  auto error = context.host.become(argv);
  if (error.kind == ErrorKind::not_found)
    error.hint = "--program names it; it is built and installed with gpupass";
  return Failure(std::move(error));
}

}  // namespace gpupass::cli
