// SPDX-License-Identifier: GPL-2.0-or-later
// Devices that are somebody's without being in a domain: `gpupass bind --for NAME`.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "gpupass/cli/run.hpp"
#include "gpupass/core/json.hpp"
#include "gpupass/holds.hpp"
#include "support/command.hpp"
#include "support/desktop.hpp"
#include "support/fake_hypervisor.hpp"
#include "support/fake_kernel.hpp"
#include "support/golden.hpp"
#include "support/shared_hypervisor.hpp"
#include "support/tree.hpp"

namespace gpupass::cli {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* k_domain =
    "<domain type='kvm'><name>vm1</name><os><type arch='x86_64' machine='q35'>hvm</type></os>"
    "<devices><controller type='pci' index='0' model='pcie-root'/></devices></domain>";

class Job : public testing::Test {
 protected:
  Job() {
    test::PciTree pci(tree.root());
    test::add_card(pci);
    test::add_passthrough_kernel(tree);
    for (const auto* const driver : {"nvidia", "snd_hda_intel", "vfio-pci"}) kernel.add_driver(driver);
    kernel.prefer(test::k_gpu, "nvidia").prefer(test::k_audio, "snd_hda_intel");
    before = test::snapshot(tree.at("/sys"));
  }

  int run(const std::vector<std::string>& words) {
    const auto connect = [this](const std::string&,
                                std::chrono::milliseconds) -> Result<std::unique_ptr<Hypervisor>> {
      if (vm1_is_gone) return std::make_unique<test::FakeHypervisor>("another", "<domain/>", "");
      return std::make_unique<test::SharedHypervisor>(libvirt, others);
    };
    auto said = test::run_line({kernel, connect, test::source(), "fake:///"}, words, {.columns = 200});
    out = std::move(said.out);
    err = std::move(said.err);
    return said.status;
  }

  void expect_home() {
    EXPECT_EQ(test::snapshot(tree.at("/sys")), before);
    EXPECT_THAT(load_holds(kernel).value(), IsEmpty());
  }

  test::Tree tree;
  test::FakeKernel kernel{tree};
  test::FakeHypervisor libvirt{"vm1", k_domain, ""};
  std::map<std::string, std::string> others;
  bool vm1_is_gone = false;
  std::string before, out, err;
};

TEST_F(Job, HasADeviceUntilItGivesItBack) {
  ASSERT_EQ(run({"bind", "01:00.0", "--for", "slurm:4711"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("0000:01:00.0 and 0000:01:00.1 are on vfio-pci for job slurm:4711"));
  EXPECT_EQ(kernel.driver(test::k_audio), "vfio-pci");
  ASSERT_EQ(run({"status"}), 0) << err;
  EXPECT_THAT(out, ContainsRegex("0000:01:00.0 +vfio-pci +nvidia +job slurm:4711 +20.* +bound"));
  ASSERT_EQ(run({"unbind", "--for", "slurm:4711"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("0000:01:00.0 is back on nvidia"));
  expect_home();
}

TEST_F(Job, ASecondTimeNothingIsChanged) {
  ASSERT_EQ(run({"bind", "01:00.0", "--for", "a job"}), 0) << err;
  const auto writes = kernel.writes().size();
  ASSERT_EQ(run({"bind", "01:00.0", "--for", "a job", "--format", "json"}), 0) << err;
  EXPECT_EQ(core::Json::parse(out).at("changed"), false);
  EXPECT_EQ(kernel.writes().size(), writes);
  ASSERT_EQ(run({"unbind", "01:00.0", "--for", "a job"}), 0) << err;
  ASSERT_EQ(run({"unbind", "01:00.0", "--for", "a job"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("unchanged: job a job has none of these devices"));
  ASSERT_EQ(run({"unbind", "--for", "a job"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("unchanged: gpupass holds no device for job a job"));
  expect_home();
}

TEST_F(Job, NobodyElseGetsIt) {
  ASSERT_EQ(run({"bind", "01:00.0", "--for", "one"}), 0) << err;
  const auto machine = test::snapshot(tree.at("/sys"));
  const auto holds = load_holds(kernel).value();
  for (const std::vector<std::string>& words : {std::vector<std::string>{"bind", "01:00.0", "--for", "two"},
                                                {"bind", "01:00.0", "--for", "two", "--yes"},
                                                {"bind", "01:00.0", "--yes"},
                                                {"unbind", "01:00.0", "--yes"},
                                                {"unbind", "01:00.0", "--for", "two", "--yes"},
                                                {"attach", "vm1", "01:00.0", "--yes"},
                                                {"attach", "vm1", "01:00.0", "--shared", "--yes"}}) {
    EXPECT_EQ(run(words), exit_code(ErrorKind::busy)) << words.front() << out;
    EXPECT_THAT(err, AllOf(HasSubstr("belongs to job one"),
                           HasSubstr("`gpupass unbind 0000:01:00.0 --for one` returns it")));
  }
  ASSERT_EQ(run({"unbind", "--all"}), 0) << err;
  EXPECT_EQ(test::snapshot(tree.at("/sys")), machine);
  EXPECT_EQ(load_holds(kernel).value(), holds);
}

TEST_F(Job, WhatADomainHasIsNotAJobs) {
  ASSERT_EQ(run({"attach", "vm1", "01:00.0"}), 0) << err;
  EXPECT_EQ(run({"bind", "01:00.0", "--for", "one", "--yes"}), exit_code(ErrorKind::busy));
  EXPECT_THAT(err, HasSubstr("belongs to vm1"));
}

/// It was undefined without gpupass hearing of it.
TEST_F(Job, WhatADomainHadThatIsGoneMayBeTaken) {
  ASSERT_EQ(run({"attach", "vm1", "01:00.0"}), 0) << err;
  vm1_is_gone = true;
  ASSERT_EQ(run({"bind", "01:00.0", "--for", "one"}), 0) << err;
  ASSERT_EQ(run({"unbind", "--for", "one"}), 0) << err;
  expect_home();
}

TEST_F(Job, WhatWasBoundBeforeStaysBound) {
  ASSERT_EQ(run({"bind", "01:00.0"}), 0) << err;
  const auto bound = test::snapshot(tree.at("/sys"));
  ASSERT_EQ(run({"bind", "01:00.0", "--for", "one"}), 0) << err;
  ASSERT_EQ(run({"unbind", "--for", "one"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("stay on vfio-pci, where `gpupass bind` put them"));
  EXPECT_EQ(test::snapshot(tree.at("/sys")), bound);
  ASSERT_EQ(run({"unbind", "01:00.0"}), 0) << err;
  expect_home();
}

TEST_F(Job, IsNamedInTheCommandsThatMendIt) {
  ASSERT_EQ(run({"bind", "01:00.0", "--for", "night's run"}), 0) << err;
  EXPECT_EQ(run({"bind", "01:00.0", "--for", "two"}), exit_code(ErrorKind::busy));
  EXPECT_THAT(err, HasSubstr(R"(`gpupass unbind 0000:01:00.0 --for 'night'\''s run'`)"));
}

TEST_F(Job, BadInputChangesNothing) {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"bind", "01:00.0", "--for", ""},
                                                {"bind", "01:00.0", "--for", " one"},
                                                {"bind", "01:00.0", "--for", "a\nb"},
                                                {"bind", "01:00.0", "--for", std::string(201, 'x')},
                                                {"bind", "01:00.0", "--for", "one", "--driver", "nvidia"},
                                                {"bind", "01:00.0", "--for", "one", "--persist"},
                                                {"bind", "--for", "one"},
                                                {"unbind", "--for", "one", "--persist"},
                                                {"unbind"}}) {
    EXPECT_EQ(run(words), exit_code(ErrorKind::usage)) << words.back() << out;
  }
  expect_home();
}

TEST_F(Job, ADryRunRefusesWhatTheRunRefuses) {
  ASSERT_EQ(run({"bind", "01:00.0", "--for", "one", "--dry-run"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("remember 0000:01:00.0 for job one (driver before: nvidia)"));
  expect_home();
  ASSERT_EQ(run({"bind", "01:00.0", "--for", "one"}), 0) << err;
  EXPECT_EQ(run({"bind", "01:00.0", "--for", "two", "--dry-run", "--yes"}), exit_code(ErrorKind::busy));
}

}  // namespace
}  // namespace gpupass::cli
