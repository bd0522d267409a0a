// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/run/creation.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace gpupass::run {
namespace {

Result<CreateRequest> request_of(const Creation& creation) {
  CreateRequest request;
  GPUPASS_TRY(read_creation(creation, request));
  return request;
}

TEST(Creation, IsReadAsItIsTyped) {
  Creation creation;
  creation.memory = "2G";
  creation.vcpus = "6";
  creation.ssh_keys = {"key.pub"};
  const auto request = request_of(creation);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->memory, std::uint64_t{2} << 30U);
  EXPECT_EQ(request->vcpus, 6);
  EXPECT_EQ(request->disk_size, std::nullopt);
  EXPECT_EQ(request->profile, "compute");
  EXPECT_EQ(request->ssh_keys.front(), (std::filesystem::current_path() / "key.pub").string());
}

TEST(Creation, HasNamesOfOursOrFilesOfTheUsers) {
  const auto absolute = [](const char* name) { return (std::filesystem::current_path() / name).string(); };
  Creation creation;
  creation.profile = "mine.xml";
  creation.driver = "driver.run";
  EXPECT_EQ(request_of(creation)->profile, absolute("mine.xml"));
  EXPECT_EQ(request_of(creation)->driver, absolute("driver.run"));
  creation.profile = "desktop";
  creation.driver = "repository";
  EXPECT_EQ(request_of(creation)->profile, "desktop");
  EXPECT_EQ(request_of(creation)->driver, "repository");
}

TEST(Creation, IsRefusedWhereAWordIsNoNumber) {
  Creation creation;
  creation.vcpus = "many";
  EXPECT_EQ(request_of(creation).error().what, "the argument ('many') for option '--vcpus' is invalid");
  creation = {};
  creation.memory = "much";
  EXPECT_EQ(request_of(creation).error().what, "--memory much: not a size");
}

}  // namespace
}  // namespace gpupass::run
