// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "gpupass/domain.hpp"
#include "gpupass/session/world.hpp"

namespace gpupass::session {

/// The files of xml-templates/. Error: not_found, naming the file.
[[nodiscard]] Result<DomainTemplates> load_templates(const World& world);

}  // namespace gpupass::session
