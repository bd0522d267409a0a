// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/guest/creation.hpp"

#include <fmt/format.h>

#include <array>

namespace gpupass::cli {
namespace {

using Words = std::vector<std::string>;

/// An option that is given once, or one that may be repeated.
struct Row {
  const char* name;
  const char* value;
  std::string run::Creation::*word;
  Words run::Creation::*words;
  const char* help;
};
constexpr std::array k_rows = {
    Row{"memory", "SIZE", &run::Creation::memory, nullptr, "as in 64G; else the card's share of its node"},
    Row{"vcpus", "N", &run::Creation::vcpus, nullptr, "else the card's share of its node"},
    Row{"profile", "NAME|FILE", &run::Creation::profile, nullptr,
        "compute, desktop, windows, minimal, or your own file; else compute"},
    Row{"disk-size", "SIZE", &run::Creation::disk_size, nullptr,
        "the disk's size, not below the image's; the first start enlarges the file system"},
    Row{"network", "NET", &run::Creation::network, nullptr,
        "network:NAME, bridge:NAME or none; else as in the profile"},
    Row{"ssh-key", "FILE", nullptr, &run::Creation::ssh_keys, "a public key that may log in; else yours"},
    Row{"user-data", "FILE", &run::Creation::user_data, nullptr, "more user data for cloud-init"},
    Row{"packages", "NAME", nullptr, &run::Creation::packages,
        "a package of the guest's distribution to install"},
    Row{"driver", "SOURCE", &run::Creation::driver, nullptr,
        "the card's driver: distribution, repository, none (the suite alone) or a FILE"},
    Row{"folder", "DIR", &run::Creation::folder, nullptr,
        "the folder for its files; else /var/lib/libvirt/images"}};

}  // namespace

void add_creation(Syntax& syntax, run::Creation& to, const std::string& help) {
  for (const auto& row : k_rows) {
    const auto text = help.empty() ? row.help : help;
    if (row.word != nullptr)
      syntax.option(row.name, to.*row.word, row.value, text);
    else
      syntax.option(row.name, to.*row.words, row.value, text);
  }
}

Words words_of(const run::Creation& creation) {
  Words words;
  for (const auto& row : k_rows) {
    const auto given = row.words != nullptr           ? creation.*row.words
                       : (creation.*row.word).empty() ? Words{}
                                                      : Words{creation.*row.word};
    for (const auto& word : given) words.push_back(fmt::format("--{}={}", row.name, word));
  }
  return words;
}

}  // namespace gpupass::cli
