// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/container/lxc.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gpupass/container/lxc_look.hpp"
#include "support/gpu_host.hpp"

namespace gpupass::container {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const PciAddress k_one = *parse_pci_address("0000:01:00.0");
const PciAddress k_far = *parse_pci_address("10000:e1:00.0");  // behind Intel's VMD
const char* const k_lines = "lxc.cgroup2.devices.allow = c 195:0 rw\n";

std::string with(const std::string& config, const PciAddress& card, const std::string& lines = k_lines) {
  return with_lxc_block(config, "web", card, lines).value();
}

class LxcConfig : public testing::TestWithParam<const char*> {};

TEST_P(LxcConfig, IsAsItWasOnceTheBlocksAreGone) {
  const std::string before = GetParam();
  const auto one = with(before, k_one);
  const auto both = with(one, k_far);
  EXPECT_TRUE(both.starts_with(before));
  EXPECT_THAT(cards_in_lxc(both).value(), ElementsAre(k_one, k_far));
  EXPECT_EQ(without_lxc_block(both, k_far).value(), one);
  EXPECT_EQ(without_lxc_block(one, k_one).value(), before);
  EXPECT_EQ(with(one, k_one), one);  // the same again
  const auto renewed = with(both, k_one, "lxc.cgroup2.devices.allow = c 195:7 rw\n");
  EXPECT_THAT(renewed, HasSubstr("195:7"));
  EXPECT_EQ(
      without_lxc_block(without_lxc_block(renewed, k_one).value(), k_far).value().substr(0, before.size()),
      before);
  EXPECT_EQ(without_lxc_block(before, k_one).value(), before);
}

INSTANTIATE_TEST_SUITE_P(Texts, LxcConfig,
                         testing::Values("", "lxc.uts.name = web\n", "lxc.uts.name = web",
                                         "a = b\r\n\r\n# gpupass is nice\n", "\n\n", "\xff\xfe no text",
                                         "# gpupass 0000:01:00.0 is meant for this one\n"));

TEST(LxcBlocks, LinesThatWereAddedBehindOneStay) {
  auto config = with("a = 1", k_one) + "b = 2\n";
  EXPECT_EQ(without_lxc_block(config, k_one).value(), "a = 1\nb = 2\n");
}

TEST(LxcBlocks, ThoseThatCannotBeToldFromOtherLinesAreAnError) {
  const auto whole = with("", k_one);
  const auto begin = whole.substr(0, whole.find('\n') + 1);
  const std::string end = "# gpupass 0000:01:00.0: end\n";
  for (const auto& [config, why] : std::vector<std::pair<std::string, const char*>>{
           {begin, "the block for 0000:01:00.0 has no end"},
           {"x = 1\n" + end, "line 2: a gpupass block ends that never began"},
           {begin + begin + end, "line 2: a gpupass block begins inside another"},
           {whole + whole, "a second block for 0000:01:00.0"},
           {begin + "# gpupass 0000:02:00.0: end\n", "line 2: the end of another card's block"}}) {
    const auto cards = cards_in_lxc(config);
    ASSERT_FALSE(cards) << config;
    EXPECT_EQ(cards.error().kind, ErrorKind::invalid);
    EXPECT_THAT(cards.error().what, HasSubstr(why));
    EXPECT_FALSE(with_lxc_block(config, "web", k_one, k_lines));
    EXPECT_FALSE(without_lxc_block(config, k_one));
  }
}

class LxcContainers : public testing::Test {
 protected:
  LxcContainers() { test::add_gpu_host(tree); }

  /// The only one.
  LxcContainer read() {
    const Host host(tree.root());
    const auto all = read_lxc(host);
    EXPECT_THAT(all, SizeIs(1));
    return all.empty() ? LxcContainer{} : all.front();
  }

  test::Tree tree;
};

TEST_F(LxcContainers, OneThatRunsListensOnASocketOrHasAControlGroup) {
  tree.file("/var/lib/lxc/web/config", "lxc.uts.name = web\n");
  tree.file("/proc/net/unix", "Num Path\n0: 1 @/var/lib/lxc/web2/command\n0: 1 x@/var/lib/lxc/web/command\n");
  EXPECT_FALSE(read().running);
  tree.file("/proc/net/unix",
            "Num Path\n0000000: 00000002 00000000 00010000 0001 01 15 @/var/lib/lxc/web/command\n");
  EXPECT_TRUE(read().running);
  tree.remove("/proc/net/unix");
  EXPECT_FALSE(read().running);
  tree.dir("/sys/fs/cgroup/lxc.payload.web");
  EXPECT_TRUE(read().running);
}

TEST_F(LxcContainers, AreWhereTheConfigurationOfLxcSays) {
  tree.file("/etc/lxc/lxc.conf", "# lxc.lxcpath = /no\nlxc.lxcpath = /srv/lxc\n")
      .file("/srv/lxc/web/config", with("", k_one));
  EXPECT_EQ(read().config, "/srv/lxc/web/config");
  EXPECT_THAT(read().cards, ElementsAre(k_one));
}

TEST_F(LxcContainers, NumbersThatNoLineAllowsAnyMoreAreTold) {
  const std::string mounts =
      "lxc.mount.entry = /dev/nvidia-uvm dev/nvidia-uvm none bind,create=file 0 0\n"
      "lxc.mount.entry = /dev/nvidia9 dev/nvidia9 none bind,create=file 0 0\n"
      "lxc.mount.entry = /dev/fuse dev/fuse none bind,create=file 0 0\n"
      "lxc.mount.entry = /dev/nvidia0 dev/nvidia0 none bind,create=file 0 0\n";
  tree.file("/var/lib/lxc/web/config",
            "lxc.cgroup2.devices.allow = c 510:* rwm\nlxc.cgroup2.devices.allow = c 195:* rwm\n" + mounts);
  EXPECT_THAT(read().stale, ElementsAre("/dev/nvidia-uvm has the number 507:0 now, which no line allows",
                                        "/dev/nvidia9 does not exist"));
  tree.file("/var/lib/lxc/web/config", "lxc.cgroup.devices.allow = a\n" + mounts);
  EXPECT_THAT(read().stale, ElementsAre("/dev/nvidia9 does not exist"));
  tree.file("/var/lib/lxc/web/config", "lxc.cgroup2.devices.allow =\nlxc.mount.entry =\n=\n");
  EXPECT_THAT(read().stale, IsEmpty());
}

TEST(LxcUsers, AreMappedWhereALineSaysSo) {
  EXPECT_TRUE(maps_users("lxc.idmap = u 0 100000 65536\n"));
  EXPECT_FALSE(maps_users("# lxc.idmap = u 0 100000 65536\nlxc.idmap =\n"));
}

}  // namespace
}  // namespace gpupass::container
