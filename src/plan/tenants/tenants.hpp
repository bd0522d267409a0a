// SPDX-License-Identifier: GPL-2.0-or-later
// What the rows of the table of tenants (owner.cpp) name: of each kind of owner a file.
#pragma once

#include <string>

#include "gpupass/owner.hpp"

namespace gpupass::tenants {

// domain.cpp
[[nodiscard]] std::string attach(const Owner& domain, const std::string& devices);
[[nodiscard]] std::string detach(const Owner& domain, const std::string& devices);

// job.cpp
[[nodiscard]] std::string bind_for(const Owner& job, const std::string& devices);
[[nodiscard]] std::string unbind_for(const Owner& job, const std::string& devices);

}  // namespace gpupass::tenants
