// SPDX-License-Identifier: GPL-2.0-or-later
// A job: whatever goes by a name. It has its devices on vfio-pci, and nothing is edited for it.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string_view>

#include "gpupass/core/printable.hpp"
#include "gpupass/core/text.hpp"
#include "plan/tenants/tenants.hpp"

namespace gpupass {
namespace tenants {
namespace {

/// A name may have blanks, and whatever else a shell reads as its own.
std::string quoted(const std::string& name) {
  const auto is_plain = [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("-_.:/@+").find(static_cast<char>(c)) != std::string_view::npos;
  };
  if (std::ranges::all_of(name, is_plain)) return name;
  std::string text = "'";
  for (const char c : name) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

}  // namespace

std::string bind_for(const Owner& job, const std::string& devices) {
  return fmt::format("gpupass bind {} --for {}", devices, quoted(job.name));
}

std::string unbind_for(const Owner& job, const std::string& devices) {
  return fmt::format("gpupass unbind {} --for {}", devices, quoted(job.name));
}

}  // namespace tenants

Owner job(std::string name) {
  return {std::move(name), {}, OwnerKind::job};
}

bool is_job_name(std::string_view name) {
  constexpr std::size_t k_longest = 200;  // bytes
  return !name.empty() && name.size() <= k_longest && core::is_printable(name) && core::trim(name) == name;
}

}  // namespace gpupass
