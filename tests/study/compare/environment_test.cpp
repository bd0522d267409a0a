// SPDX-License-Identifier: GPL-2.0-or-later
#include "study/compare/environment.hpp"

#include <gmock/gmock.h>

#include "study/compare/runs.hpp"

namespace gpupass::study {
namespace {

using bench::Difference;
using testing::ElementsAre;
using testing::Field;

bench::Side with_facts(const std::string& role, const std::vector<nlohmann::json>& facts) {
  bench::Side side{role, {}};
  for (const auto& env : facts) {
    side.runs.push_back(test::run_of(role, {}));
    side.runs.back().env = env;
  }
  return side;
}

TEST(Environment, TellsWhatMattersFirst) {
  const auto host =
      with_facts("host", {{{"a name", "A"}, {"hypervisor", "none"}, {"gpu", {{"uuid", "GPU-1"}}}}});
  const auto guest =
      with_facts("guest", {{{"a name", "B"}, {"hypervisor", "KVM"}, {"gpu", {{"uuid", "GPU-2"}}}}});
  const auto found = differences(host, guest);
  EXPECT_THAT(found, ElementsAre(Field(&Difference::fact, "gpu.uuid"), Field(&Difference::fact, "hypervisor"),
                                 Field(&Difference::fact, "a name")));
  EXPECT_EQ(found[0].weight, Difference::Weight::must_match);
  EXPECT_STREQ(kind_of(found[0].fact).meaning, "the card is not the same one");
  EXPECT_EQ(found[2].weight, Difference::Weight::other);
}

TEST(Environment, ACardMayBeWarmerThanBefore) {
  const auto found = differences(with_facts("host", {{{"gpu", {{"temperature_c", 39}, {"ecc", true}}}}}),
                                 with_facts("guest", {{{"gpu", {{"temperature_c", 43}, {"ecc", false}}}}}));
  EXPECT_THAT(
      found, ElementsAre(Field(&Difference::fact, "gpu.ecc"), Field(&Difference::fact, "gpu.temperature_c")));
  EXPECT_EQ(found[0].weight, Difference::Weight::must_match);
  EXPECT_EQ(found[1].weight, Difference::Weight::other);
}

TEST(Environment, SaysWhatIsMissingAndWhatVaried) {
  const auto host = with_facts("host", {{{"driver", "1"}}, {{"driver", "2"}}});
  const auto guest = with_facts("guest", {{{"driver", "1"}, {"iommu", "none"}}});
  const auto found = differences(host, guest);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_THAT(found[0].baseline, ElementsAre("1", "2"));
  EXPECT_THAT(found[0].candidate, ElementsAre("1"));
  EXPECT_THAT(found[1].baseline, ElementsAre());
  EXPECT_THAT(found[1].candidate, ElementsAre("none"));
}

/// A guest has processors of its own; a container of the same kernel is to have the host's.
TEST(Environment, ProcessorsMustMatchOnOneKernel) {
  auto host = with_facts("host", {{{"cpus_allowed", "0-7"}}});
  auto other = with_facts("other", {{{"cpus_allowed", "0-3"}}});
  EXPECT_EQ(differences(host, other).front().weight, Difference::Weight::explains);
  other.runs[0].boot_id = host.runs[0].boot_id;
  EXPECT_EQ(differences(host, other).front().weight, Difference::Weight::must_match);
}

TEST(Environment, LimitsOfContainersMustMatch) {
  const auto found = differences(
      with_facts("host", {{{"cgroup", {{"cpu", "none"}, {"memory", "none"}}}, {"seccomp", "none"}}}),
      with_facts("docker", {{{"cgroup", {{"cpu", "50000"}, {"memory", "1048576"}}},
                             {"seccomp", "filter"},
                             {"container", {{"engine", "docker"}}}}}));
  EXPECT_THAT(found,
              ElementsAre(Field(&Difference::fact, "cgroup.cpu"), Field(&Difference::fact, "cgroup.memory"),
                          Field(&Difference::fact, "container.engine"), Field(&Difference::fact, "seccomp")));
  EXPECT_EQ(found[1].weight, Difference::Weight::must_match);
  EXPECT_EQ(found[2].weight, Difference::Weight::explains);
  const auto unseen = differences(with_facts("host", {{{"cgroup", {{"cpu", "none"}}}}}),
                                  with_facts("lxc", {{{"kernel", "6.1.0"}}}));
  EXPECT_EQ(unseen.front().fact, "cgroup.cpu");
  EXPECT_EQ(unseen.front().weight, Difference::Weight::explains);
  EXPECT_STREQ(kind_of("cgroup.cpu").meaning, "not the same limit of processor time");
}

TEST(Environment, OfOneSideIsWhatVariedBetweenItsRuns) {
  const auto host = with_facts("host", {{{"driver", "1"}, {"os", "A"}}, {{"driver", "2"}, {"os", "A"}}});
  EXPECT_THAT(differences(host, {"", {}}), ElementsAre(Field(&Difference::fact, "driver")));
}

TEST(Environment, NamesFactsWithinFacts) {
  auto run = test::run_of("host", {});
  run.env = {{"numa", {{{"node", 0}, {"cpus", "0-7"}}}}, {"flags", {1, 2}}};
  run.tool = {{"version", "0.1.0"}};
  const auto found = facts(run);
  EXPECT_THAT(found, ElementsAre(Field(&Fact::name, "flags"), Field(&Fact::name, "numa.0.cpus"),
                                 Field(&Fact::name, "numa.0.node"), Field(&Fact::name, "tool.version")));
  EXPECT_EQ(found[0].value, "[1,2]");
  EXPECT_EQ(found[1].value, "0-7");
}

}  // namespace
}  // namespace gpupass::study
