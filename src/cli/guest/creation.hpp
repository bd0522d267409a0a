// SPDX-License-Identifier: GPL-2.0-or-later
// What a guest that is made is to be, as it is typed: of `gpupass guest create` and of whatever makes one.
#pragma once

#include <string>
#include <vector>

#include "cli/options.hpp"
#include "gpupass/run/create.hpp"

namespace gpupass::cli {

struct Creation {
  std::string memory, vcpus, profile, disk_size, network;
  std::vector<std::string> ssh_keys;
  std::string user_data;
  std::vector<std::string> packages;
  std::string driver, folder;
};

/// `help`: of all of them; empty: each has its own.
void add_creation(Syntax& syntax, Creation& to, const std::string& help = {});
/// The request that comes of it. Error: usage.
[[nodiscard]] Result<void> read_creation(const Creation& creation, run::CreateRequest& to);
/// The options that were given, each as one word: "--memory=64G".
[[nodiscard]] std::vector<std::string> words_of(const Creation& creation);

}  // namespace gpupass::cli
