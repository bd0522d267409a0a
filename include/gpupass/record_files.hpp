// SPDX-License-Identifier: GPL-2.0-or-later
// Records that gpupass keeps, a file of JSON each in a folder below /var/lib/gpupass. One that cannot be read
// stops what is about its own device or guest, and nothing else.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gpupass/host.hpp"
#include "gpupass/unreadable_record.hpp"

namespace gpupass {

template <class Record>
struct Records {
  std::vector<Record> readable;              // in the order of their names
  std::vector<UnreadableRecord> unreadable;  // likewise
};

/// Reads the files *.json of a folder. `load` takes the name without its ending and gives the record, nothing
/// where none is of that name, or the error that makes it unreadable. A folder that is not there has none;
/// error: that of one that cannot be read.
template <class Record, class Load>
[[nodiscard]] Result<Records<Record>> load_records(const Host& host, const std::string& folder, Load load) {
  constexpr std::string_view k_suffix = ".json";
  Records<Record> records;
  const auto files = host.list(folder);
  if (!files && files.error().kind == ErrorKind::not_found) return records;
  if (!files) return Failure(files.error());
  for (const auto& file : *files) {
    if (!file.ends_with(k_suffix)) continue;  // a temporary file that a power cut left, or one set aside
    const auto name = file.substr(0, file.size() - k_suffix.size());
    Result<std::optional<Record>> record = load(name);
    if (!record) {
      records.unreadable.push_back({name, folder + "/" + file, std::move(record).error()});
    } else if (*record) {
      records.readable.push_back(**std::move(record));
    }
  }
  return records;
}

/// Writes one, with a newline behind it. Nothing in it is secret, and dry runs of an ordinary user go by it:
/// everybody may read it.
[[nodiscard]] Result<void> write_record(Host& host, const std::string& path, const std::string& text);

/// Gives a damaged file ".unreadable" behind its name: it stops nothing any more. Returns the new path.
[[nodiscard]] Result<std::string> set_aside(Host& host, const std::string& path);

/// The error of a damaged record, with what helps. `then`: what is to be done once it is out of the way.
[[nodiscard]] Failure damaged(Error error, const std::string& then);

}  // namespace gpupass
