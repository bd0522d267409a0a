// SPDX-License-Identifier: GPL-2.0-or-later
// A directory of the host held open. Thousands of small files are read without walking their paths
// again, and a file that is not there costs one system call.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gpupass/host.hpp"
#include "gpupass/sys/fd.hpp"

namespace gpupass::sys {

/// What is at a name.
enum class Entry { none, file, other };

/// The names that are asked for are single components; the host must outlive it.
class Folder {
 public:
  /// Errors: not_found, denied, system.
  [[nodiscard]] static Result<Folder> open(const Host& host, const std::string& path);
  /// The directory of that name in this one, or the one that a link of that name leads to.
  [[nodiscard]] Result<Folder> folder(const std::string& name) const;

  /// As the host names it: "/sys/bus/pci/devices/0000:01:00.0".
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string path_of(std::string_view name) const { return path_ + "/" + std::string(name); }

  /// A one-value kernel file without its trailing newline, at most a page of it. Nothing if there
  /// is no such file.
  [[nodiscard]] Result<std::optional<std::string>> attribute(const char* name) const;
  /// A link's target as it is written. Nothing if there is no such link.
  [[nodiscard]] Result<std::optional<std::string>> target(const char* name) const;
  /// Names in the directory, in no order, without . and ..
  [[nodiscard]] Result<std::vector<std::string>> list() const;
  [[nodiscard]] Entry entry(const char* name) const;
  /// The number of the block device that a name leads to, "8:16". Nothing if it leads to none.
  [[nodiscard]] std::optional<std::string> block_number(const char* name) const;
  /// The same of a character device.
  [[nodiscard]] std::optional<std::string> character_number(const char* name) const;

 private:
  Folder(const Host& host, std::string path, Fd fd)
      : host_(&host), path_(std::move(path)), fd_(std::move(fd)) {}

  const Host* host_;
  std::string path_;
  Fd fd_;
};

}  // namespace gpupass::sys
