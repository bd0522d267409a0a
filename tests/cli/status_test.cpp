// SPDX-License-Identifier: GPL-2.0-or-later
// What `gpupass status` and `gpupass list` say of domains: as libvirt shows them now.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "gpupass/cli/run.hpp"
#include "gpupass/core/json.hpp"
#include "support/command.hpp"
#include "support/desktop.hpp"
#include "support/fake_kernel.hpp"
#include "support/faulty_libvirt.hpp"

namespace gpupass::cli {
namespace {

using test::k_audio;
using test::k_gpu;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const char* const k_nic = "0000:02:00.0";
const char* const k_default = "fake:///system";
const char* const k_session = "fake:///session";

std::string domain(const std::string& name, const std::string& devices = "") {
  return "<domain type='kvm'><name>" + name +
         "</name><os><type arch='x86_64' machine='q35'>hvm</type></os><devices>"
         "<controller type='pci' index='0' model='pcie-root'/>" +
         devices + "</devices></domain>";
}

std::string hostdev(const std::string& bus, const std::string& more = "") {
  return "<hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0x0000' bus='0x" + bus +
         "' slot='0x00' function='0x0'/></source>" + more + "</hostdev>";
}

/// A desktop with a card and a network card, and two libvirts: the system's and a session's.
class Status : public testing::Test {
 protected:
  Status() {
    test::PciTree pci(tree.root());
    test::add_card(pci);
    pci.add({.address = k_nic, .driver = "igb", .group = 2});
    test::add_passthrough_kernel(tree);
    tree.file("/proc/interrupts", " 24: 0 IR-PCI-MSI 32768-edge nvme0q0\n");
    for (const auto* const driver : {"nvidia", "snd_hda_intel", "igb", "vfio-pci"}) kernel.add_driver(driver);
    kernel.prefer(k_gpu, "nvidia").prefer(k_audio, "snd_hda_intel").prefer(k_nic, "igb");
    libvirts[k_default]["vm1"] = {domain("vm1"), ""};
  }

  int run(const std::vector<std::string>& words) {
    auto said = test::run_line(
        {kernel, [this](const std::string& uri, std::chrono::milliseconds) { return connect(uri); },
         test::source(), default_uri, uri_is_named},
        words, {.columns = 200});
    out = std::move(said.out);
    err = std::move(said.err);
    return said.status;
  }

  core::Json json(const std::string& command) {
    EXPECT_EQ(run({command, "--format", "json"}), 0) << err;
    return core::Json::parse(out);
  }

  /// The line of the table that begins with this.
  std::string line(const std::string& start) const {
    std::istringstream lines(out);
    for (std::string one; std::getline(lines, one);) {
      if (one.starts_with(start)) return one;
    }
    return "";
  }

  Result<std::unique_ptr<Hypervisor>> connect(const std::string& uri) {
    ++asked;
    if (down) return fail(ErrorKind::hypervisor, "connect to " + uri + ": Connection refused");
    return std::make_unique<test::FaultyLibvirt>(libvirts[uri], kernel);
  }

  test::Tree tree;
  test::FakeKernel kernel{tree};
  std::map<std::string, test::LibvirtDomains> libvirts;
  std::string default_uri = k_default;
  bool down = false, uri_is_named = false;
  int asked = 0;
  std::string out, err;
};

TEST_F(Status, SaysWhetherTheDomainOfAHeldCardRunsIsOffOrGone) {
  ASSERT_EQ(run({"attach", "vm1", k_gpu}), 0) << err;
  ASSERT_EQ(run({"status"}), 0) << err;
  EXPECT_THAT(line(k_gpu), AllOf(HasSubstr("vm1 (off)"), HasSubstr("bound"), Not(HasSubstr("but"))));
  EXPECT_THAT(out, Not(HasSubstr("gpupass detach")));
  auto& vm1 = libvirts[k_default]["vm1"];
  vm1.live = vm1.config;
  ASSERT_EQ(run({"status"}), 0) << err;
  EXPECT_THAT(line(k_gpu), HasSubstr("vm1 (running)"));
  EXPECT_EQ(err, "");

  libvirts[k_default].clear();
  ASSERT_EQ(run({"status"}), 0) << err;
  EXPECT_THAT(line(k_gpu), AllOf(HasSubstr("vm1 (gone)"), HasSubstr("bound, but vm1 no longer exists")));
  EXPECT_THAT(out, HasSubstr("`gpupass unbind 0000:01:00.0 0000:01:00.1` returns what vm1 had"));
  EXPECT_EQ(json("status")["devices"][0]["given_to"][0]["state"], "gone");
  ASSERT_EQ(run({"unbind", k_gpu, k_audio}), 0) << err;
  EXPECT_EQ(kernel.driver(k_gpu), "nvidia");
}

TEST_F(Status, SaysThatAPersonTookTheCardOutOfTheDomain) {
  ASSERT_EQ(run({"attach", "vm1", k_gpu}), 0) << err;
  libvirts[k_default]["vm1"].config = domain("vm1");
  ASSERT_EQ(run({"status"}), 0) << err;
  EXPECT_THAT(line(k_gpu), AllOf(HasSubstr("vm1 (off)"), HasSubstr("but vm1 no longer has it")));
  EXPECT_THAT(out, HasSubstr("`gpupass detach vm1 0000:01:00.0 0000:01:00.1` returns"));
  EXPECT_EQ(json("status")["devices"][0]["given_to"][0]["has_it"], false);
  ASSERT_EQ(run({"detach", "vm1", k_gpu, k_audio}), 0) << err;
  EXPECT_EQ(kernel.driver(k_gpu), "nvidia");
}

TEST_F(Status, NamesASession) {
  libvirts[k_session]["vm1"] = {domain("vm1"), ""};
  ASSERT_EQ(run({"attach", "vm1", k_gpu, "--connect", k_session}), 0) << err;
  ASSERT_EQ(run({"status"}), 0) << err;
  EXPECT_THAT(line(k_gpu), HasSubstr("vm1 (off, at fake:///session)"));
  libvirts[k_session].clear();
  ASSERT_EQ(run({"status"}), 0) << err;
  EXPECT_THAT(line(k_gpu), HasSubstr("vm1 (gone, at fake:///session)"));
  EXPECT_THAT(out, HasSubstr("`gpupass unbind 0000:01:00.0 0000:01:00.1` returns what vm1 had"));
  const auto said = json("status");
  EXPECT_EQ(said["libvirt"].size(), 2U);
  EXPECT_EQ(said["devices"][0]["given_to"][0]["uri"], k_session);
}

TEST_F(Status, WhatAnybodyElseAssignedIsNotGpupasss) {
  libvirts[k_default]["vm2"] = {domain("vm2", hostdev("02")), domain("vm2", hostdev("02"))};
  libvirts[k_default]["vm3"] = {domain("vm3", "<disk type='block'><source dev='/dev/sda'/></disk>"), ""};
  ASSERT_EQ(run({"status"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("gpupass holds no device"));
  EXPECT_THAT(line(k_nic),
              AllOf(HasSubstr("igb"), HasSubstr("vm2 (running)"), HasSubstr("not assigned by gpupass")));
  EXPECT_THAT(out, Not(HasSubstr("gpupass attach")));
  const auto said = json("status");
  ASSERT_EQ(said["not_held"].size(), 1U);
  EXPECT_EQ(said["not_held"][0]["device"], k_nic);
  EXPECT_EQ(said["not_held"][0]["domain"]["phase"], "running");
  EXPECT_EQ(said["not_held"][0]["record_lost"], false);
}

TEST_F(Status, SaysThatARecordWasLostAndWhatRecordsAnew) {
  ASSERT_EQ(run({"attach", "vm1", k_gpu}), 0) << err;
  std::filesystem::remove_all(tree.at("/var/lib/gpupass/holds"));
  ASSERT_EQ(run({"status"}), 0) << err;
  EXPECT_THAT(line(k_gpu), AllOf(HasSubstr("vm1 (off)"), HasSubstr("has lost its record")));
  EXPECT_THAT(out, HasSubstr("`gpupass attach vm1 0000:01:00.0 0000:01:00.1 --config` checks and records"));
  ASSERT_EQ(run({"attach", "vm1", k_gpu, k_audio, "--config"}), 0) << err;
  ASSERT_EQ(run({"status"}), 0) << err;
  EXPECT_THAT(out, Not(HasSubstr("lost")));
}

TEST_F(Status, WhatIsOnVfioPciWithoutAnybodyIsShown) {
  ASSERT_EQ(run({"bind", k_nic, "--yes"}), 0) << err;
  std::filesystem::remove_all(tree.at("/var/lib/gpupass/holds"));
  ASSERT_EQ(run({"status"}), 0) << err;
  EXPECT_THAT(line(k_nic), AllOf(HasSubstr("vfio-pci"), HasSubstr("not bound by gpupass")));
}

TEST_F(Status, WithoutLibvirtTheRestIsShownWithOneNote) {
  ASSERT_EQ(run({"attach", "vm1", k_gpu}), 0) << err;
  down = true;
  for (const auto* const command : {"status", "list"}) {
    ASSERT_EQ(run({command}), 0) << err;
    EXPECT_THAT(line(k_gpu), HasSubstr("vfio-pci"));
    EXPECT_EQ(
        err,
        "note: which domain has which device is not known: connect to fake:///system: Connection refused\n");
    const auto said = json(command);
    EXPECT_EQ(said["libvirt"][0]["answered"], false);
    EXPECT_THAT(said["libvirt"][0]["missing"], HasSubstr("Connection refused"));
  }
  ASSERT_EQ(run({"status"}), 0);
  EXPECT_THAT(line(k_gpu), AllOf(HasSubstr(" vm1 "), Not(HasSubstr("vm1 (")), Not(HasSubstr("but"))));
}

/// Nobody named a libvirt, and there is none: that is no news.
TEST_F(Status, WhereNoLibvirtRunsNothingIsSaidOfIt) {
  down = true;
  default_uri = "qemu:///system";
  for (const auto* const command : {"status", "list"}) {
    ASSERT_EQ(run({command}), 0);
    EXPECT_EQ(err, "") << command;
    EXPECT_EQ(json(command)["libvirt"][0]["missing"], "libvirt does not run here");
    EXPECT_EQ(asked, 0);
  }
  // It is there and does not answer; or a person named it.
  if (geteuid() != 0) GTEST_SKIP() << "only root asks the system's libvirt";
  const std::string note = "note: which domain has which device is not known: connect to qemu:///system";
  for (const auto* const socket : {"/run/libvirt/libvirt-sock", "/run/libvirt/virtqemud-sock"}) {
    tree.file(socket);
    ASSERT_EQ(run({"list"}), 0);
    EXPECT_THAT(err, testing::StartsWith(note)) << socket;
    tree.remove(socket);
  }
  ASSERT_EQ(run({"list", "--connect", "qemu:///system"}), 0);
  EXPECT_THAT(err, testing::StartsWith(note));
  uri_is_named = true;
  ASSERT_EQ(run({"list"}), 0);
  EXPECT_THAT(err, testing::StartsWith(note));
}

/// A domain that has a card is one of this libvirt's.
TEST_F(Status, WhereALibvirtWithACardIsGoneThatIsSaid) {
  default_uri = "qemu:///system";
  tree.file("/run/libvirt/libvirt-sock");
  libvirts[default_uri]["vm1"] = {domain("vm1"), ""};
  ASSERT_EQ(run({"attach", "vm1", k_gpu}), 0) << err;
  tree.remove("/run/libvirt/libvirt-sock");
  down = true;
  ASSERT_EQ(run({"status"}), 0);
  EXPECT_THAT(err, testing::StartsWith("note: which domain has which device is not known"));
}

TEST_F(Status, AListHasTheDomains) {
  ASSERT_EQ(run({"attach", "vm1", k_gpu}), 0) << err;
  auto& vms = libvirts[k_default];
  vms["vm2"] = {domain("vm2", hostdev("02")), domain("vm2")};
  vms["vm3"] = {domain("vm3", hostdev("02")), ""};
  ASSERT_EQ(run({"list", "--all"}), 0) << err;
  EXPECT_THAT(line("ADDRESS"), HasSubstr(" DOMAIN "));
  EXPECT_THAT(line(k_gpu), HasSubstr(" vm1 (off) "));
  EXPECT_THAT(line(k_nic), HasSubstr(" vm2 (from its next start), vm3 (off) "));
  EXPECT_EQ(json("list")["domains"].size(), 2U) << "those of the devices that are shown";
  vms.clear();
  ASSERT_EQ(run({"list", "--all"}), 0) << err;
  EXPECT_THAT(line("ADDRESS"), Not(HasSubstr("DOMAIN")));
}

TEST_F(Status, TheLibvirtThatIsNamedIsAsked) {
  libvirts[k_session]["vm7"] = {domain("vm7", hostdev("02")), ""};
  ASSERT_EQ(run({"list", "--all", "--connect", k_session}), 0) << err;
  EXPECT_THAT(line(k_nic), HasSubstr("vm7 (off)"));
  ASSERT_EQ(run({"status", "-c", k_session}), 0) << err;
  EXPECT_THAT(line(k_nic), HasSubstr("vm7 (off, at fake:///session)"));
  asked = 0;
  ASSERT_EQ(run({"list", "-c", "qemu+ssh://root@far/system"}), 0) << err;
  EXPECT_THAT(err, HasSubstr("note: "));
  EXPECT_EQ(asked, 0) << "the devices are this machine's";
}

TEST_F(Status, OfACapturedMachineNoLibvirtIsAsked) {
  Host captured{tree.root()};
  const session::Connect connect = [this](const std::string& uri, std::chrono::milliseconds) {
    return this->connect(uri);
  };
  for (const auto function : {list, status}) {
    EXPECT_EQ(test::run(function, captured, {}, connect).err, "");
    const auto said = test::run(function, captured, {"--connect", k_default}, connect, {.columns = 300});
    EXPECT_EQ(said.status, 0);
    EXPECT_THAT(said.err, HasSubstr("this machine's libvirt does not know the captured machine"));
  }
  EXPECT_EQ(asked, 0);
}

/// A libvirt with many domains, each of whose calls takes a while. It may outlive the test.
class Slow final : public Hypervisor {
 public:
  [[nodiscard]] const std::string& uri() const override { return uri_; }
  [[nodiscard]] Result<std::vector<DomainState>> domains() override {
    return std::vector<DomainState>(50, {"vm", "uuid", true, true});
  }
  [[nodiscard]] Result<DomainState> domain(const std::string&) override { return no<DomainState>(); }
  [[nodiscard]] Result<std::string> xml(const std::string&, DomainView) override {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    return "<domain/>";
  }
  [[nodiscard]] Result<void> define(const std::string&) override { return no<void>(); }
  [[nodiscard]] Result<void> attach_live(const std::string&, const std::string&) override {
    return no<void>();
  }
  [[nodiscard]] Result<void> request_detach_live(const std::string&, const std::string&) override {
    return no<void>();
  }
  [[nodiscard]] Result<void> start(const std::string&) override { return no<void>(); }
  [[nodiscard]] Result<void> request_shutdown(const std::string&) override { return no<void>(); }
  [[nodiscard]] Result<void> destroy(const std::string&) override { return no<void>(); }
  [[nodiscard]] Result<void> undefine(const std::string&) override { return no<void>(); }
  [[nodiscard]] Result<std::vector<std::string>> addresses(const std::string&) override {
    return no<std::vector<std::string>>();
  }
  [[nodiscard]] Result<std::string> ask_agent(const std::string&, const std::string&,
                                              std::chrono::seconds) override {
    return no<std::string>();
  }
  [[nodiscard]] Result<std::vector<std::string>> networks() override {
    return no<std::vector<std::string>>();
  }
  [[nodiscard]] Result<std::uint64_t> version() override { return no<std::uint64_t>(); }
  [[nodiscard]] Result<std::string> domain_capabilities() override { return no<std::string>(); }

 private:
  template <class Value>
  static Result<Value> no() {
    return fail(ErrorKind::unsupported, "no");
  }
  std::string uri_ = k_default;
};

TEST_F(Status, AllCallsTogetherHaveTwoSeconds) {
  std::istringstream in;
  std::ostringstream to_out, to_err;
  Terminal terminal{in, to_out, to_err, false, false, 200};
  const session::Connect slow = [](const std::string&,
                                   std::chrono::milliseconds) -> Result<std::unique_ptr<Hypervisor>> {
    return std::make_unique<Slow>();
  };
  Context context{{kernel, slow, test::source(), k_default}, terminal};
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(list(context, {}), 0);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20))
      << "50 domains take half a minute";
  EXPECT_EQ(to_err.str(),
            "note: which domain has which device is not known: libvirt at fake:///system did not answer "
            "within 2 s\n");
}

}  // namespace
}  // namespace gpupass::cli
