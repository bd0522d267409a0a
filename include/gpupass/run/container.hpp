// SPDX-License-Identifier: GPL-2.0-or-later
// gpupass-bench in a container that is started for each run, by any engine. Other containers are never
// touched: those started here have a name or a mark of their own.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "gpupass/container/parts.hpp"
#include "gpupass/core/json.hpp"
#include "gpupass/session/change.hpp"
#include "gpupass/session/world.hpp"
#include "gpupass/step.hpp"

namespace gpupass::run {

struct ContainerChoice {
  container::Engine engine = container::Engine::podman;
  std::string runtime;  // empty: the one that the engine takes by itself
  std::string name;  // of an image, or of a container of LXC's; a folder: the root file system, of Podman's
};

class ContainerRuns {
 public:
  virtual ~ContainerRuns() = default;
  /// That it could be started: the engine, its runtime, the image. Changes nothing. Errors: not_found,
  /// refused, busy.
  [[nodiscard]] virtual Result<void> check() = 0;
  /// For Run::env, "container": the engine, its version, runtime, what it is made from.
  [[nodiscard]] virtual Result<core::Json> facts() = 0;
  /// The container that runs, to be ended after a run, and before one that somebody may have left.
  [[nodiscard]] virtual RunContainer step() const = 0;
  /// One run, in a container that may be there still after. Errors: timeout; system, in the engine's words or
  /// the suite's.
  [[nodiscard]] virtual Result<std::string> run(const std::vector<std::string>& options,
                                                std::chrono::milliseconds limit) = 0;
};

/// The card is named by its functions; none: the container gets no card. `program` is gpupass-bench. All must
/// be there for as long as it is.
[[nodiscard]] std::unique_ptr<ContainerRuns> container_runs(session::World& world,
                                                            session::Requester& requester,
                                                            const ContainerChoice& choice,
                                                            const session::Functions& functions,
                                                            const std::string& program);

/// Runs a program that gpupass-bench's result comes from; if we are killed it ends, too.
[[nodiscard]] Result<ProgramEnd> run_here(Host& host, std::vector<std::string> argv,
                                          std::chrono::milliseconds limit);

/// The result that a run printed, or why there is none. `where` is "in docker:base".
[[nodiscard]] Result<std::string> result_of(const ProgramEnd& end, const std::string& where);

/// "--started=NS": the moment of now, by the clock that containers share with the host.
[[nodiscard]] std::string started_now();

}  // namespace gpupass::run
