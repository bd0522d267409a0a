// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/container/reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "container/cdi_version.hpp"
#include "gpupass/container/cdi.hpp"
#include "gpupass/core/names.hpp"
#include "gpupass/core/text.hpp"

namespace gpupass::container {
namespace {

struct Row {
  Reader reader;
  const char *name, *called, *program;
  const char* first;  // the version that reads CDI files for the first time
  const char* on;     // the version from which it does so without being told; empty: always
  const char* switched_on;
};
constexpr std::array k_readers = {
    Row{Reader::docker, "docker", "Docker", "docker", "25.0", "28.3",
        "`\"features\": {\"cdi\": true}` in /etc/docker/daemon.json, then `systemctl restart docker`"},
    Row{Reader::podman, "podman", "Podman", "podman", "4.1", "", ""},
    Row{Reader::containerd, "containerd", "containerd", "containerd", "1.7", "2.0",
        "`enable_cdi = true` below [plugins.\"io.containerd.grpc.v1.cri\"] in /etc/containerd/config.toml, "
        "then `systemctl restart containerd`"},
    Row{Reader::crio, "cri-o", "CRI-O", "crio", "1.23", "", ""},
};

const Row& row_of(Reader reader) {
  return *std::ranges::find(k_readers, reader, &Row::reader);
}

bool needs_switch(const Row& row, const ReaderFacts& facts) {
  if (facts.enabled) return !*facts.enabled;
  if (*row.on == '\0') return false;
  return facts.version.empty() || is_older(facts.version, row.on);
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string unquoted(std::string_view word) {
  word = core::trim(word);
  if (word.size() > 1 && (word.front() == '"' || word.front() == '\'') && word.back() == word.front())
    word = word.substr(1, word.size() - 2);
  return std::string(word);
}

}  // namespace

std::optional<Reader> reader_named(std::string_view name) {
  const auto found =
      std::ranges::find(k_readers, name, [](const Row& row) { return std::string_view(row.name); });
  return found == k_readers.end() ? std::nullopt : std::optional(found->reader);
}

std::string reader_names() {
  std::vector<std::string> names;
  for (const auto& row : k_readers) names.emplace_back(row.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

const char* program_of(Reader reader) {
  return row_of(reader).program;
}

ReaderAnswer answer_of(const ReaderFacts& facts) {
  const auto& row = row_of(facts.reader);
  ReaderAnswer answer;
  answer.folders =
      facts.folders.empty() ? std::vector<std::string>{k_static_folder, k_volatile_folder} : facts.folders;
  if (facts.missing) {
    answer.to_do.push_back(
        fmt::format("{} is not installed here; it reads CDI files since version {}", row.called, row.first));
    return answer;
  }
  if (!facts.version.empty() && is_older(facts.version, row.first)) {
    answer.cannot =
        fmt::format("{} {} does not read CDI files; {} and later do", row.called, facts.version, row.first);
    return answer;
  }
  if (facts.version.empty())
    answer.to_do.push_back(fmt::format("{} does not say its version; it reads CDI files since version {}",
                                       row.called, row.first));
  if (needs_switch(row, facts))
    answer.to_do.push_back(
        fmt::format("{} reads CDI files once that is switched on: {}", row.called,
                    *row.switched_on == '\0' ? "its configuration says no" : row.switched_on));
  return answer;
}

std::string version_in(std::string_view text) {
  for (const auto word : core::words(text)) {
    const auto start = word.starts_with('v') ? word.substr(1) : word;
    const auto end = std::min(start.find_first_not_of("0123456789."), start.size());
    const auto number = start.substr(0, end);
    if (!number.empty() && is_digit(number.front()) && is_digit(number.back()) &&
        number.find('.') != number.npos)
      return std::string(number);
  }
  return "";
}

std::optional<std::vector<std::string>> toml_values(std::string_view text, std::string_view key) {
  std::string value;
  bool open = false;
  bool found = false;
  for (const auto whole : core::split(text, '\n')) {
    auto line = core::trim(whole.substr(0, whole.find('#')));
    if (!open) {
      if (!line.starts_with(key)) continue;
      line = core::trim(line.substr(key.size()));
      if (!line.starts_with('=')) continue;
      line = core::trim(line.substr(1));
      value.clear();  // the last one counts
      found = true;
      open = line.starts_with('[');
    }
    value += line;
    if (line.find(']') != line.npos) open = false;
  }
  if (!found) return std::nullopt;
  std::vector<std::string> values;
  std::erase_if(value, [](char c) { return c == '[' || c == ']'; });
  for (const auto one : core::split(value, ',')) {
    if (auto word = unquoted(one); !word.empty()) values.push_back(std::move(word));
  }
  return values;
}

}  // namespace gpupass::container
