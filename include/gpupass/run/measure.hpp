// SPDX-License-Identifier: GPL-2.0-or-later
// The suite in a guest, its results on the host.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "gpupass/run/guest.hpp"

namespace gpupass::run {

struct MeasureRequest {
  GuestChoice guest;
  int runs = 1;
  std::string program;                // gpupass-bench, which the guest gets if it has another one
  std::vector<std::string> options;   // for gpupass-bench
  std::string folder;                 // that results go to; it is not there yet
  std::chrono::milliseconds limit{};  // that one run may last
  bool keep_running = false;          // where the guest was started for it
  std::function<void(const std::string& file)> wrote = {};  // hears of each result
};

/// A new folder for results of a guest, named by the time.
[[nodiscard]] std::string results_folder(const std::string& vm, std::chrono::system_clock::time_point now);

/// Starts the guest if it is off, runs the suite in it, and leaves it as it was. Any domain with a way to run
/// programs will do. Gives whether all of the output was right. Errors: usage, not_found, refused, for what
/// can be wrong with the request: before a guest is started.
[[nodiscard]] Result<bool> measure(session::World& world, const session::Manner& manner,
                                   const MeasureRequest& request);

}  // namespace gpupass::run
