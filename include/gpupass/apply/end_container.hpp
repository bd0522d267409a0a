// SPDX-License-Identifier: GPL-2.0-or-later
// Ending a container that an experiment started. Docker's and Podman's have a name and a label of their own,
// LXC's a variable in the environment of their first process: a container without is never touched.
#pragma once

#include "gpupass/host.hpp"
#include "gpupass/step.hpp"

namespace gpupass::apply {

/// What Docker and Podman call it.
inline constexpr const char* k_container_of_ours = "gpupass-experiment";
/// Its label, "org.gpupass=experiment".
inline constexpr const char* k_container_label = "org.gpupass";
inline constexpr const char* k_container_mark = "experiment";
inline constexpr const char* k_container_variable = "GPUPASS_EXPERIMENT=1";

/// A command of Docker's or Podman's. Podman's runtime is an option before it, Docker's one of `run`.
[[nodiscard]] std::vector<std::string> engine_words(const RunContainer& step,
                                                    const std::vector<std::string>& more);
/// Whether a container of LXC that runs was started by an experiment.
[[nodiscard]] Result<bool> is_started_by_us(Host& host, const std::string& lxc_container);
/// Ends it and reads back that it is gone; one that does not run is no error. Errors: refused or busy, for
/// one of that name that an experiment did not start.
[[nodiscard]] Result<void> end_container(Host& host, const RunContainer& step);

}  // namespace gpupass::apply
