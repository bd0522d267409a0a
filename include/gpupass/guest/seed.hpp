// SPDX-License-Identifier: GPL-2.0-or-later
// What cloud-init finds on a NoCloud seed: the guest's identity and what it does at its first start.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace gpupass::guest {

struct SeedRequest {
  std::string name;
  std::string instance;                  // another one makes cloud-init begin anew
  std::vector<std::string> ssh_keys;     // a line each, as in authorized_keys
  std::vector<std::string> packages;     // of the guest's distribution
  std::string driver;                    // what scripts/provision/provision is told; empty: it is not run
  std::optional<std::string> user_data;  // the user's own, of any kind that cloud-init takes
  std::vector<std::string> macs;         // of the interfaces that ask for an address by DHCP
};

/// The user that gpupass makes in a guest, and logs in as.
constexpr const char* k_guest_user = "gpupass";
/// Where on the seed the programs for the guest are.
constexpr const char* k_seed_folder = "gpupass";

struct Seed {
  std::string user_data, meta_data, network_config;
};
[[nodiscard]] Seed make_seed(const SeedRequest& request);

}  // namespace gpupass::guest
