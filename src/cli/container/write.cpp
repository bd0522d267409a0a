// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass container write` and `remove`: the CDI file, and the way back.
#include <fmt/format.h>

#include "cli/container/container.hpp"
#include "cli/teller.hpp"
#include "gpupass/core/printable.hpp"
#include "gpupass/session/container.hpp"
#include "gpupass/sys/path.hpp"

namespace gpupass::cli {
namespace {

struct ContainerWriteOptions {
  session::Selection what;  // of write only
  std::string output;       // empty: none was named
  std::string engine;       // of write only; empty: none was named
  ChangeOptions change;
};

Syntax syntax_of_write(ContainerWriteOptions& options) {
  Syntax syntax("gpupass container write [SELECTOR…] [--engine ENGINE] [--output FILE] [options]",
                "Describes cards to container engines in a CDI file: without a SELECTOR every\n"
                "card that containers can have. A container then gets one by its name, such as\n"
                "`podman run --device gpupass/card=0000:01:00.0`, or all by `gpupass/card=all`.");
  syntax.positional("selector", options.what.selectors);
  syntax.option("engine", options.engine, "ENGINE",
                "the engine that reads it: docker, podman, containerd or cri-o. Says what must be switched "
                "on, and writes where that engine looks");
  syntax.option("output", options.output, "FILE", "the file (else /etc/cdi/gpupass.json)");
  add_change_options(syntax, options.change);
  return syntax;
}

Syntax syntax_of_remove(ContainerWriteOptions& options) {
  Syntax syntax("gpupass container remove [--output FILE] [options]",
                "Removes what `gpupass container write` wrote, and nothing else. Running\n"
                "containers keep what they have.");
  syntax.option("output", options.output, "FILE", "one file (else every file that gpupass wrote)");
  add_change_options(syntax, options.change);
  return syntax;
}

}  // namespace

Result<int> container_write(Context& context, const std::vector<std::string>& arguments) {
  ContainerWriteOptions options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax_of_write(options), arguments));
  if (!go) return 0;
  session::DescribeRequest request;
  if (!options.what.selectors.empty()) request.what = std::move(options.what);
  if (!options.output.empty()) request.output = sys::absolute(options.output);
  if (!options.engine.empty()) {
    request.reader = container::reader_named(options.engine);
    if (!request.reader)
      return fail(ErrorKind::usage,
                  fmt::format("--engine '{}' does not read CDI files", core::printable(options.engine)),
                  fmt::format("--engine is one of {}; others take `gpupass container flags`",
                              container::reader_names()));
  }
  Teller teller(context.terminal, options.change);
  GPUPASS_TRY_ASSIGN(const auto done, session::describe_for_containers(context, teller.manner(), request));
  return teller.tell(done);
}

Result<int> container_remove(Context& context, const std::vector<std::string>& arguments) {
  ContainerWriteOptions options;
  GPUPASS_TRY_ASSIGN(const bool go, parse(context, syntax_of_remove(options), arguments));
  if (!go) return 0;
  std::optional<std::string> output;
  if (!options.output.empty()) output = sys::absolute(options.output);
  Teller teller(context.terminal, options.change);
  GPUPASS_TRY_ASSIGN(const auto done, session::forget_for_containers(context, teller.manner(), output));
  return teller.tell(done);
}

}  // namespace gpupass::cli
