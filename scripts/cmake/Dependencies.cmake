# SPDX-License-Identifier: GPL-2.0-or-later
# Everything comes from the distribution; nothing is downloaded here. scripts/packages lists the
# Debian packages.
find_package(PkgConfig REQUIRED)
find_package(Boost 1.74 REQUIRED COMPONENTS program_options)
find_package(fmt 9 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(tl-expected REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(LIBPCI REQUIRED IMPORTED_TARGET libpci)
pkg_check_modules(LIBVIRT REQUIRED IMPORTED_TARGET libvirt)
pkg_check_modules(TINYXML2 REQUIRED IMPORTED_TARGET tinyxml2)
if(GPUPASS_TESTS)
  find_package(GTest 1.12 REQUIRED)
endif()
