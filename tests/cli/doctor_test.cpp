// SPDX-License-Identifier: GPL-2.0-or-later
// What `gpupass doctor` is asked, and how it answers; what it finds on whole machines is in tests/hosts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gpupass/core/json.hpp"
#include "support/command.hpp"
#include "support/golden.hpp"
#include "support/tree.hpp"

namespace gpupass {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

test::Said doctor(const std::vector<std::string>& arguments, const test::Screen& screen = {}) {
  Host host(test::fixture("hosts/vtd-desktop/root"));
  return test::run(cli::doctor, host, arguments, {}, screen);
}

TEST(Doctor, ACardThatNothingBlocksEndsWithZero) {
  const auto said = doctor({"01:00"});
  EXPECT_EQ(said.status, 0);
  EXPECT_THAT(said.out, HasSubstr("It can be passed through; not known: kvm-usable."));
  EXPECT_THAT(said.out, Not(HasSubstr("0000:00:02.0"))) << "only what was asked for is judged";
}

TEST(Doctor, ADeviceThatTheHostNeedsEndsWithOne) {
  const auto said = doctor({"02:00.0"});
  EXPECT_EQ(said.status, 1);
  EXPECT_THAT(said.out, HasSubstr("It cannot be passed through: host-depends blocks"));
}

TEST(Doctor, WhatIsNamedTogetherIsJudgedTogether) {
  const auto said = doctor({"01:00.0", "02:00.0", "--format", "json"});
  const auto json = core::Json::parse(said.out);
  ASSERT_EQ(json["targets"].size(), 1U);
  const auto functions = core::Json::array({"0000:01:00.0", "0000:01:00.1", "0000:02:00.0"});
  EXPECT_EQ(json["targets"][0]["functions"], functions);
  EXPECT_EQ(json["targets"][0]["verdict"], "cannot");
  EXPECT_EQ(json["blocks"], true);
}

/// The libvirt of a captured machine is asked only where one is named.
TEST(Doctor, AsksTheLibvirtThatIsNamed) {
  std::vector<std::string> asked;
  const session::Connect connect = [&](const std::string& uri,
                                       std::chrono::milliseconds) -> Result<std::unique_ptr<Hypervisor>> {
    asked.push_back(uri);
    return fail(ErrorKind::hypervisor, "libvirt does not answer");
  };
  Host host(test::fixture("hosts/vtd-desktop/root"));
  EXPECT_EQ(test::run(cli::doctor, host, {"01:00"}, connect).status, 0);
  EXPECT_TRUE(asked.empty());
  const auto said = test::run(cli::doctor, host, {"01:00", "--connect", "other:///"}, connect);
  EXPECT_EQ(said.status, exit_code(ErrorKind::hypervisor));
  EXPECT_THAT(said.err, HasSubstr("libvirt does not answer"));
  EXPECT_EQ(asked, std::vector<std::string>{"other:///"});
}

TEST(Doctor, FindingsAboutTheMachineStandOnce) {
  const auto json = core::Json::parse(doctor({"--format", "json"}).out);
  EXPECT_EQ(json["schema"], "gpupass.doctor/1");
  for (const auto& finding : json["machine"]) EXPECT_TRUE(finding["device"].is_null());
  for (const auto& target : json["targets"]) {
    for (const auto& finding : target["findings"]) EXPECT_FALSE(finding["device"].is_null());
  }
}

TEST(Doctor, ShowsWhatWasReadForWhatIsFineOnlyWhenAsked) {
  EXPECT_THAT(doctor({"01:00"}).out, Not(HasSubstr("read    /proc/interrupts")));
  EXPECT_THAT(doctor({"01:00", "-v"}).out, HasSubstr("read    /proc/interrupts: IR-IO-APIC"));
}

TEST(Doctor, ColoursOnlyWhereThereAreColours) {
  EXPECT_THAT(doctor({}).out, Not(HasSubstr("\x1b[")));
  EXPECT_THAT(doctor({}, {100, true}).out, HasSubstr("\x1b[31mBLOCKS"));
}

TEST(Doctor, NoLineIsWiderThanTheTerminalUnlessAWordIs) {
  std::istringstream lines(doctor({}, {80, false}).out);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80U) << line;
}

TEST(Doctor, WhatIsNotThereIsAnError) {
  const auto said = doctor({"77:00.0"});
  EXPECT_EQ(said.status, exit_code(ErrorKind::not_found));
  EXPECT_EQ(said.out, "");
}

TEST(Doctor, WithoutAGraphicsCardTheMachineIsJudgedAlone) {
  test::Tree tree;
  tree.dir("/sys/bus/pci/devices");
  Host host(tree.root());
  EXPECT_THAT(test::run(cli::doctor, host, {}).out, HasSubstr("There is no graphics card"));
}

}  // namespace
}  // namespace gpupass
