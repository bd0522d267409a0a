// SPDX-License-Identifier: GPL-2.0-or-later
#include "container/yaml.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gpupass::container {
namespace {

using core::Json;
using testing::HasSubstr;

Json read(const std::string& text) {
  const auto json = parse_yaml(text, "file");
  EXPECT_TRUE(json) << (json ? "" : json.error().what);
  return json.value_or(Json());
}

TEST(Yaml, IsReadAsProgramsWriteIt) {
  EXPECT_EQ(read("---\n"
                 "# by nvidia-ctk\n"
                 "cdiVersion: 0.5.0\n"
                 "containerEdits:\n"
                 "  env:\n"
                 "  - NVIDIA_VISIBLE_DEVICES=void\n"
                 "  mounts:\n"
                 "    - hostPath: /a b  # where it is\n"
                 "      options: [ro, 'no''suid', \"x: #y\"]\n"
                 "devices:\n"
                 "- containerEdits:\n"
                 "    deviceNodes:\n"
                 "    - path: /dev/nvidia0\n"
                 "      major: 195\n"
                 "  name: \"0\"\n"
                 "- name: all\n"
                 "  containerEdits: {}\n"
                 "kind: nvidia.com/gpu\n"),
            Json::parse(R"({"cdiVersion": "0.5.0",
              "containerEdits": {"env": ["NVIDIA_VISIBLE_DEVICES=void"],
                "mounts": [{"hostPath": "/a b", "options": ["ro", "no'suid", "x: #y"]}]},
              "devices": [{"containerEdits": {"deviceNodes": [{"path": "/dev/nvidia0", "major": 195}]}, "name": "0"},
                          {"name": "all", "containerEdits": {}}],
              "kind": "nvidia.com/gpu"})"));
}

TEST(Yaml, EmptyValuesAndListsInLists) {
  EXPECT_EQ(read("a:\nb: ~\nc:\n  - - 1\n    - 2\n  -\n    d: true\n"),
            Json::parse(R"({"a": null, "b": null, "c": [[1, 2], {"d": true}]})"));
  EXPECT_EQ(read("# nothing\n"), Json::object());
}

TEST(Yaml, WhatIsNotReadIsAnErrorThatNamesTheLine) {
  for (const auto* const text :
       {"a: 1\nb: &x 2\n", "a: 1\nb: |\n  text\n", "a: 1\nnothing\n", "a: 1\na: 2\n", "a: 1\n   b: 2\n",
        "a: 1\nb: \"open\n", "a: 1\nb: [1, [2]]\n", "a: 1\nb: {c: 1}\n"}) {
    const auto json = parse_yaml(text, "file");
    ASSERT_FALSE(json) << text;
    EXPECT_EQ(json.error().kind, ErrorKind::invalid);
    EXPECT_THAT(json.error().what, HasSubstr("file: line 2 ")) << text;
  }
}

TEST(Yaml, DepthHasAnEnd) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "- ";
  EXPECT_FALSE(parse_yaml(text + "x\n", "file"));
}

}  // namespace
}  // namespace gpupass::container
