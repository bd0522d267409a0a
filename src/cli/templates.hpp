// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "gpupass/cli/command.hpp"
#include "gpupass/domain.hpp"

namespace gpupass::cli {

/// The files of xml-templates/. Error: not_found, naming the file.
[[nodiscard]] Result<DomainTemplates> load_templates(const Context& context);

}  // namespace gpupass::cli
