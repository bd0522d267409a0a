// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "gpupass/guest/image.hpp"
#include "gpupass/host.hpp"

namespace gpupass::run {

/// `allowed`: absolute paths of the files that the image may be made of besides itself.
/// Errors: not_found (no such image, no qemu-img), invalid (it is no image), denied; refused, if it, or a
/// file that it names, names one that is not allowed.
[[nodiscard]] Result<guest::Image> inspect_image(Host& host, const std::string& path,
                                                 const std::vector<std::string>& allowed);

}  // namespace gpupass::run
