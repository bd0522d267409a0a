// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass bench experiment` on a kernel, a libvirt and a guest that are played.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "cli/bench.hpp"
#include "gpupass/cli/run.hpp"
#include "gpupass/holds.hpp"
#include "gpupass/journal.hpp"
#include "support/command.hpp"
#include "support/desktop.hpp"
#include "support/fake_agent.hpp"
#include "support/fake_hypervisor.hpp"
#include "support/fake_kernel.hpp"
#include "support/shared_hypervisor.hpp"
#include "support/suite_words.hpp"

namespace gpupass::cli {
namespace {

using test::k_gpu;
using test::result_of;
using test::value_of;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using Words = std::vector<std::string>;

class Experiment : public testing::Test {
 protected:
  Experiment() {
    test::PciTree pci(tree.root());
    test::add_root_port(pci);
    pci.add({.address = k_gpu,
             .bus = "pci0000:00/0000:00:01.0",
             .class_code = 0x030000,
             .vendor = 0x1002,
             .device = 0x5046,
             .driver = "aty128fb",
             .group = 1,
             .boot_vga = 0});
    test::add_passthrough_kernel(tree);
    kernel.add_driver("aty128fb").add_driver("vfio-pci").prefer(k_gpu, "aty128fb");
    tree.file("/suite", "the host's gpupass-bench");
    kernel.on_run = [this](const Program& program) { return on_host(program.argv); };
    libvirt.agent = [this](const std::string& text) { return in_guest(text); };
    guest.files["/usr/bin/gpupass-bench"] = "the host's gpupass-bench";
    before = test::snapshot(tree.at("/sys"));
  }

  std::optional<ProgramEnd> on_host(const Words& argv) {
    if (std::ranges::count(argv, "--list") > 0) return ProgramEnd{list_status, list, "no such group"};
    if (argv.front() != "setpriv") return std::nullopt;
    said.push_back("host " + kernel.driver(k_gpu) + " " + value_of(argv, "--device"));
    if (said.size() == fail_at) return ProgramEnd{2, "", "it does not want to"};
    return ProgramEnd{0, result_of(argv), ""};
  }

  Result<std::string> in_guest(const std::string& text) {
    const auto command = core::Json::parse(text);
    if (command.at("execute") == "guest-exec" &&
        command.at("arguments").at("path") == "/usr/bin/gpupass-bench") {
      const auto words = command.at("arguments").at("arg").get<Words>();
      guest.result = result_of(words);
      said.push_back("guest " + kernel.driver(k_gpu) + " " + value_of(words, "--pci"));
      if (said.size() == fail_at) guest.result.clear();
    }
    return guest.answer(text);
  }

  test::Said experiment(const Words& more = {}, const Words& arms = {"--domain", "vm1"}) {
    Words words{"--gpu",     k_gpu,
                "--blocks",  "2",
                "--seed",    "1",
                "--out",     tree.at("/out").string(),
                "--program", tree.at("/suite").string(),
                "--timeout", timeout,
                "--yes"};
    words.insert(words.end(), arms.begin(), arms.end());
    words.insert(words.end(), more.begin(), more.end());
    return test::run(
        bench_experiment, kernel, words,
        [this](const std::string&, std::chrono::milliseconds) -> Result<std::unique_ptr<Hypervisor>> {
          return std::make_unique<test::SharedHypervisor>(libvirt, others);
        });
  }

  void expect_all_as_before() {
    EXPECT_EQ(test::snapshot(tree.at("/sys")), before);
    EXPECT_TRUE(load_holds(kernel)->empty());
    EXPECT_TRUE(load_journals(kernel)->empty());
    EXPECT_FALSE(libvirt.domain("vm1")->running);
    EXPECT_THAT(libvirt.config(), Not(HasSubstr("<hostdev")));
  }

  [[nodiscard]] std::size_t count(const std::string& what) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(said, [&](const auto& line) { return line.starts_with(what); }));
  }
  [[nodiscard]] bool there(const std::string& file) const {
    return std::filesystem::exists(tree.at("/out/" + file));
  }

  test::Tree tree;
  test::FakeKernel kernel{tree};
  test::FakeHypervisor libvirt{"vm1", test::k_agent_domain, ""};
  test::FakeAgent guest;
  std::map<std::string, std::string> others;
  std::string before;
  Words said;  // what was run, where the card then was
  std::size_t fail_at = 0;
  std::string timeout = "60";
  int list_status = 0;
  std::string list = R"({"cases": [{"missing": ""}, {"missing": "a card"}]})";
};

TEST_F(Experiment, MeasuresInTurnsAndLeavesAllAsItWas) {
  const auto ended = experiment();
  EXPECT_EQ(ended.status, 0) << ended.err;  // all was measured to be the same
  // Without CUDA: the groups pci and processor, for which the card is on vfio-pci on both sides.
  EXPECT_EQ(count("host vfio-pci"), 2U);
  EXPECT_EQ(count("guest vfio-pci 1002:5046"), 2U);
  EXPECT_EQ(said.size(), 4U);
  for (const auto* const file : {"plan.json", "block-01-host.json", "block-02-guest.json", "report.html"})
    EXPECT_TRUE(there(file)) << file;
  EXPECT_THAT(ended.out, HasSubstr("report.html"));
  EXPECT_THAT(ended.err, HasSubstr("run 4 of 4"));
  expect_all_as_before();
}

TEST_F(Experiment, KeepsTheCardOnItsDriverWhereAGroupNeedsIt) {
  EXPECT_EQ(experiment({"--group", "latency"}).status, 0);
  EXPECT_EQ(count("host aty128fb"), 2U);
  EXPECT_EQ(count("guest vfio-pci"), 2U);
  expect_all_as_before();
}

/// Of several cards of the host it is the one that is passed through.
TEST_F(Experiment, TellsCudaWhichCard) {
  tree.file(std::string("/sys/bus/pci/devices/") + k_gpu + "/vendor", "0x10de\n");
  EXPECT_EQ(experiment({"--group", "latency"}).status, 0);
  EXPECT_EQ(count(std::string("host aty128fb ") + k_gpu), 2U);
}

TEST_F(Experiment, GoesOnWhereItStopped) {
  for (fail_at = 1; fail_at <= 3; ++fail_at) {
    said.clear();
    const auto ended = experiment();
    EXPECT_EQ(ended.status, exit_code(ErrorKind::system)) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("the same command continues from there"));
    EXPECT_FALSE(there("report.html"));
    expect_all_as_before();
  }
  // The first time none was done, the second one, the third two more.
  said.clear();
  fail_at = 0;
  EXPECT_EQ(experiment().status, 0);
  EXPECT_EQ(said.size(), 1U);
  said.clear();
  EXPECT_EQ(experiment().status, 0);
  EXPECT_TRUE(said.empty());
}

/// One experiment has one spelling in its folder, however it was said.
TEST_F(Experiment, OfHostAndGuestIsTheSameWithArms) {
  const Words arms{"--arm", "host", "--arm", "vm:vm1"};
  const auto would = experiment({"--dry-run"}, arms);
  EXPECT_EQ(would.status, 0) << would.err;
  EXPECT_THAT(would.out, HasSubstr("on the host and in vm1"));
  EXPECT_EQ(experiment().status, 0);
  said.clear();
  EXPECT_EQ(experiment({}, arms).status, 0);
  EXPECT_TRUE(said.empty());
  // With the guest as the baseline it is another one.
  EXPECT_THAT(experiment({}, {"--arm", "vm:vm1", "--arm", "host"}).err, HasSubstr("another experiment"));
  EXPECT_THAT(experiment({}, {}).err, HasSubstr("which arms?"));
}

TEST_F(Experiment, BeginsWhereOneWasKilledBeforeItHadAPlan) {
  tree.file("/out/.plan.json.gpupass-1-0", "{\"half");
  EXPECT_EQ(experiment().status, 0);
  EXPECT_FALSE(std::filesystem::exists(tree.at("/out/.plan.json.gpupass-1-0")));
}

/// A power cut while the guest runs: the card is away, its guest has it.
TEST_F(Experiment, UndoesWhatAKilledOneLeft) {
  struct PowerCut {};
  libvirt.agent = [this](const std::string& text) -> Result<std::string> {
    if (text.find("--role=guest") != std::string::npos) throw PowerCut();
    return in_guest(text);
  };
  EXPECT_THROW(experiment(), PowerCut);
  ASSERT_TRUE(libvirt.domain("vm1")->running);
  ASSERT_EQ(kernel.driver(k_gpu), "vfio-pci");
  EXPECT_EQ(load_journals(kernel)->size(), 1U);
  libvirt.agent = [this](const std::string& text) { return in_guest(text); };
  const auto would = experiment({"--dry-run"});
  EXPECT_THAT(would.out, HasSubstr("would first undo what the interrupted experiment left"));
  EXPECT_TRUE(libvirt.domain("vm1")->running);
  const auto done = said.size();
  const auto ended = experiment();
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_EQ(said.size(), 4U) << "what was done stays: " << done;
  EXPECT_THAT(ended.err, HasSubstr("undoing what the interrupted experiment left"));
  expect_all_as_before();
}

/// From the run in the guest on its agent answers anything: that is an error, and all is put back.
TEST_F(Experiment, PutsAllBackWhereTheGuestAnswersAnything) {
  timeout = "1";
  const std::vector<std::pair<std::string, ErrorKind>> answers{
      {R"({"return": {"pid": "text"}})", ErrorKind::invalid},
      {R"({"return": {"pid": 1, "exited": 7}})", ErrorKind::invalid},
      {R"({"return": {"pid": 1, "exited": true, "exitcode": 0, "out-data": {}}})", ErrorKind::invalid},
      {R"({"return": {"pid": 1, "exited": true, "exitcode": 1e300}})", ErrorKind::invalid},
      {R"({"return": {"pid": 1, "exited": true, "exitcode": 0}})", ErrorKind::system},  // and no result
      {R"({"return": )" + std::string(100'000, '['), ErrorKind::invalid},
      {"", ErrorKind::invalid}};
  for (const auto& [answer, kind] : answers) {
    bool measures = false;
    libvirt.agent = [&](const std::string& text) -> Result<std::string> {
      measures = measures || text.find("--role=guest") != std::string::npos;
      return measures ? Result<std::string>(answer) : in_guest(text);
    };
    const auto ended = experiment();
    EXPECT_EQ(ended.status, exit_code(kind)) << answer.substr(0, 80) << "\n" << ended.err;
    EXPECT_TRUE(measures);
    expect_all_as_before();
  }
}

/// A result that is no run: nested, or with values of other types.
TEST_F(Experiment, PutsAllBackWhereTheResultIsNoRun) {
  timeout = "1";
  auto run = core::Json::parse(result_of({"--role=guest", "--block=1", "--order=1"}));
  auto nested = run;
  nested["benchmarks"][0]["params"]["x"] = 7;
  auto text = nested.dump();
  text.replace(text.find("\"x\":7"), 5, "\"x\":" + std::string(1'000, '[') + std::string(1'000, ']'));
  auto typed = run;
  typed["benchmarks"] = "none";
  for (const auto& result : {text, typed.dump(), std::string("[]"), std::string("null"), std::string("{")}) {
    libvirt.agent = [&](const std::string& command) -> Result<std::string> {
      if (command.find("--role=guest") == std::string::npos) return in_guest(command);
      guest.result = result;
      return guest.answer(command);
    };
    const auto ended = experiment();
    EXPECT_EQ(ended.status, exit_code(ErrorKind::invalid)) << result.substr(0, 80) << "\n" << ended.err;
    expect_all_as_before();
  }
}

TEST_F(Experiment, PutsAllBackWhereSomethingThrows) {
  timeout = "1";
  libvirt.agent = [&](const std::string& text) -> Result<std::string> {
    if (text.find("--role=guest") != std::string::npos) throw std::runtime_error("a library gave up");
    return in_guest(text);
  };
  const auto ended = experiment();
  EXPECT_EQ(ended.status, exit_code(ErrorKind::internal)) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("a library gave up"));
  expect_all_as_before();
}

TEST_F(Experiment, RefusesBeforeItTouchesAnything) {
  EXPECT_EQ(experiment({"--dry-run"}).status, 0);
  const auto refused = [this](ErrorKind kind, const Words& words) {
    const auto ended = experiment(words);
    EXPECT_EQ(ended.status, exit_code(kind)) << ended.err;
    EXPECT_FALSE(std::filesystem::exists(tree.at("/out")));
    return ended.err;
  };
  refused(ErrorKind::usage, {"--image", "/also"});
  refused(ErrorKind::usage, {"--memory", "4G"});
  refused(ErrorKind::usage, {"-o", "report.pdf"});
  list_status = 2;
  EXPECT_THAT(refused(ErrorKind::usage, {"--group", "none"}), HasSubstr("no such group"));
  list_status = 0;
  list = R"({"cases": [{"missing": "no CUDA"}]})";
  refused(ErrorKind::unsupported, {"--group", "latency"});
  list = R"({"cases": [{"missing": ""}]})";
  refused(ErrorKind::usage, {"--", "--role=host"});
  refused(ErrorKind::usage, {"--", "--device", "2"});
  refused(ErrorKind::not_found, {"-o", "/nowhere/report.html"});
  ASSERT_TRUE(libvirt.start("vm1"));
  EXPECT_THAT(refused(ErrorKind::busy, {}), HasSubstr("vm1 is running"));
  ASSERT_TRUE(libvirt.destroy("vm1"));
  EXPECT_TRUE(said.empty());
  expect_all_as_before();

  tree.file("/out/somebody's", "");
  EXPECT_THAT(experiment().err, HasSubstr("does not belong to an experiment"));
  expect_all_as_before();
}

TEST_F(Experiment, RefusesACardThatNothingOfCudaCouldUse) {
  // By somebody else, before.
  const std::string card = std::string("/sys/bus/pci/devices/") + k_gpu;
  for (const auto& [path, text] :
       {std::pair{card + "/driver_override", std::string("vfio-pci")},
        std::pair{std::string("/sys/bus/pci/drivers/aty128fb/unbind"), std::string(k_gpu)},
        std::pair{std::string("/sys/bus/pci/drivers_probe"), std::string(k_gpu)}})
    ASSERT_TRUE(kernel.write({path, text, std::chrono::seconds(1)})) << path;
  ASSERT_EQ(kernel.driver(k_gpu), "vfio-pci");
  const auto refused = experiment({"--group", "latency"});
  EXPECT_EQ(refused.status, exit_code(ErrorKind::refused)) << refused.err;
  EXPECT_THAT(refused.err, HasSubstr("is on vfio-pci: on the host nothing of CUDA could use it"));
  EXPECT_EQ(experiment({"--group", "pci", "--dry-run"}).status, 0);
}

TEST_F(Experiment, RefusesAGuestThatCouldNotBeTold) {
  std::string xml = test::k_agent_domain;
  const auto channel = xml.find("<channel");
  xml.erase(channel, xml.find("</channel>") + 10 - channel);
  ASSERT_TRUE(libvirt.define(xml));
  const auto refused = experiment();
  EXPECT_EQ(refused.status, exit_code(ErrorKind::unsupported));
  EXPECT_THAT(refused.err, HasSubstr("neither a channel"));
  EXPECT_FALSE(std::filesystem::exists(tree.at("/out")));
}

TEST_F(Experiment, RefusesAnotherOnesFolder) {
  EXPECT_EQ(experiment().status, 0);
  const auto other = experiment({"--quick"});
  EXPECT_EQ(other.status, exit_code(ErrorKind::refused));
  EXPECT_THAT(other.err, AllOf(HasSubstr("another experiment"), HasSubstr("--quick")));
  tree.file("/suite", "rebuilt");
  EXPECT_THAT(experiment().err, HasSubstr("program_sha256"));
}

}  // namespace
}  // namespace gpupass::cli
