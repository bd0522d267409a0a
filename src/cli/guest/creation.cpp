// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/guest/creation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "gpupass/guest/size.hpp"

namespace gpupass::cli {
namespace {

using Words = std::vector<std::string>;

/// An option that is given once, or one that may be repeated.
struct Row {
  const char* name;
  const char* value;
  std::string Creation::*word;
  Words Creation::*words;
  const char* help;
};
constexpr std::array k_rows = {
    Row{"memory", "SIZE", &Creation::memory, nullptr, "as in 64G; else the card's share of its node"},
    Row{"vcpus", "N", &Creation::vcpus, nullptr, "else the card's share of its node"},
    Row{"profile", "NAME|FILE", &Creation::profile, nullptr,
        "compute, desktop, windows, minimal, or a file of yours; else compute"},
    Row{"disk-size", "SIZE", &Creation::disk_size, nullptr,
        "larger than the image; the guest's first start grows its file system"},
    Row{"network", "NET", &Creation::network, nullptr,
        "network:NAME, bridge:NAME or none; else as in the profile"},
    Row{"ssh-key", "FILE", nullptr, &Creation::ssh_keys, "a public key that may log in; else yours"},
    Row{"user-data", "FILE", &Creation::user_data, nullptr, "for cloud-init, besides gpupass's own"},
    Row{"packages", "NAME", nullptr, &Creation::packages, "of the guest's distribution, to be installed"},
    Row{"driver", "SOURCE", &Creation::driver, nullptr,
        "the card's driver: distribution, repository, none (the suite alone) or a FILE"},
    Row{"folder", "DIR", &Creation::folder, nullptr, "where its files go; else /var/lib/libvirt/images"}};

Result<std::optional<std::uint64_t>> size_of(const std::string& text, const char* name) {
  if (text.empty()) return std::nullopt;
  const auto size = guest::parse_size(text);
  if (!size) return fail(ErrorKind::usage, fmt::format("--{} {}: no size", name, text), "as in 64G or 512M");
  return size;
}

std::string absolute_if_any(const std::string& path) {
  return path.empty() ? path : absolute(path);
}

Words absolute_all(Words paths) {
  std::ranges::transform(paths, paths.begin(), absolute);
  return paths;
}

/// A name of ours, or a file of the user's.
std::string profile_of(const std::string& text) {
  if (text.empty()) return "compute";
  return text.find('/') != std::string::npos || text.ends_with(".xml") ? absolute(text) : text;
}

std::string driver_of(const std::string& text) {
  constexpr std::array<std::string_view, 4> k_words = {"", "distribution", "repository", "none"};
  return std::ranges::find(k_words, text) == k_words.end() ? absolute(text) : text;
}

}  // namespace

void add_creation(Syntax& syntax, Creation& to, const std::string& help) {
  for (const auto& row : k_rows) {
    const auto text = help.empty() ? row.help : help;
    if (row.word != nullptr)
      syntax.option(row.name, to.*row.word, row.value, text);
    else
      syntax.option(row.name, to.*row.words, row.value, text);
  }
}

Result<void> read_creation(const Creation& creation, run::CreateRequest& to) {
  GPUPASS_TRY_ASSIGN(to.memory, size_of(creation.memory, "memory"));
  GPUPASS_TRY_ASSIGN(to.disk_size, size_of(creation.disk_size, "disk-size"));
  if (!creation.vcpus.empty()) GPUPASS_TRY(read(Word{creation.vcpus, "vcpus", "--vcpus N"}, to.vcpus));
  to.profile = profile_of(creation.profile);
  to.network = creation.network;
  to.ssh_keys = absolute_all(creation.ssh_keys);
  to.user_data = absolute_if_any(creation.user_data);
  to.packages = creation.packages;
  to.driver = driver_of(creation.driver);
  to.folder = absolute_if_any(creation.folder);
  return {};
}

Words words_of(const Creation& creation) {
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
