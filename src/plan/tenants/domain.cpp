// SPDX-License-Identifier: GPL-2.0-or-later
// A domain of libvirt. Its XML names its devices, so `attach` and `detach` plan for it (plan.cpp).
#include <fmt/format.h>

#include "plan/tenants/tenants.hpp"

namespace gpupass::tenants {

std::string attach(const Owner& domain, const std::string& devices) {
  return fmt::format("gpupass attach {} {}", domain.name, devices);
}

std::string detach(const Owner& domain, const std::string& devices) {
  return fmt::format("gpupass detach {} {}", domain.name, devices);
}

}  // namespace gpupass::tenants
