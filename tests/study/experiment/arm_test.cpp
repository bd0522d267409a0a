// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/study/experiment/arm.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gpupass::study {
namespace {

using testing::ElementsAre;

std::vector<std::string> roles(const std::vector<std::string>& words) {
  const auto arms = arms_of(words).value();
  std::vector<std::string> found;
  for (const auto& arm : arms) found.push_back(arm.role);
  return found;
}

TEST(Arms, AreCalledByTheirKindWhereThatTellsThemApart) {
  EXPECT_THAT(roles({"host", "docker:base:1", "podman:reg.io:5000/a/b@sha256:1", "podman+crun:x", "lxc:c1",
                     "vm:vm 1"}),
              ElementsAre("host", "docker", "podman", "podman+crun", "lxc", "guest"));
  EXPECT_THAT(roles({"docker:a", "docker:b", "vm:x", "vm:y"}),
              ElementsAre("docker:a", "docker:b", "guest:x", "guest:y"));
}

TEST(Arms, HaveFilesOfTheirOwn) {
  EXPECT_THAT(roles({"docker:a/b", "docker:a-b"}), ElementsAre("docker:a/b", "docker:a-b (2)"));
  EXPECT_EQ(file_word("docker:a/b"), "docker-a-b");
  EXPECT_EQ(file_word("docker:a-b (2)"), "docker-a-b--2-");
  EXPECT_EQ(file_word("podman+crun"), "podman+crun");
}

TEST(Arms, AreSaidAsTheyWereSaid) {
  for (const auto* const word : {"host", "docker:a", "podman+crun:b:1", "podman:/rootfs", "lxc:c", "vm:d"})
    EXPECT_EQ(to_string(arms_of({word, "docker:other"}).value().front()), word);
}

}  // namespace
}  // namespace gpupass::study
