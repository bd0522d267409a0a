// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass bench experiment --arm …` with engines that are played.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "cli/bench.hpp"
#include "cli/container/container.hpp"
#include "gpupass/core/json.hpp"
#include "gpupass/holds.hpp"
#include "gpupass/journal.hpp"
#include "support/command.hpp"
#include "support/desktop.hpp"
#include "support/fake_agent.hpp"
#include "support/fake_engines.hpp"
#include "support/fake_hypervisor.hpp"
#include "support/fake_kernel.hpp"
#include "support/gpu_host.hpp"
#include "support/many_domains.hpp"
#include "support/shared_hypervisor.hpp"

namespace gpupass::cli {
namespace {

using test::value_of;
using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::Not;
using testing::UnorderedElementsAre;
using Words = std::vector<std::string>;

class Arms : public testing::Test {
 protected:
  Arms() {
    test::add_gpu_host(tree);
    tree.file("/suite", "gpupass-bench");
    kernel.on_run = [this](const Program& program) { return engines.run(program); };
  }

  test::Said experiment(const Words& arms, const Words& more = {"--gpu", test::k_nvidia_card}) {
    Words words{"--blocks",  "2",
                "--seed",    "1",
                "--out",     tree.at("/out").string(),
                "--program", tree.at("/suite").string()};
    for (const auto& arm : arms) words.insert(words.end(), {"--arm", arm});
    words.insert(words.end(), more.begin(), more.end());
    return test::run(bench_experiment, kernel, words);
  }

  std::string refused(ErrorKind kind, const Words& arms, const Words& more = {"--gpu", test::k_nvidia_card}) {
    const auto ended = experiment(arms, more);
    EXPECT_EQ(ended.status, exit_code(kind)) << ended.err;
    EXPECT_FALSE(std::filesystem::exists(tree.at("/out")));
    EXPECT_TRUE(engines.said.empty());
    return ended.err;
  }

  /// The command lines of the runs in one place.
  [[nodiscard]] std::vector<Words> runs_in(const std::string& where) const {
    std::vector<Words> found;
    for (std::size_t i = 0; i < engines.said.size(); ++i) {
      if (engines.said[i] == where) found.push_back(engines.runs[i]);
    }
    return found;
  }
  [[nodiscard]] core::Json result(const std::string& file) const {
    return core::Json::parse(Host(tree.root()).read("/out/" + file).value_or("{}"));
  }

  test::Tree tree;
  test::FakeKernel kernel{tree};
  test::FakeEngines engines{tree};
};

TEST_F(Arms, RunsEachOnceInEachBlock) {
  const auto ended =
      experiment({"host", "docker:base:1", "podman+runc:base:1", "podman+crun:base:1", "lxc:c1"});
  EXPECT_EQ(ended.status, 0) << ended.err;  // all was measured to be the same
  ASSERT_EQ(engines.said.size(), 10U);
  for (const auto block : {0, 5})
    EXPECT_THAT(Words(engines.said.begin() + block, engines.said.begin() + block + 5),
                UnorderedElementsAre("host", "docker", "podman+runc", "podman+crun", "lxc"));
  EXPECT_THAT(ended.err, HasSubstr("run 10 of 10"));
  for (const auto* const role : {"host", "docker", "podman+runc", "podman+crun", "lxc"}) {
    const auto run = result(std::string("block-02-") + role + ".json");
    EXPECT_EQ(run.at("run").at("role"), role);
    EXPECT_EQ(run.at("run").at("block"), 2);
  }
  EXPECT_TRUE(engines.containers["podman"].empty());
  EXPECT_EQ(engines.lxc["c1"], "STOPPED");
  // One answer and one report for all.
  EXPECT_THAT(ended.out, AllOf(HasSubstr("What does each cost"), HasSubstr("== podman+crun beside host ==")));
  EXPECT_TRUE(std::filesystem::exists(tree.at("/out/report.html")));
  // Nothing of the card was changed.
  EXPECT_EQ(kernel.driver(test::k_nvidia_card), "nvidia");
  EXPECT_TRUE(load_holds(kernel)->empty());
  EXPECT_TRUE(load_journals(kernel)->empty());
}

TEST_F(Arms, AllRunsOfABlockHaveOneSeedAndOneProgram) {
  experiment({"host", "docker:base:1", "podman:base:1", "lxc:c1"});
  ASSERT_EQ(engines.runs.size(), 8U);
  for (const auto& run : engines.runs) {
    EXPECT_EQ(value_of(run, "--seed"), std::to_string(1 + std::stoi(value_of(run, "--block"))));
    EXPECT_THAT(run, Contains(std::string("--device=") + test::k_nvidia_card));
    EXPECT_NE(value_of(run, "--started"), "");
  }
  const auto mounted = "--volume=" + tree.at("/suite").string() + ":/gpupass-bench:ro";
  for (const auto* const engine : {"docker", "podman"}) EXPECT_THAT(runs_in(engine), Each(Contains(mounted)));
}

TEST_F(Arms, GivesTheCardInTheWordsOfTheEngine) {
  experiment({"host", "docker:base:1", "podman:base:1", "lxc:c1"});
  for (const auto* const engine : {"docker", "podman"})
    EXPECT_THAT(runs_in(engine), Each(AllOf(Contains("--device=/dev/nvidia0"), Contains("--pull=never"),
                                            Contains("--network=none"), Contains("--rm"))));
  EXPECT_THAT(engines.starts,
              Each(AllOf(Contains(HasSubstr("devices.allow = c 195:0 rw")),
                         Contains(HasSubstr("/suite dev/gpupass-bench none ro,bind,create=file 0 0")))));
  EXPECT_EQ(result("block-01-podman.json").at("env").at("container").at("card"), "by devices and mounts");
}

TEST_F(Arms, GivesTheCardByItsNameWhereGpupassDescribedIt) {
  const auto written = test::run(container_write, kernel, {test::k_nvidia_card, "--yes"});
  ASSERT_EQ(written.status, 0) << written.err;
  experiment({"host", "docker:base:1", "podman:base:1"});
  const auto name = std::string("--device=gpupass/card=") + test::k_nvidia_card;
  EXPECT_THAT(runs_in("podman"), Each(AllOf(Contains(name), Not(Contains("--device=/dev/nvidia0")))));
  EXPECT_THAT(runs_in("docker"),
              Each(AllOf(Not(Contains(name)), Contains("--device=/dev/nvidia0"))));  // 20.10
}

TEST_F(Arms, WritesDownWhatTheContainerIs) {
  experiment({"host", "docker:base:1", "podman+crun:base:1", "lxc:c1"});
  EXPECT_FALSE(result("block-01-host.json").at("env").contains("container"));
  EXPECT_EQ(result("block-01-docker.json").at("env").at("container"),
            core::Json::parse(R"({"version": "20.10.24", "runtime": "runc", "cgroup_manager": "systemd",
              "engine": "docker", "from": "base:1", "image": "sha256:1", "card": "by devices and mounts"})"));
  const auto podman = result("block-01-podman+crun.json").at("env").at("container");
  EXPECT_EQ(podman.at("runtime"), "crun");
  EXPECT_EQ(podman.at("runtime_version"), "1.1.5");
  EXPECT_EQ(result("block-01-lxc.json").at("env").at("container").at("version"), "5.0.2");
}

TEST_F(Arms, GoesOnWhereItStopped) {
  const Words arms{"host", "docker:base:1", "podman:base:1"};
  engines.fail_at = 4;
  const auto failed = experiment(arms);
  EXPECT_EQ(failed.status, exit_code(ErrorKind::system));
  EXPECT_THAT(failed.err, HasSubstr("the same command continues from there"));
  EXPECT_EQ(engines.said.size(), 4U);
  engines.fail_at = 0;
  EXPECT_EQ(experiment(arms).status, 0);
  EXPECT_EQ(engines.said.size(), 7U);
  EXPECT_EQ(experiment(arms).status, 0);
  EXPECT_EQ(engines.said.size(), 7U);
  // Another set of arms is another experiment.
  EXPECT_THAT(experiment({"host", "docker:base:1"}).err,
              AllOf(HasSubstr("another experiment"), HasSubstr("arms")));
}

/// Killed while each of the containers ran: it is there still, and the same command ends it, and no other.
TEST_F(Arms, RemovesWhatAKilledOneLeft) {
  engines.containers["docker"]["web"] = "";
  engines.lxc["c2"] = "RUNNING";
  std::set<std::string> left;
  for (std::size_t run = 1; run <= 4; ++run) {
    engines.power_cut_at = run;
    std::filesystem::remove_all(tree.at("/out"));
    engines.said.clear();
    engines.runs.clear();
    EXPECT_THROW(experiment({"host", "docker:base:1", "podman:base:1", "lxc:c1"}),
                 test::FakeEngines::PowerCut);
    left.insert(engines.said.back());
    engines.power_cut_at = 0;
    EXPECT_EQ(experiment({"host", "docker:base:1", "podman:base:1", "lxc:c1"}).status, 0);
    EXPECT_EQ(engines.said.size(), 9U);
    EXPECT_FALSE(engines.containers["docker"].contains("gpupass-experiment"));
    EXPECT_FALSE(engines.containers["podman"].contains("gpupass-experiment"));
    EXPECT_EQ(engines.lxc["c1"], "STOPPED");
    EXPECT_TRUE(load_journals(kernel)->empty());
  }
  EXPECT_EQ(left.size(), 4U);
  EXPECT_TRUE(engines.containers["docker"].contains("web"));
  EXPECT_EQ(engines.lxc["c2"], "RUNNING");
}

TEST_F(Arms, RemovesWhatAKilledOneLeftWithoutACard) {
  const Words without{"--", "--group", "processor"};
  engines.power_cut_at = 1;
  EXPECT_THROW(experiment({"docker:base:1", "docker:other"}, without), test::FakeEngines::PowerCut);
  engines.power_cut_at = 0;
  EXPECT_EQ(experiment({"docker:base:1", "docker:other"}, without).status, 0);
  EXPECT_TRUE(engines.containers["docker"].empty());
  EXPECT_TRUE(load_journals(kernel)->empty());
}

/// The same, by `gpupass recover`, which says what it does.
TEST_F(Arms, WhatAKilledOneLeftIsEndedByRecover) {
  engines.containers["docker"]["web"] = "";
  engines.lxc["c2"] = "RUNNING";
  std::set<std::string> left;
  const Words arms{"host", "docker:base:1", "podman+crun:base:1", "lxc:c1"};
  for (const auto& more : {Words{"--gpu", test::k_nvidia_card}, Words{"--group", "processor"}}) {
    for (std::size_t run = 1; run <= 4; ++run) {
      engines.power_cut_at = run;
      std::filesystem::remove_all(tree.at("/out"));
      engines.said.clear();
      EXPECT_THROW(experiment(arms, more), test::FakeEngines::PowerCut);
      engines.power_cut_at = 0;
      const auto where = engines.said.back();
      left.insert(where);
      if (where == "host") continue;
      const auto container = where == "lxc"
                                 ? std::string("lxc container c1")
                                 : where.substr(0, where.find('+')) + " container gpupass-experiment";
      EXPECT_THAT(
          test::run_line({kernel, test::idle_libvirt, test::source(), "fake:///"}, {"status"}, {}).out,
          HasSubstr("run the " + container));
      const auto before = engines.containers;
      const auto looked = test::run_line({kernel, test::idle_libvirt, test::source(), "fake:///"},
                                         {"recover", "--dry-run"}, {});
      EXPECT_THAT(looked.out, HasSubstr("end the " + container + ", if it runs")) << looked.err;
      EXPECT_TRUE(engines.containers == before);
      const auto undone =
          test::run_line({kernel, test::idle_libvirt, test::source(), "fake:///"}, {"recover"}, {});
      EXPECT_EQ(undone.status, 0) << undone.err;
      EXPECT_FALSE(engines.containers["docker"].contains("gpupass-experiment"));
      EXPECT_TRUE(engines.containers["podman"].empty());
      EXPECT_EQ(engines.lxc["c1"], "STOPPED");
      EXPECT_TRUE(load_journals(kernel)->empty());
    }
  }
  EXPECT_EQ(left.size(), 4U);
  EXPECT_TRUE(engines.containers["docker"].contains("web"));
  EXPECT_EQ(engines.lxc["c2"], "RUNNING");
}

/// Somebody made one of that name since: it stays, and so does the journal.
TEST_F(Arms, RecoverEndsNoContainerThatIsNotTheExperiments) {
  engines.power_cut_at = 1;
  EXPECT_THROW(experiment({"docker:base:1", "docker:other"}), test::FakeEngines::PowerCut);
  engines.containers["docker"]["gpupass-experiment"] = "somebody's";
  const auto said = test::run_line({kernel, test::idle_libvirt, test::source(), "fake:///"}, {"recover"}, {});
  EXPECT_NE(said.status, 0);
  EXPECT_THAT(said.err, AllOf(HasSubstr("that gpupass did not make"), HasSubstr("docker rename")));
  EXPECT_TRUE(engines.containers["docker"].contains("gpupass-experiment"));
  engines.containers["docker"].clear();
  EXPECT_EQ(test::run_line({kernel, test::idle_libvirt, test::source(), "fake:///"}, {"recover"}, {}).status,
            0);
  EXPECT_TRUE(load_journals(kernel)->empty());
}

TEST_F(Arms, LeavesContainersOfOthersAlone) {
  engines.containers["podman"]["gpupass-experiment"] = "somebody's";
  const auto ended = experiment({"host", "podman:base:1"});
  EXPECT_EQ(ended.status, exit_code(ErrorKind::refused));
  EXPECT_THAT(ended.err, AllOf(HasSubstr("that gpupass did not make"), HasSubstr("podman rename")));
  EXPECT_TRUE(engines.containers["podman"].contains("gpupass-experiment"));
  EXPECT_TRUE(engines.said.empty());
  std::filesystem::remove_all(tree.at("/out"));
  engines.lxc["c1"] = "RUNNING";
  tree.file("/proc/77/environ", "TERM=linux");
  EXPECT_THAT(refused(ErrorKind::busy, {"host", "lxc:c1"}), HasSubstr("`lxc-stop --name c1` first"));
  EXPECT_EQ(engines.lxc["c1"], "RUNNING");
}

TEST_F(Arms, RefusesWordsThatAreNoArms) {
  for (const auto& [arms, says] : std::vector<std::pair<Words, std::string>>{
           {{"host"}, "nothing to compare it with"},
           {{"host", "host"}, "given twice"},
           {{"docker:base:1", "host", "docker:base:1"}, "given twice"},
           {{"host", "vm:vm1", "vm:vm2", "vm:vm1"}, "--arm vm:vm1 is given twice"},
           {{"host", "kata:base:1"}, "there is no kind 'kata'"},
           {{"host", "docker:"}, "no image is named"},
           {{"host", "docker"}, "no image is named"},
           {{"host", "vm:"}, "no domain is named"},
           {{"host", "lxc"}, "no container is named"},
           {{"host:1", "docker:base:1"}, "the host has no name"},
           {{"host", "lxc+crun:c1"}, "lxc has no runtimes"},
           {{"host", "podman+:base:1"}, "not the name of a runtime"},
           {{"host", "podman:--privileged"}, "not a name"},
           {{"host", "docker:/rootfs"}, "Podman alone"},
           {{"host", "lxc:../c1"}, "not a name"},
           {{"host", "docker:a b"}, "not a name"},
           {{"host", "+crun:x"}, "there is no kind ''"}}) {
    EXPECT_THAT(refused(ErrorKind::usage, arms), HasSubstr(says));
  }
  EXPECT_THAT(refused(ErrorKind::usage, {"host", "vm:vm1"}, {"--group", "processor"}),
              HasSubstr("no card is named"));
  EXPECT_THAT(refused(ErrorKind::usage, {"host", "docker:base:1"}, {}), HasSubstr("no card is named"));
  EXPECT_THAT(
      refused(ErrorKind::usage, {"host", "docker:base:1"}, {"--gpu", test::k_nvidia_card, "--group", "pci"}),
      HasSubstr("--group pci cannot be measured in docker:base:1"));
  EXPECT_THAT(
      refused(ErrorKind::usage, {"host", "docker:base:1"}, {"--gpu", test::k_nvidia_card, "--memory", "4G"}),
      HasSubstr("goes with --image"));
}

TEST_F(Arms, RefusesWhatIsNotThereBeforeItStarts) {
  EXPECT_THAT(refused(ErrorKind::not_found, {"host", "podman:none"}),
              AllOf(HasSubstr("podman has no image none"), HasSubstr("`podman pull none`")));
  EXPECT_THAT(refused(ErrorKind::not_found, {"host", "docker+crun:base:1"}),
              HasSubstr("docker has no runtime 'crun'"));
  EXPECT_THAT(refused(ErrorKind::refused, {"host", "podman+none:base:1"}), HasSubstr("no such runtime"));
  EXPECT_THAT(refused(ErrorKind::not_found, {"host", "lxc:c9"}), HasSubstr("LXC has no container c9"));
  EXPECT_THAT(refused(ErrorKind::not_found, {"host", "podman:/nowhere"}), HasSubstr("no folder /nowhere"));
  engines.installed = {"podman"};
  EXPECT_THAT(refused(ErrorKind::not_found, {"host", "docker:base:1"}), HasSubstr("docker is not installed"));
  EXPECT_THAT(refused(ErrorKind::not_found, {"host", "lxc:c1"}), HasSubstr("lxc-info is not installed"));
  // A card that no container can have.
  EXPECT_THAT(refused(ErrorKind::refused, {"host", "podman:base:1"},
                      {"--gpu", test::k_vfio_card, "--group", "latency"}),
              HasSubstr("nothing was changed"));
}

TEST_F(Arms, RefuseARunThatSawNoProc) {
  kernel.on_run = [this](const Program& program) {
    auto end = engines.run(program);
    if (end && std::ranges::count(program.argv, "lxc-attach") > 0) {
      auto run = core::Json::parse(end->output);
      run["run"]["id"] = "";
      end->output = run.dump();
    }
    return end;
  };
  const auto ended = experiment({"host", "lxc:c1"});
  EXPECT_EQ(ended.status, exit_code(ErrorKind::invalid));
  EXPECT_THAT(ended.err, AllOf(HasSubstr("in lxc:c1 found no /proc"), HasSubstr("lxc.mount.auto")));
  EXPECT_EQ(engines.lxc["c1"], "STOPPED");
}

/// The card goes to the guest for its runs, and is back on the host's driver for all others.
TEST_F(Arms, MayBeAGuestAmongContainers) {
  test::add_passthrough_kernel(tree);
  kernel.add_driver("nvidia").add_driver("vfio-pci").prefer(test::k_nvidia_card, "nvidia");
  test::FakeHypervisor libvirt{"vm1", test::k_agent_domain, ""};
  test::FakeAgent guest;
  std::map<std::string, std::string> others;
  guest.files["/usr/bin/gpupass-bench"] = "gpupass-bench";
  Words seen;
  libvirt.agent = [&](const std::string& text) -> Result<std::string> {
    const auto command = core::Json::parse(text);
    if (command.at("execute") == "guest-exec" &&
        command.at("arguments").at("path") == "/usr/bin/gpupass-bench") {
      const auto words = command.at("arguments").at("arg").get<Words>();
      EXPECT_EQ(value_of(words, "--started"), "");  // its clock is another one
      guest.result = test::result_of(words);
      seen.push_back("guest " + kernel.driver(test::k_nvidia_card));
    }
    return guest.answer(text);
  };
  kernel.on_run = [&](const Program& program) {
    const auto before = engines.said.size();
    auto end = engines.run(program);
    if (engines.said.size() > before)
      seen.push_back(engines.said.back() + " " + kernel.driver(test::k_nvidia_card));
    return end;
  };
  const auto ended =
      test::run(bench_experiment, kernel,
                {"--gpu",
                 test::k_nvidia_card,
                 "--only",
                 "--arm",
                 "host",
                 "--arm",
                 "podman:base:1",
                 "--arm",
                 "vm:vm1",
                 "--blocks",
                 "2",
                 "--seed",
                 "1",
                 "--out",
                 tree.at("/out").string(),
                 "--program",
                 tree.at("/suite").string(),
                 "--yes",
                 "--timeout",
                 "60"},
                [&](const std::string&, std::chrono::milliseconds) -> Result<std::unique_ptr<Hypervisor>> {
                  return std::make_unique<test::SharedHypervisor>(libvirt, others);
                });
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_THAT(seen, UnorderedElementsAre("host nvidia", "podman nvidia", "guest vfio-pci", "host nvidia",
                                         "podman nvidia", "guest vfio-pci"));
  EXPECT_EQ(result("block-02-guest.json").at("run").at("role"), "guest");
  EXPECT_EQ(kernel.driver(test::k_nvidia_card), "nvidia");
  EXPECT_TRUE(load_holds(kernel)->empty());
  EXPECT_TRUE(load_journals(kernel)->empty());
  EXPECT_FALSE(libvirt.domain("vm1")->running);
}

/// Two guests beside the host: the card goes to each for its runs, and home between them.
TEST_F(Arms, MayBeTwoGuests) {
  test::add_passthrough_kernel(tree);
  kernel.add_driver("nvidia").add_driver("vfio-pci").prefer(test::k_nvidia_card, "nvidia");
  std::string second_domain = test::k_agent_domain;
  second_domain.replace(second_domain.find("vm1"), 3, "vm2");
  test::FakeHypervisor first{"vm1", test::k_agent_domain, ""}, second{"vm2", second_domain, ""};
  second.set_uuid("uuid-2");
  test::FakeAgent first_agent, second_agent;
  Words seen, drivers;
  const auto has_card = [](const test::FakeHypervisor& libvirt) {
    return libvirt.live().find("<hostdev") != std::string::npos;
  };
  const auto play = [&](test::FakeHypervisor& libvirt, test::FakeAgent& guest, const std::string& name) {
    guest.files["/usr/bin/gpupass-bench"] = "gpupass-bench";
    libvirt.agent = [&, name](const std::string& text) -> Result<std::string> {
      const auto command = core::Json::parse(text);
      if (command.at("execute") == "guest-exec" &&
          command.at("arguments").at("path") == "/usr/bin/gpupass-bench") {
        guest.result = test::result_of(command.at("arguments").at("arg").get<Words>());
        seen.push_back(name);
        drivers.push_back(kernel.driver(test::k_nvidia_card));
        EXPECT_TRUE(has_card(libvirt)) << name;
        EXPECT_NE(first.domain("vm1")->running, second.domain("vm2")->running);
      }
      return guest.answer(text);
    };
  };
  play(first, first_agent, "vm1");
  play(second, second_agent, "vm2");
  kernel.on_run = [&](const Program& program) {
    const auto before = engines.said.size();
    auto end = engines.run(program);
    if (engines.said.size() > before) {
      seen.push_back("host");
      EXPECT_EQ(kernel.driver(test::k_nvidia_card), "nvidia");
    }
    return end;
  };
  Words words{"--gpu", test::k_nvidia_card, "--only", "--arm", "host", "--arm", "vm:vm1", "--arm", "vm:vm2"};
  for (const auto& word : Words{"--blocks", "3", "--seed", "1", "--out", tree.at("/out").string(),
                                "--program", tree.at("/suite").string(), "--yes", "--timeout", "60"})
    words.push_back(word);
  const auto ended = test::run(
      bench_experiment, kernel, words,
      [&](const std::string&, std::chrono::milliseconds) -> Result<std::unique_ptr<Hypervisor>> {
        return std::make_unique<test::ManyDomains>(std::vector<test::FakeHypervisor*>{&first, &second});
      });
  EXPECT_EQ(ended.status, 0) << ended.err;
  ASSERT_EQ(seen.size(), 9U) << ended.err;
  for (const auto block : {0, 3, 6})
    EXPECT_THAT(Words(seen.begin() + block, seen.begin() + block + 3),
                UnorderedElementsAre("host", "vm1", "vm2"));
  EXPECT_THAT(drivers, Each("vfio-pci"));
  EXPECT_EQ(result("block-03-guest-vm1.json").at("run").at("role"), "guest:vm1");
  EXPECT_EQ(result("block-03-guest-vm2.json").at("run").at("role"), "guest:vm2");
  EXPECT_THAT(ended.out, HasSubstr("== guest:vm2 beside host =="));
  EXPECT_EQ(kernel.driver(test::k_nvidia_card), "nvidia");
  EXPECT_TRUE(load_holds(kernel)->empty());
  EXPECT_TRUE(load_journals(kernel)->empty());
  for (auto* const libvirt : {&first, &second}) {
    EXPECT_EQ(libvirt->config().find("<hostdev"), std::string::npos);
    EXPECT_THAT(libvirt->calls, Contains("start"));
  }
}

TEST_F(Arms, NeedNoCardForWhatNeedsNone) {
  EXPECT_EQ(experiment({"host", "podman:base:1"}, {"--group", "processor", "--dry-run"}).status, 0);
  EXPECT_EQ(experiment({"host", "podman:base:1"}, {"--", "--group", "processor"}).status, 0);
  EXPECT_THAT(runs_in("podman"), Each(Not(Contains(HasSubstr("--device")))));
  EXPECT_EQ(engines.said.size(), 4U);
}

TEST_F(Arms, MayHaveAnotherBaselineAndTwoImages) {
  const auto would =
      experiment({"docker:base:1", "docker:other"}, {"--gpu", test::k_nvidia_card, "--dry-run"});
  EXPECT_EQ(would.status, 0) << would.err;
  EXPECT_THAT(would.out, AllOf(HasSubstr("in the arms docker:base:1 and docker:other"),
                               HasSubstr("nothing was changed")));
  EXPECT_TRUE(engines.said.empty());
  EXPECT_FALSE(std::filesystem::exists(tree.at("/out")));
  experiment({"docker:base:1", "docker:other"});
  EXPECT_EQ(result("block-01-docker-other.json").at("run").at("role"), "docker:other");
}

}  // namespace
}  // namespace gpupass::cli
