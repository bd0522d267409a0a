// SPDX-License-Identifier: GPL-2.0-or-later
// Commands of gpupass that are steps of another one: what they say while all is well is not heard.
#pragma once

#include <sstream>

#include "gpupass/cli/command.hpp"

namespace gpupass::cli {

class Quietly {
 public:
  enum class Progress { heard, unheard };

  explicit Quietly(Context& outer, Progress progress = Progress::heard)
      : terminal_{outer.terminal.in,
                  said_,
                  progress == Progress::heard ? outer.terminal.err : said_,
                  false,
                  false,
                  outer.terminal.columns},
        context_{static_cast<const session::World&>(outer), terminal_} {}

  [[nodiscard]] Result<void> operator()(Function command, const std::vector<std::string>& words) {
    GPUPASS_TRY(command(context_, words));
    return {};
  }
  [[nodiscard]] Context& context() { return context_; }

 private:
  std::ostringstream said_;
  Terminal terminal_;
  Context context_;
};

}  // namespace gpupass::cli
