// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/vfio.hpp"

namespace gpupass {

bool is_vfio_driver(std::string_view driver) {
  return driver.find("vfio") != std::string_view::npos;
}

}  // namespace gpupass
