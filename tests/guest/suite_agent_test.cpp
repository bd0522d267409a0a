// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include "cli/guest/suite.hpp"
#include "support/fake_agent.hpp"
#include "support/fake_hypervisor.hpp"

namespace gpupass::cli {
namespace {

class ByAgent : public testing::Test {
 protected:
  ByAgent() {
    libvirt.agent = [this](const std::string& text) { return guest.answer(text); };
  }

  Result<std::unique_ptr<Suite>> suite(std::chrono::milliseconds patience = std::chrono::seconds(60)) {
    return suite_by_agent(
        libvirt, "vm1", [this] { return watched; }, patience);
  }

  test::FakeHypervisor libvirt{"vm1", "<domain/>", "<domain/>"};
  test::FakeAgent guest;
  Result<void> watched;
};

TEST_F(ByAgent, PutsTheProgramThereAndReadsItsResult) {
  guest.files["/usr/bin/gpupass-bench"] = "another";
  const auto agent = suite();
  ASSERT_TRUE(agent) << describe(agent.error());
  EXPECT_EQ((*agent)->program_sum().value(), bench::sha256("another"));
  const std::string ours(3'000'000, 'x');
  ASSERT_TRUE((*agent)->put_program(ours));
  EXPECT_EQ(guest.files[test::k_put_there], ours);
  EXPECT_EQ((*agent)->program_sum().value(), bench::sha256(ours)) << "what was put there counts";
  const auto end = (*agent)->run({"--quick"}, std::chrono::seconds(60));
  ASSERT_TRUE(end) << describe(end.error());
  EXPECT_EQ(guest.ran, test::k_put_there);
  EXPECT_EQ(guest.options, (std::vector<std::string>{"--quick", "--out", test::k_result_there}));
  EXPECT_EQ(end->status, 1);
  EXPECT_EQ(end->result, guest.result);
  EXPECT_EQ(end->errors, "said");
}

TEST_F(ByAgent, BringsNoResultOfAnEarlierRun) {
  guest.files[test::k_put_there] = "ours";
  guest.files[test::k_result_there] = "old";
  guest.result.clear();
  const auto agent = suite();
  ASSERT_TRUE(agent && (*agent)->program_sum());
  EXPECT_EQ((*agent)->run({}, std::chrono::seconds(60)).value().result, "");
}

TEST_F(ByAgent, IsNoWayWhereItMayRunNothing) {
  guest.forbidden = "guest-exec";
  const auto agent = suite();
  ASSERT_FALSE(agent);
  EXPECT_NE(agent.error().what.find("has been disabled"), std::string::npos);
}

TEST_F(ByAgent, WaitsForCloudInitAsLongAsItMay) {
  guest.cloud_init_ends_after = 2;  // the first look finds it at work
  const auto agent = suite(std::chrono::milliseconds(1));
  ASSERT_FALSE(agent);
  EXPECT_EQ(agent.error().kind, ErrorKind::timeout);
  guest.cloud_init_ends_after = 1;
  EXPECT_TRUE(suite());
}

TEST_F(ByAgent, IsGivenUpWhereTheGuestIsGone) {
  guest.files[test::k_put_there] = "ours";
  const auto agent = suite();
  ASSERT_TRUE(agent && (*agent)->program_sum());
  watched = fail(ErrorKind::hypervisor, "it is off");
  EXPECT_EQ((*agent)->run({}, std::chrono::seconds(60)).error().what, "it is off");
}

}  // namespace
}  // namespace gpupass::cli
