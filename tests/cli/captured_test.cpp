// SPDX-License-Identifier: GPL-2.0-or-later
// Every command on a captured machine: nothing of it is changed, nothing is run, libvirt is only asked.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

#include "gpupass/cli/run.hpp"
#include "gpupass/session/read_only.hpp"
#include "support/command.hpp"
#include "support/desktop.hpp"
#include "support/fake_hypervisor.hpp"
#include "support/shared_hypervisor.hpp"

namespace gpupass::cli {
namespace {

using testing::HasSubstr;

const char* const k_domain =
    "<domain type='kvm'><name>vm1</name><devices><hostdev mode='subsystem' type='pci'><source>"
    "<address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></source></hostdev></devices></domain>";

class Captured : public testing::Test {
 protected:
  Captured() {
    test::PciTree pci(tree.root());
    test::add_card(pci);
    test::add_passthrough_kernel(tree);
    tree.file("/program", "#!/bin/sh\ntouch " + tree.at("/ran").string() + "\n");
    std::filesystem::permissions(tree.at("/program"), std::filesystem::perms::all);
    before = test::snapshot(tree.root());
  }

  test::Said run(const std::vector<std::string>& words, const std::string& typed = "") {
    const auto command = std::ranges::find(commands(), words.front(), &Command::name);
    const session::Connect connect =
        [this](const std::string&, std::chrono::milliseconds) -> Result<std::unique_ptr<Hypervisor>> {
      return std::make_unique<test::SharedHypervisor>(libvirt, others);
    };
    return test::run(command->function, host, {words.begin() + 1, words.end()},
                     session::read_only(connect, host), {.typed = typed});
  }

  test::Tree tree;
  Host host{tree.root()};
  test::FakeHypervisor libvirt{"vm1", k_domain, "<domain/>"};
  std::map<std::string, std::string> others;
  std::string before;
};

TEST_F(Captured, EveryCommandThatWouldChangeOrRunSomethingRefuses) {
  const auto program = tree.at("/program").string();
  others["without"] = "<domain type='kvm'><name>without</name><devices/></domain>";
  const std::vector<std::vector<std::string>> lines = {
      {"attach", "vm1", "01:00"},
      {"detach", "vm1", "01:00"},
      {"detach", "vm1", "--all"},
      {"detach", "without", "--all"},
      {"bind", "01:00"},
      {"bind", "01:00", "--persist"},
      {"unbind", "01:00"},
      {"unbind", "--all"},
      {"recover"},
      {"recover", "--forget"},
      {"guest", "create", "vm2", "--image", program},
      {"guest", "start", "vm1"},
      {"guest", "stop", "vm1"},
      {"guest", "delete", "vm1", "--yes"},
      {"guest", "ssh", "vm1"},
      {"guest", "console", "vm1"},
      {"guest", "wait", "vm1"},
      {"guest", "bench", "vm1", "--program", program},
      {"hook", "install"},
      {"hook", "uninstall"},
      {"hook", "run", "qemu", "vm1", "prepare", "begin", "-"},
      {"bench", "run", "--program", program},
      {"bench", "experiment", "--gpu", "01:00", "--domain", "vm1", "--program", program},
      {"lab", "run", "--", "true"},
  };
  for (const auto& line : lines) {
    const auto said = run(line);
    EXPECT_EQ(said.status, 5) << line[0] << " " << line.back() << ": " << said.err;
    EXPECT_THAT(said.err, HasSubstr("is another machine's tree and is never changed")) << line[0];
    EXPECT_EQ(test::snapshot(tree.root()), before) << line[0];
  }
  EXPECT_THAT(libvirt.calls, testing::IsEmpty());
}

TEST_F(Captured, AConnectionForItCanOnlyBeAsked) {
  const session::Connect connect = [this](const std::string&,
                                          std::chrono::milliseconds) -> Result<std::unique_ptr<Hypervisor>> {
    return std::make_unique<test::SharedHypervisor>(libvirt, others);
  };
  const auto connection = session::read_only(connect, host)("fake:///", std::chrono::seconds(1));
  auto& asked = **connection;
  EXPECT_TRUE(asked.domains());
  EXPECT_TRUE(asked.xml("vm1", DomainView::config));
  const std::vector<Result<void>> refused = {
      asked.define("<domain/>"), asked.attach_live("vm1", ""),  asked.request_detach_live("vm1", ""),
      asked.start("vm1"),        asked.request_shutdown("vm1"), asked.destroy("vm1"),
      asked.undefine("vm1")};
  for (const auto& one : refused) EXPECT_EQ(one.error(), host.changeable().error());
  EXPECT_EQ(asked.ask_agent("vm1", "{}", std::chrono::seconds(1)).error(), host.changeable().error());
  EXPECT_THAT(libvirt.calls, testing::IsEmpty());
}

/// The domain's XML is what a person gives: this machine's libvirt may know another of that name.
TEST_F(Captured, AStartIsCheckedByWhatIsCaptured) {
  auto said = run({"hook", "check", "vm1"}, k_domain);
  EXPECT_EQ(said.status, 0) << said.err;
  EXPECT_EQ(said.out, "vm1 has no card from gpupass; it may start\n");
  const std::string own = std::regex_replace(k_domain, std::regex("</source>"),
                                             "</source><alias name='ua-gpupass-0000-01-00-0'/>");
  said = run({"hook", "check", "vm1"}, own);
  EXPECT_EQ(said.status, 5);
  EXPECT_THAT(said.err, HasSubstr("gpupass has no record of 0000:01:00.0 in vm1"));
  said = run({"hook", "check", "vm1"});
  EXPECT_EQ(said.status, 2);
  EXPECT_THAT(said.err, HasSubstr("gpupass --root DIR hook check vm1 < vm1.xml"));
  EXPECT_EQ(test::snapshot(tree.root()), before);
}

TEST_F(Captured, TheLabsMachinesAreListed) {
  EXPECT_EXIT(run({"lab", "list"}), testing::ExitedWithCode(0), "");
}

TEST_F(Captured, WhatOnlyLooksWorks) {
  for (const auto& line : std::vector<std::vector<std::string>>{
           {"list"}, {"groups"}, {"status"}, {"bind", "01:00", "--dry-run"}, {"recover", "--dry-run"}}) {
    const auto said = run(line);
    EXPECT_THAT(said.err, testing::Not(HasSubstr("never changed"))) << line[0];
    EXPECT_LE(said.status, 1) << line[0] << said.err;
  }
  EXPECT_EQ(test::snapshot(tree.root()), before);
}

}  // namespace
}  // namespace gpupass::cli
