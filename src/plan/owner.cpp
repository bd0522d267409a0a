// SPDX-License-Identifier: GPL-2.0-or-later
// The kinds of owners: one row each, and one file each in tenants/. docs/adding-a-tenant.md goes through one.
#include "gpupass/owner.hpp"

#include <algorithm>
#include <array>

#include "gpupass/finding.hpp"
#include "gpupass/plan.hpp"
#include "plan/tenants/tenants.hpp"

namespace gpupass {
namespace {

// In the order of OwnerKind.
constexpr std::array k_tenants = {
    Tenant{.kind = OwnerKind::domain,
           .name = "domain",
           .called = "",
           .driver = "vfio-pci",
           .gets = Occasion::attach,
           .in_libvirt = true,
           .shares = true,
           .give_command = tenants::attach,
           .return_command = tenants::detach},
    Tenant{.kind = OwnerKind::job,
           .name = "job",
           .called = "job ",
           .driver = "vfio-pci",
           .gets = Occasion::bind,
           .in_libvirt = false,
           .shares = false,
           .give_command = tenants::bind_for,
           .return_command = tenants::unbind_for,
           .plan_give = plan_give,
           .plan_take = plan_take},
};

constexpr bool are_in_order() {
  for (std::size_t i = 0; i < k_tenants.size(); ++i) {
    if (k_tenants[i].kind != static_cast<OwnerKind>(i)) return false;
  }
  return true;
}
static_assert(are_in_order());

}  // namespace

const Tenant& tenant_of(OwnerKind kind) {
  return k_tenants.at(static_cast<std::size_t>(kind));
}

std::optional<OwnerKind> owner_kind(std::string_view name) {
  const auto found =
      std::ranges::find_if(k_tenants, [&](const Tenant& tenant) { return name == tenant.name; });
  if (found == k_tenants.end()) return std::nullopt;
  return found->kind;
}

}  // namespace gpupass
