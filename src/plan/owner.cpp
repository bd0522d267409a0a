// SPDX-License-Identifier: GPL-2.0-or-later
// The kinds of owners: a row each. docs/adding-a-tenant.md says what else a new one needs.
#include "gpupass/owner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "gpupass/core/printable.hpp"
#include "gpupass/core/text.hpp"

namespace gpupass {
namespace {

std::string attach(const Owner& domain, const std::string& devices) {
  return fmt::format("gpupass attach {} {}", domain.name, devices);
}

std::string detach(const Owner& domain, const std::string& devices) {
  return fmt::format("gpupass detach {} {}", domain.name, devices);
}

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

std::string bind_for(const Owner& job, const std::string& devices) {
  return fmt::format("gpupass bind {} --for {}", devices, quoted(job.name));
}

std::string unbind_for(const Owner& job, const std::string& devices) {
  return fmt::format("gpupass unbind {} --for {}", devices, quoted(job.name));
}

constexpr std::array k_tenants = {
    Tenant{OwnerKind::domain, "domain", "vfio-pci", true, true, "", attach, detach},
    Tenant{OwnerKind::job, "job", "vfio-pci", false, false, "job ", bind_for, unbind_for},
};

}  // namespace

const Tenant& tenant_of(OwnerKind kind) {
  return *std::ranges::find(k_tenants, kind, &Tenant::kind);
}

std::optional<OwnerKind> owner_kind(std::string_view name) {
  const auto found =
      std::ranges::find_if(k_tenants, [&](const Tenant& tenant) { return name == tenant.name; });
  if (found == k_tenants.end()) return std::nullopt;
  return found->kind;
}

Owner job(std::string name) {
  return {std::move(name), {}, OwnerKind::job};
}

bool is_job_name(std::string_view name) {
  constexpr std::size_t k_longest = 200;  // bytes
  return !name.empty() && name.size() <= k_longest && core::is_printable(name) && core::trim(name) == name;
}

}  // namespace gpupass
