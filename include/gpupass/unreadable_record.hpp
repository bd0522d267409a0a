// SPDX-License-Identifier: GPL-2.0-or-later
// A record that gpupass cannot read.
#pragma once

#include <string>

#include "gpupass/error.hpp"

namespace gpupass {

struct UnreadableRecord {
  std::string of;  // the device or guest that it is about: "0000:01:00.0"
  std::string path;
  Error why;  // denied: not for this user; else it is damaged
};

}  // namespace gpupass
