// SPDX-License-Identifier: GPL-2.0-or-later
// What a guest that is made is to be, as it is typed.
#pragma once

#include <string>
#include <vector>

#include "gpupass/run/create.hpp"

namespace gpupass::run {

struct Creation {
  std::string memory, vcpus, profile, disk_size, network;
  std::vector<std::string> ssh_keys;
  std::string user_data;
  std::vector<std::string> packages;
  std::string driver, folder;
};

/// The request that comes of it. Error: usage.
[[nodiscard]] Result<void> read_creation(const Creation& creation, CreateRequest& to);

}  // namespace gpupass::run
