// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/guest/frames.hpp"

#include <gtest/gtest.h>

namespace gpupass::guest {
namespace {

TEST(Frames, AreTakenOutOfWhateverPiecesComeIn) {
  const std::string stream = "\ngpupass 1 ab result 12\nline 1\nline2\ngpupass 1 ab end 1\n0";
  FrameReader reader("ab");
  std::vector<Frame> frames;
  for (const char c : stream) {
    reader.add(std::string(1, c));
    if (auto frame = reader.next().value()) frames.push_back(*frame);
  }
  EXPECT_EQ(frames, (std::vector<Frame>{{"result", "line 1\nline2"}, {"end", "0"}}));
}

TEST(Frames, OfEarlierRequestsAndPartsOfThemArePassedOver) {
  FrameReader reader("new");
  reader.add("of a body\n}\ngpupass 1 old result 5000\n{\n broken off");
  reader.add("\ngpupass 1 old end 1\n0\ngpupass 2 new end 1\n0\ngpupass 1 new end 1\n7");
  EXPECT_EQ(reader.next().value(), (Frame{"end", "7"}));
  EXPECT_EQ(reader.next().value(), std::nullopt);
}

TEST(Frames, SayHowFarAnUnfinishedOneCame) {
  FrameReader reader("a");
  EXPECT_EQ(reader.unfinished(), "");
  reader.add("\ngpupass 1 a result 100\n0123");
  EXPECT_EQ(reader.next().value(), std::nullopt);
  EXPECT_EQ(reader.unfinished(), "4 of 100 bytes of its result");
}

TEST(Frames, AreNotOfAnySizeThatAGuestSays) {
  FrameReader reader("a");
  reader.add("gpupass 1 a result 99999999999\n");
  EXPECT_EQ(reader.next().error().kind, ErrorKind::invalid);
}

/// Neither a line that never ends, nor frames without an end, fill the host's memory.
TEST(Frames, AreNotOfAnyNumberThatAGuestSends) {
  const std::string mebibyte(std::size_t{1} << 20U, 'x');
  for (const auto* const header : {"", "\ngpupass 1 a more 1048576\n"}) {
    FrameReader reader("a");
    int sent = 0;
    for (; sent < 100; ++sent) {
      reader.add(header + mebibyte);
      if (!reader.next()) break;
    }
    EXPECT_GT(sent, 16) << header;
    EXPECT_LT(sent, 50) << header;
    EXPECT_EQ(reader.next().error().kind, ErrorKind::invalid);
  }
}

TEST(Requests, AreOneLineThatTheGuestCanSplit) {
  EXPECT_EQ(request("ab", {"run", "--filter=pci.*"}).value(), "gpupass 1 ab run --filter=pci.*\n");
  for (const auto* const word : {"", "two words", "a\nline", "'", "\\"})
    EXPECT_EQ(request("ab", {"run", word}).error().kind, ErrorKind::usage) << word;
}

std::string domain(const std::string& devices) {
  return "<domain type='kvm'><name>vm1</name><devices>" + devices + "</devices></domain>";
}

TEST(ChannelEnd, IsThatOfTheChannelNamed) {
  const auto xml = domain(
      "<channel type='unix'><source mode='bind' path='/a'/><target type='virtio' "
      "name='org.qemu.guest_agent.0' state='disconnected'/></channel>"
      "<channel type='unix'><source mode='bind' path='/b'/><target type='virtio' "
      "name='org.gpupass.bench.0' state='connected'/></channel>"
      "<channel type='file'><source path='/c'/><target type='virtio' name='file'/></channel>");
  EXPECT_EQ(channel_end(xml, k_bench_channel).value(), (ChannelEnd{"/b", true}));
  EXPECT_EQ(channel_end(xml, k_agent_channel).value(), (ChannelEnd{"/a", false}));
  EXPECT_EQ(channel_end(xml, "file").value(), (ChannelEnd{"", false})) << "no socket";
  EXPECT_EQ(channel_end(xml, "none").value(), std::nullopt);
}

TEST(ConsoleFile, IsWhereTheConsoleIsWrittenToo) {
  EXPECT_EQ(console_file(domain("<serial type='file'><source path='/log'/></serial>")).value(), "/log");
  EXPECT_EQ(
      console_file(domain("<serial type='pty'><source path='/dev/pts/3'/><log file='/l'/></serial>")).value(),
      "/l");
  EXPECT_EQ(console_file(domain("<serial type='pty'><source path='/dev/pts/3'/></serial>")).value(), "");
  EXPECT_EQ(console_file(domain("")).value(), "");
}

}  // namespace
}  // namespace gpupass::guest
