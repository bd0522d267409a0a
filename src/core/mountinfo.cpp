// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/core/mountinfo.hpp"

#include "gpupass/core/text.hpp"

namespace gpupass::core {

std::optional<MountLine> mount_line(std::string_view line) {
  const auto fields = words(line);
  std::size_t dash = 6;  // behind a number of optional fields
  while (dash < fields.size() && fields[dash] != "-") ++dash;
  if (dash + 2 >= fields.size()) return std::nullopt;
  return MountLine{fields[2],
                   fields[3],
                   fields[4],
                   fields[5],
                   fields[dash + 1],
                   fields[dash + 2],
                   dash + 3 < fields.size() ? fields[dash + 3] : std::string_view()};
}

bool lies_within(std::string_view path, std::string_view folder) {
  return folder == "/" || path == folder || (path.starts_with(folder) && path[folder.size()] == '/');
}

}  // namespace gpupass::core
