// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/topology.hpp"
#include "gpupass/discover/discover.hpp"

#include <gmock/gmock.h>

#include "support/tree.hpp"

namespace gpupass {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

constexpr std::uint64_t k_gibibyte = std::uint64_t{1} << 30U;

class Topology : public ::testing::Test {
 protected:
  /// Two sockets of two cores with two threads each: 0-1,4-5 and 2-3,6-7.
  Topology() {
    tree.file("/sys/devices/system/cpu/online", "0-7\n")
        .file("/proc/cpuinfo",
              "processor\t: 0\nvendor_id\t: GenuineIntel\naddress sizes\t: 46 bits physical, 48 bits "
              "virtual\n\n"
              "processor\t: 1\nvendor_id\t: Other\naddress sizes\t: 1 bits\n");
    for (int cpu = 0; cpu < 8; ++cpu) {
      const auto pair = std::to_string(cpu % 4) + "," + std::to_string(cpu % 4 + 4) + "\n";
      tree.file("/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/thread_siblings_list", pair);
    }
    node(0, "0-1,4-5");
    node(1, "2-3,6-7");
  }

  void node(int id, const std::string& cpus) {
    const auto folder = "/sys/devices/system/node/node" + std::to_string(id);
    tree.file(folder + "/cpulist", cpus + "\n")
        .file(folder + "/meminfo", "Node 0 MemTotal:       67108864 kB\nNode 0 MemFree:        1048576 kB\n")
        .file(folder + "/hugepages/hugepages-1048576kB/nr_hugepages", "32\n")
        .file(folder + "/hugepages/hugepages-1048576kB/free_hugepages", "16\n")
        .file(folder + "/hugepages/hugepages-2048kB/nr_hugepages", "0\n")
        .file(folder + "/hugepages/hugepages-2048kB/free_hugepages", "0\n");
  }

  [[nodiscard]] HostTopology read() const {
    const Host host(tree.root());
    auto topology = discover::read_topology(host);
    EXPECT_TRUE(topology);
    return topology.value_or(HostTopology{});
  }

  test::Tree tree;
};

TEST_F(Topology, TellsTheProcessor) {
  EXPECT_EQ(read().cpu_vendor, "GenuineIntel");
  EXPECT_EQ(read().physical_bits, 46);
}

TEST_F(Topology, PutsThreadsTogetherInCoresAndCoresInNodes) {
  const auto topology = read();
  ASSERT_THAT(topology.nodes, SizeIs(2));
  EXPECT_THAT(topology.nodes[0].cores, ElementsAre(Core{{0, 4}}, Core{{1, 5}}));
  EXPECT_THAT(topology.nodes[1].cores, ElementsAre(Core{{2, 6}}, Core{{3, 7}}));
  EXPECT_THAT(topology.problems, IsEmpty());
}

TEST_F(Topology, LeavesOutProcessorsThatAreOffline) {
  tree.file("/sys/devices/system/cpu/online", "0-4,7\n");
  EXPECT_THAT(read().nodes[0].cores, ElementsAre(Core{{0, 4}}, Core{{1}}));
  EXPECT_THAT(read().nodes[1].cores, ElementsAre(Core{{2}}, Core{{3, 7}}));
}

TEST_F(Topology, CountsMemoryAndHugePages) {
  const auto node = read().nodes[0];
  EXPECT_EQ(node.memory, 64 * k_gibibyte);
  EXPECT_EQ(node.free, k_gibibyte);
  EXPECT_THAT(node.hugepages,
              ElementsAre(Pair(2U << 20U, PagePool{0, 0}), Pair(k_gibibyte, PagePool{32, 16})));
}

TEST_F(Topology, IsOneNodeWhereTheKernelKnowsNone) {
  std::filesystem::remove_all(tree.at("/sys/devices/system/node"));
  tree.file("/proc/meminfo", "MemTotal: 1048576 kB\nMemFree: 524288 kB\n")
      .file("/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", "8\n")
      .file("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "4\n");
  const auto topology = read();
  ASSERT_THAT(topology.nodes, SizeIs(1));
  EXPECT_THAT(topology.nodes[0].cores, SizeIs(4));
  EXPECT_EQ(topology.nodes[0].memory, k_gibibyte);
  EXPECT_THAT(topology.nodes[0].hugepages, ElementsAre(Pair(2U << 20U, PagePool{8, 4})));
}

TEST_F(Topology, NotesWhatItCannotRead) {
  tree.file("/sys/devices/system/node/node1/cpulist", "two\n");
  const auto topology = read();
  ASSERT_THAT(topology.problems, SizeIs(1));
  EXPECT_EQ(topology.problems[0].path, "/sys/devices/system/node/node1/cpulist");
  EXPECT_THAT(topology.nodes[1].cores, IsEmpty());
}

TEST_F(Topology, OfNoProcessorIsAnError) {
  tree.file("/sys/devices/system/cpu/online", "\n");
  const Host host(tree.root());
  EXPECT_FALSE(discover::read_topology(host));
}

TEST(CpuList, IsReadAndWritten) {
  EXPECT_EQ(parse_cpu_list("0-2,8\n"), (std::vector<int>{0, 1, 2, 8}));
  EXPECT_EQ(parse_cpu_list("8,0-1,1"), (std::vector<int>{0, 1, 8}));
  EXPECT_EQ(parse_cpu_list(""), std::vector<int>{});
  for (const auto* const text : {"a", "1-", "3-1", "0-99999999", "-1"})
    EXPECT_EQ(parse_cpu_list(text), std::nullopt) << text;
  EXPECT_EQ(cpu_list({0, 1, 2, 8}), "0-2,8");
  EXPECT_EQ(cpu_list({4}), "4");
  EXPECT_EQ(cpu_list({}), "");
}

}  // namespace
}  // namespace gpupass
