// SPDX-License-Identifier: GPL-2.0-or-later
// Expected texts kept as files. With GPUPASS_REGEN=1 in the environment they are rewritten.
#pragma once

#include <filesystem>
#include <string>

namespace gpupass::test {

/// The content of a file below tests/; a test failure where there is none.
[[nodiscard]] std::string read_fixture(const std::filesystem::path& path);

/// The text must be what the file below tests/ has.
void expect_golden(const std::filesystem::path& path, const std::string& text);

/// The source tree, or a path below it: "/scripts/capture-host".
[[nodiscard]] std::string source(const std::string& path = {});

/// A file or folder below tests/ as a path of this process: what the build made of it ("hosts/laptop/root"),
/// or what the source tree has.
[[nodiscard]] std::filesystem::path fixture(const std::filesystem::path& path);

}  // namespace gpupass::test
