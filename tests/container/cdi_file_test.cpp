// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gpupass/container/cdi.hpp"

namespace gpupass::container {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string file(const std::string& version, const std::string& kind, const std::string& devices) {
  return R"({"cdiVersion": ")" + version + R"(", "kind": ")" + kind + R"(", "devices": [)" + devices + "]}";
}

std::string device(const std::string& name) {
  return R"({"name": ")" + name +
         R"(", "containerEdits": {"deviceNodes": [{"path": "/dev/x", "major": 5}]}})";
}

TEST(CdiFile, SaysWhatItDefinesAndWhatThatNeeds) {
  const auto read = read_cdi("/etc/cdi/a.json",
                             R"({"cdiVersion": "0.5.0", "kind": "vendor.com/gpu",
    "containerEdits": {"mounts": [{"hostPath": "/lib/x", "containerPath": "/lib/y"}],
                       "hooks": [{"hookName": "createContainer", "path": "/usr/bin/hook"}]},
    "devices": [{"name": "0", "containerEdits": {"deviceNodes": [{"path": "/dev/in", "hostPath": "/dev/out",
                 "major": 510, "minor": 1}]}}]})");
  EXPECT_THAT(read.unread, IsEmpty());
  EXPECT_THAT(read.faults, IsEmpty());
  EXPECT_THAT(read.common, ElementsAre(CdiPath{"/lib/x"}, CdiPath{"/usr/bin/hook"}));
  ASSERT_EQ(read.devices.size(), 1U);
  EXPECT_THAT(read.devices[0].paths, ElementsAre(CdiPath{"/dev/out", "510:1"}));
}

struct Fault {
  std::string text, fault;
};
class Faults : public testing::TestWithParam<Fault> {};

TEST_P(Faults, IsWhyEnginesLeaveItOut) {
  EXPECT_THAT(read_cdi("f", GetParam().text).faults, Contains(HasSubstr(GetParam().fault)));
}

INSTANTIATE_TEST_SUITE_P(
    Files, Faults,
    testing::Values(
        Fault{file("0.4.0", "v.com/gpu", device("0")), "states version 0.4.0, but its content needs 0.5.0"},
        Fault{file("0.5.0", "v.com/g.pu", device("a")), "needs 0.6.0"},
        Fault{file("0.5.0", "gpu", device("a")), "is not VENDOR/CLASS"},
        Fault{file("0.5.0", "v.com/gpu", ""), "defines no device"},
        Fault{file("0.5.0", "v.com/gpu", device("a") + "," + device("a")), "defines 'a' twice"},
        Fault{file("0.5.0", "v.com/gpu", device("a/b")), "is not a device's name"},
        Fault{file("0.5.0", "v.com/gpu", R"({"name": "a", "containerEdits": {}})"), "empty device edits"},
        Fault{file("0.5.0", "v.com/gpu", R"({"name": "a", "edits": {}})"), "a field 'edits'"},
        Fault{file("0.3.0", "v.com/gpu", R"({"name": "a", "containerEdits": {"additionalGids": [44]}})"),
              "needs 0.7.0"}));

TEST(CdiFile, WhatCannotBeReadSaysWhy) {
  for (const auto* const text :
       {"", "{", "[1]", "{\"kind\": 5, \"cdiVersion\": \"0.5.0\"}", "root:x:0:0:\n",
        R"({"cdiVersion": "0.5.0", "kind": "a/b", "devices": [{"name": "x\u001b[2J"}]})"}) {
    const auto read = read_cdi("/etc/cdi/a.json", text);
    EXPECT_FALSE(read.unread.empty()) << text;
    EXPECT_THAT(read.unread, testing::Not(HasSubstr("root:x"))) << "quotes what may be a secret";
  }
}

TEST(CdiNames, OneThatTwoFilesOfAFolderDefineIsAConflict) {
  const auto a = read_cdi("/etc/cdi/a.json", file("0.5.0", "v.com/gpu", device("0") + "," + device("1")));
  const auto b = read_cdi("/etc/cdi/b.json", file("0.5.0", "v.com/gpu", device("0")));
  const auto run = read_cdi("/var/run/cdi/c.json", file("0.5.0", "v.com/gpu", device("1")));
  const auto names = names_of({a, b, run});
  ASSERT_EQ(names.size(), 2U);
  EXPECT_EQ(names[0].name, "v.com/gpu=0");
  EXPECT_TRUE(names[0].is_conflict());
  EXPECT_THAT(names[0].files, ElementsAre("/etc/cdi/a.json", "/etc/cdi/b.json"));
  EXPECT_FALSE(names[1].is_conflict());
  EXPECT_THAT(names[1].files, ElementsAre("/var/run/cdi/c.json"));
  EXPECT_THAT(names[1].hidden, ElementsAre("/etc/cdi/a.json"));
}

TEST(CdiNames, AFileThatEnginesLeaveOutDefinesNone) {
  EXPECT_THAT(names_of({read_cdi("/etc/cdi/a.json", file("0.3.0", "v.com/gpu", device("0")))}), IsEmpty());
}

}  // namespace
}  // namespace gpupass::container
