// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <set>

#include "gpupass/run/suite.hpp"
#include "support/fake_agent.hpp"
#include "support/fake_hypervisor.hpp"

namespace gpupass::run {
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

  test::FakeGuestAgent<> libvirt;
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

// ---- a guest that answers with anything -------------------------------------------------------

/// All that is ever said with an agent, so that every reply is read.
class HostileAgent : public ByAgent {
 protected:
  HostileAgent() {
    guest.files["/usr/bin/gpupass-bench"] = "another";
    guest.cloud_init_ends_after = 1;
    libvirt.agent = [this](const std::string& text) { return forged(text); };
  }

  /// Every leaf and every object of every reply, as "COMMAND /return/pid".
  std::set<std::string> places() {
    std::set<std::string> all;
    forge = [&](const std::string& command, core::Json& reply) {
      const auto leaves = reply.flatten();
      for (const auto& [pointer, leaf] : leaves.items())
        for (auto at = core::Json::json_pointer(pointer); !at.empty(); at.pop_back())
          all.insert(command + " " + at.to_string());
    };
    EXPECT_EQ(conversation(), "");
    return all;
  }

  /// What was wrong; empty where all came through. Each is an ordinary error.
  std::string conversation() {
    const auto wrong = [](const Error& error) {
      EXPECT_NE(error.kind, ErrorKind::internal) << error.what;
      return error.what.empty() ? "it failed" : error.what;
    };
    const auto agent = suite(std::chrono::milliseconds(1));
    if (!agent) return wrong(agent.error());
    const auto sum = (*agent)->program_sum();
    if (!sum) return wrong(sum.error());
    if (const auto put = (*agent)->put_program("ours"); !put) return wrong(put.error());
    if (const auto now = (*agent)->program_sum(); !now || *now != bench::sha256("ours"))
      return now ? "another program" : wrong(now.error());
    const auto end = (*agent)->run({}, std::chrono::milliseconds(1));
    if (!end) return wrong(end.error());
    return end->result == guest.result && end->status == 1 && end->errors == "said" ? "" : "another result";
  }

  Result<std::string> forged(const std::string& text) {
    const auto answer = [&]() -> Result<std::string> {
      try {
        return guest.answer(text);
      } catch (const std::out_of_range&) {
        return fail(ErrorKind::hypervisor, "PID or handle is not found");
      }
    }();
    if (!answer || !forge) return answer;
    auto reply = core::Json::parse(*answer);
    forge(core::Json::parse(text).at("execute").get<std::string>(), reply);
    return reply.dump();
  }

  std::function<void(const std::string& command, core::Json& reply)> forge;
};

/// With a value of each wrong type in each place.
TEST_F(HostileAgent, IsAnErrorWhereATypeIsWrong) {
  const std::vector<core::Json> values{nullptr,
                                       true,
                                       -1,
                                       1.5,
                                       std::numeric_limits<std::uint64_t>::max(),
                                       "text, and no base64",
                                       core::Json::array({1}),
                                       {{"a", 1}}};
  // What the agent says besides, and nobody reads.
  const std::set<std::string> unread{"guest-file-read /return/count", "guest-file-write /return/eof",
                                     "guest-file-close /return"};
  const auto all = places();
  EXPECT_GE(all.size(), 15U);
  for (const auto& place : all) {
    const auto blank = place.find(' ');
    const auto command = place.substr(0, blank);
    const core::Json::json_pointer at(place.substr(blank + 1));
    for (const auto& value : values) {
      forge = [&](const std::string& said, core::Json& reply) {
        if (said == command && reply.contains(at)) reply[at] = value;
      };
      guest.files = {{"/usr/bin/gpupass-bench", "another"}};
      guest.cloud_init_ends_after = 1;
      std::string wrong;
      EXPECT_NO_THROW(wrong = conversation()) << place << " " << value;
      if (value.is_object() && !unread.contains(place)) {
        EXPECT_NE(wrong, "") << place << " " << value;
      }
    }
  }
}

TEST_F(HostileAgent, IsAnErrorWhereAFieldIsMissing) {
  for (const auto& place : places()) {
    const auto blank = place.find(' ');
    const core::Json::json_pointer at(place.substr(blank + 1));
    forge = [&](const std::string& said, core::Json& reply) {
      if (said == place.substr(0, blank) && reply.contains(at)) reply[at.parent_pointer()].erase(at.back());
    };
    guest.files = {{"/usr/bin/gpupass-bench", "another"}};
    guest.cloud_init_ends_after = 1;
    EXPECT_NO_THROW(conversation()) << place;
  }
}

TEST_F(HostileAgent, IsAnErrorWhereAnAnswerIsTooLargeTooDeepOrNoJson) {
  const std::string large = R"({"return": ")" + std::string(std::size_t{17} << 20U, 'a') + R"("})";
  const std::string deep = R"({"return": )" + std::string(100'000, '[');
  for (const auto& text :
       {large, deep, std::string("{"), std::string(), std::string("[]"), std::string("7")}) {
    libvirt.agent = [&](const std::string&) { return Result<std::string>(text); };
    std::string wrong;
    EXPECT_NO_THROW(wrong = conversation()) << text.substr(0, 20);
    EXPECT_THAT(wrong, testing::HasSubstr("the guest agent's answer")) << text.substr(0, 20);
  }
}

/// A result that never ends is not read for ever.
TEST_F(HostileAgent, IsAnErrorWhereAFileHasNoEnd) {
  const auto chunk = core::Json{
      {"return",
       {{"buf-b64", core::to_base64(std::string(std::size_t{48} << 10U, 'a'))},
        {"eof", false}}}}.dump();
  std::size_t reads = 0;
  libvirt.agent = [&](const std::string& text) -> Result<std::string> {
    if (text.find("guest-file-read") == std::string::npos || ++reads > 1000) return guest.answer(text);
    return chunk;
  };
  EXPECT_EQ(conversation(), "another result");
  EXPECT_LT(reads, 400U);  // 16 MiB
}

}  // namespace
}  // namespace gpupass::run
