// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass guest` from end to end but for the card: real qemu-img and xorriso, libvirt's test driver, a
// machine that is a directory tree.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <iostream>

#include "cli/guest/guest.hpp"
#include "gpupass/core/json.hpp"
#include "gpupass/discover/discover.hpp"
#include "gpupass/holds.hpp"
#include "gpupass/journal.hpp"
#include "gpupass/lock.hpp"
#include "support/command.hpp"
#include "support/fake_hypervisor.hpp"
#include "support/golden.hpp"
#include "support/pci_tree.hpp"
#include "support/shared_hypervisor.hpp"
#include "support/tree.hpp"

namespace gpupass {
namespace {

using test::Said;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// Programs run for real, but for what would change this machine's kernel; a path below /srv that they are
/// given lies in the tree.
class TreeHost : public Host {
 public:
  explicit TreeHost(const std::filesystem::path& root) : Host(root, Alive::yes) {}
  std::string fail_program;         // this one fails
  std::string fails_too;            // and this one
  std::vector<ProgramEnd> by_ssh;   // what ssh ends with, one after the other; the last again and again
  std::vector<std::string> to_ssh;  // what it was told last

  [[nodiscard]] Result<ProgramEnd> run(const Program& program) override {
    if (program.argv.front() == "ssh") {
      to_ssh = program.argv;
      const auto end = by_ssh.front();
      if (by_ssh.size() > 1) by_ssh.erase(by_ssh.begin());
      return end;
    }
    if (program.argv.front() == fail_program || program.argv.front() == fails_too)
      return ProgramEnd{1, "", "it does not want to"};
    // A kill before and after each program: the odd and the even points.
    if (++points == killed_at) raise(SIGKILL);
    auto end = run_in_tree(program);
    if (++points == killed_at) raise(SIGKILL);
    return end;
  }
  int points = 0;
  int killed_at = 0;  // 0: never

 private:
  Result<ProgramEnd> run_in_tree(const Program& program) {
    if (program.argv.front() == "modprobe") return ProgramEnd{1, "", "there is no such module"};
    Program moved = program;
    for (auto& word : moved.argv) {
      if (word.starts_with("/srv/")) word = at(word).string();
    }
    return Host::run(moved);
  }

 public:
  [[nodiscard]] KvmProbe probe_kvm() const override { return {true, true, 12, true, "", false}; }
};

class GuestCommand : public testing::Test {
 protected:
  GuestCommand() {
    test::PciTree(tree.root())
        .add({.address = "0000:00:01.0", .class_code = 0x060400})
        .add({.address = "0000:01:00.0", .bus = "pci0000:00/0000:00:01.0", .class_code = 0x030000});
    tree.file("/sys/devices/system/cpu/online", "0-3\n")
        .file("/proc/cpuinfo",
              "vendor_id\t: GenuineIntel\nflags\t\t: vmx\naddress sizes\t: 39 bits physical\n")
        .file("/proc/meminfo", "MemTotal: 16777216 kB\nMemFree: 8388608 kB\n")
        .file("/proc/sys/kernel/random/boot_id", "this-boot\n")
        .file("/srv/key.pub", "ssh-ed25519 AAAA somebody\n")
        .file("/srv/text", "not an image\n");
  }

  void SetUp() override {
    for (const auto* const program : {"qemu-img", "xorriso"}) {
      const auto end = Host().run({{program, "--version"}});
      if (end) continue;
      std::cout << "SKIPPED: " << program << " is not installed\n";
      GTEST_SKIP() << program << " is not installed";
    }
    make_image("/srv/cloud.qcow2", "64M");
  }

  void make_image(const std::string& path, const std::string& size) {
    const auto end = Host().run({{"qemu-img", "create", "-q", "-f", "qcow2", tree.at(path).string(), size}});
    ASSERT_TRUE(end && end->status == 0);
  }

  Said run(cli::Function action, const std::vector<std::string>& arguments) {
    return test::run(action, host, arguments, connect);
  }
  /// With the image and the folder that all of them have.
  Said create(const std::string& name, std::vector<std::string> more = {}) {
    std::vector<std::string> words{name,       "--image",   "/srv/cloud.qcow2",
                                   "--folder", "/srv",      "--network",
                                   "none",     "--ssh-key", tree.at("/srv/key.pub").string()};
    words.insert(words.end(), more.begin(), more.end());
    return run(cli::guest_create, words);
  }
  [[nodiscard]] std::string program_says(const std::vector<std::string>& argv) {
    const auto end = host.run({argv});
    return end ? end->output : "";
  }
  [[nodiscard]] std::string file_of_seed(const std::string& name) {
    return program_says({"xorriso", "-indev", "/srv/" + name + "/seed.iso", "-osirrox", "on", "-extract",
                         "/user-data", "/srv/extracted"})
                   .empty()
               ? host.read("/srv/extracted").value_or("no user-data")
               : "";
  }

  test::Tree tree;
  TreeHost host{tree.root()};
  // The test driver forgets its domains when its last connection is closed.
  std::unique_ptr<Hypervisor> libvirt = connect("test:///default", std::chrono::seconds(60)).value();
};

TEST_F(GuestCommand, MakesWhatListShowsAndDeleteRemoves) {
  const auto made = create("made-once", {"--disk-size", "128M", "--packages", "htop"});
  ASSERT_EQ(made.status, 0) << made.err;
  const auto info =
      core::Json::parse(program_says({"qemu-img", "info", "--output=json", "/srv/made-once/disk.qcow2"}));
  EXPECT_EQ(info["virtual-size"], 128U << 20U);
  EXPECT_THAT(info["backing-filename"].get<std::string>(), testing::EndsWith("/srv/cloud.qcow2"));
  EXPECT_THAT(file_of_seed("made-once"),
              AllOf(testing::StartsWith("#cloud-config\n"), HasSubstr("ssh-ed25519 AAAA"),
                    HasSubstr("\"htop\""), HasSubstr("qemu-guest-agent")));
  EXPECT_THAT(run(cli::guest_list, {}).out, AllOf(HasSubstr("made-once  off"), HasSubstr("compute")));

  EXPECT_EQ(run(cli::guest_delete, {"made-once"}).status, exit_code(ErrorKind::refused)) << "nobody agreed";
  EXPECT_TRUE(host.exists("/srv/made-once/disk.qcow2"));
  EXPECT_EQ(run(cli::guest_delete, {"made-once", "--yes"}).status, 0);
  EXPECT_FALSE(host.exists("/srv/made-once"));
  EXPECT_TRUE(host.exists("/srv/cloud.qcow2"));
  EXPECT_THAT(run(cli::guest_list, {}).out, Not(HasSubstr("made-once")));
}

TEST_F(GuestCommand, StartsAndStops) {
  ASSERT_EQ(create("starts").status, 0);
  EXPECT_EQ(run(cli::guest_start, {"starts"}).out, "starts is running\n");
  EXPECT_EQ(run(cli::guest_start, {"starts"}).out, "starts is already running\n");
  EXPECT_EQ(run(cli::guest_delete, {"starts", "--yes"}).status, exit_code(ErrorKind::busy));
  EXPECT_EQ(run(cli::guest_stop, {"starts"}).out, "starts is off\n");
  EXPECT_EQ(run(cli::guest_delete, {"starts", "--yes"}).status, 0);
}

/// Nothing would bind it under gpupass's checks.
TEST_F(GuestCommand, WithALentCardIsNotStartedWithoutTheHook) {
  ASSERT_EQ(create("borrows").status, 0);
  auto xml = libvirt->xml("borrows", DomainView::config).value();
  xml.insert(
      xml.find("</devices>"),
      "<hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0' bus='1' slot='0' "
      "function='0'/></source></hostdev>");
  ASSERT_TRUE(libvirt->define(xml));
  const auto inventory = discover::read_inventory(host, {.holders = false}).value();
  Hold hold;
  hold.device = parse_pci_address("0000:01:00.0").value();
  hold.identity = identity_of(inventory, *inventory.find(hold.device.as_function()));
  hold.owners = {{"borrows", "test:///default"}};
  hold.lend = true;
  ASSERT_TRUE(save_hold(host, hold));
  const auto refused = run(cli::guest_start, {"borrows"});
  EXPECT_EQ(refused.status, exit_code(ErrorKind::refused));
  EXPECT_THAT(refused.err, AllOf(HasSubstr("/etc/libvirt/hooks/qemu.d/gpupass is not installed"),
                                 HasSubstr("`gpupass hook install` installs it")));
  EXPECT_FALSE(libvirt->domain("borrows")->running);
}

TEST_F(GuestCommand, LeavesNothingWhereAProgramFails) {
  for (const auto* const program : {"qemu-img", "xorriso", "chmod"}) {
    host.fail_program = program;
    const auto said = create("never");
    EXPECT_NE(said.status, 0) << program;
    EXPECT_THAT(said.err, HasSubstr("it does not want to")) << program;
    EXPECT_FALSE(host.exists("/srv/never")) << program;
  }
  host.fail_program.clear();
  EXPECT_THAT(run(cli::guest_list, {}).out, Not(HasSubstr("never")));
}

TEST_F(GuestCommand, SaysWhatIsLeftWhereNotAllCanBeRemoved) {
  host.fail_program = "xorriso";
  host.fails_too = "rm";
  const auto said = create("left");
  EXPECT_EQ(said.status, exit_code(ErrorKind::partial));
  EXPECT_THAT(said.err, HasSubstr("`gpupass recover` tries again"));
  EXPECT_TRUE(host.exists("/srv/left"));
  host.fail_program.clear();
  host.fails_too.clear();
  const auto recovered = run(cli::recover, {});
  EXPECT_EQ(recovered.status, 0) << recovered.err;
  EXPECT_FALSE(host.exists("/srv/left"));
}

/// Killed at every point, a create is undone by recover, which the same command asks for.
TEST_F(GuestCommand, ComesThroughAfterAKill) {
  int tried = 0;
  for (bool ended = false; !ended; ++tried) {
    const auto child = fork();
    if (child == 0) {
      host.points = 0;
      host.killed_at = tried + 1;
      _exit(create("killed").status == 0 ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ended = WIFEXITED(status);
    ASSERT_TRUE(ended || WTERMSIG(status) == SIGKILL);
    if (ended) {  // that child's libvirt went with it, and its guest
      tree.remove("/srv/killed");
      break;
    }
    if (load_journals(host)->empty()) continue;  // it had not begun
    const auto refused = create("killed");
    EXPECT_EQ(refused.status, exit_code(ErrorKind::busy)) << tried;
    EXPECT_THAT(refused.err, HasSubstr("`gpupass recover` finishes or undoes it")) << tried;
    EXPECT_THAT(run(cli::recover, {"--dry-run"}).out, HasSubstr("create guest killed")) << tried;
    const auto recovered = run(cli::recover, {});
    EXPECT_EQ(recovered.status, 0) << tried << ": " << recovered.err;
    EXPECT_FALSE(host.exists("/srv/killed")) << tried;
    const auto again = create("killed");
    EXPECT_EQ(again.status, 0) << tried << ": " << again.err;
    EXPECT_EQ(run(cli::guest_delete, {"killed", "--yes"}).status, 0) << tried;
    EXPECT_FALSE(host.exists("/srv/killed")) << tried;
  }
  EXPECT_GE(tried, 10);
  EXPECT_EQ(run(cli::guest_delete, {"killed", "--yes"}).status, exit_code(ErrorKind::not_found));
}

/// Whoever has its lock is at work.
TEST_F(GuestCommand, IsLeftAloneByRecoverWhileItIsMade) {
  const auto child = fork();
  if (child == 0) {
    host.killed_at = 5;
    _exit(create("made").status);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  const auto lock = Lock::acquire(host, "domain-made", "create guest made", std::chrono::seconds(0));
  ASSERT_TRUE(lock);
  EXPECT_EQ(run(cli::recover, {"--timeout", "1"}).status, exit_code(ErrorKind::busy));
  EXPECT_TRUE(host.exists("/srv/made"));
}

TEST_F(GuestCommand, OverwritesNothingOfTheUsers) {
  tree.file("/srv/mine/disk.qcow2", "precious");
  EXPECT_EQ(create("mine").status, exit_code(ErrorKind::refused));
  EXPECT_EQ(host.read("/srv/mine/disk.qcow2").value(), "precious");
  EXPECT_EQ(create("test").status, exit_code(ErrorKind::busy))
      << "libvirt's test driver has a domain of that name";
  EXPECT_FALSE(host.exists("/srv/test"));
  EXPECT_EQ(run(cli::guest_delete, {"test", "--yes"}).status, exit_code(ErrorKind::refused)) << "not ours";
}

/// Its marks go with the XML of a guest, into that of a copy.
TEST_F(GuestCommand, LeavesFilesOfOthersWhereItIsDeleted) {
  ASSERT_EQ(create("first").status, 0);
  auto xml = libvirt->xml("first", DomainView::config).value();
  const auto replace = [&](const std::string& what, const std::string& by) {
    for (auto at = xml.find(what); at != xml.npos; at = xml.find(what, at + by.size()))
      xml.replace(at, what.size(), by);
  };
  replace("<name>first</name>", "<name>second</name>");
  const auto uuid = xml.find("<uuid>");
  xml.erase(uuid, xml.find("</uuid>") + 7 - uuid);
  while (xml.find("<mac address=") != xml.npos)
    xml.erase(xml.find("<mac address="),
              xml.find("/>", xml.find("<mac address=")) + 2 - xml.find("<mac address="));
  replace("<source file='/srv/first/disk.qcow2'/>", "<source file='/srv/second.qcow2'/>");
  ASSERT_TRUE(libvirt->define(xml));

  const auto planned = run(cli::guest_delete, {"second", "--dry-run", "--yes"});
  EXPECT_THAT(planned.out, AllOf(HasSubstr("left /srv/first/disk.qcow2: first uses it"),
                                 HasSubstr("left /srv/first/seed.iso: first uses it")));
  EXPECT_EQ(run(cli::guest_delete, {"second", "--yes"}).status, 0);
  EXPECT_TRUE(host.exists("/srv/first/disk.qcow2"));
  EXPECT_TRUE(host.exists("/srv/first/seed.iso"));
  EXPECT_EQ(run(cli::guest_delete, {"first", "--yes"}).status, 0);
  EXPECT_FALSE(host.exists("/srv/first"));
}

/// What somebody put into a guest's XML in a way that gpupass does not edit is listed, and left when it goes.
TEST_F(GuestCommand, ListAndDeleteSeeEveryWayToHaveADevice) {
  ASSERT_EQ(create("hand-made").status, 0);
  auto xml = libvirt->xml("hand-made", DomainView::config).value();
  xml.insert(xml.find("</devices>"),
             "<disk type='nvme'><source type='pci'><address bus='1'/></source></disk>"
             "<hostdev mode='subsystem' type='mdev'><source><address "
             "uuid='c2177883-f1bb-47f0-914d-32a22e3a8804'/></source></hostdev>"
             "<interface type='network'><source network='pool'/></interface>"
             "<interface type='network'><source network='default'/></interface>");
  test::FakeHypervisor fake("hand-made", xml, "");
  fake.network_xmls = {
      "<network><name>default</name><forward mode='nat'/></network>",
      "<network><name>pool</name><forward mode='hostdev'><pf dev='eth0'/></forward></network>"};
  const std::map<std::string, std::string> no_others;
  const auto run_on_fake = [&](cli::Function action, const std::vector<std::string>& words) {
    return test::run(action, host, words, [&](const std::string&, std::chrono::milliseconds) {
      return Result<std::unique_ptr<Hypervisor>>(std::make_unique<test::SharedHypervisor>(fake, no_others));
    });
  };
  EXPECT_THAT(run_on_fake(cli::guest_list, {}).out,
              AllOf(HasSubstr("0000:01:00.0 through <disk type='nvme'>"),
                    HasSubstr("the mediated device c2177883-f1bb-47f0-914d-32a22e3a8804"),
                    HasSubstr("a function of the network pool"), Not(HasSubstr("network default"))));
  const auto guest =
      core::Json::parse(run_on_fake(cli::guest_list, {"--format", "json"}).out).at("guests").at(0);
  EXPECT_EQ(guest.at("functions"), core::Json::array({"0000:01:00.0"}));
  EXPECT_EQ(guest.at("devices").at(0).at("way"), "<disk type='nvme'>");
  EXPECT_EQ(guest.at("devices").size(), 3U);

  const auto planned = run_on_fake(cli::guest_delete, {"hand-made", "--dry-run", "--yes"});
  EXPECT_EQ(planned.status, 0) << planned.err;
  EXPECT_THAT(planned.out,
              AllOf(HasSubstr("left 0000:01:00.0 through <disk type='nvme'> unchanged"),
                    HasSubstr("left the mediated device c2177883"),
                    HasSubstr("left a function of the network pool unchanged"), Not(HasSubstr(" back\n"))));
  EXPECT_EQ(run_on_fake(cli::guest_delete, {"hand-made", "--yes"}).status, 0);
  EXPECT_EQ(fake.calls, std::vector<std::string>{"undefine"});
}

TEST_F(GuestCommand, CanTryADeletionAgain) {
  ASSERT_EQ(create("again").status, 0);
  host.fail_program = "rm";
  const auto said = run(cli::guest_delete, {"again", "--yes"});
  EXPECT_EQ(said.status, exit_code(ErrorKind::system)) << said.err;
  EXPECT_TRUE(host.exists("/srv/again/disk.qcow2"));
  EXPECT_TRUE(libvirt->domain("again")) << "it is as it was";
  host.fail_program.clear();
  EXPECT_EQ(run(cli::guest_delete, {"again", "--yes"}).status, 0);
  EXPECT_FALSE(host.exists("/srv/again"));
}

/// What is on its disk is not for every user of the host.
TEST_F(GuestCommand, HasFilesThatNobodyElseReads) {
  ASSERT_EQ(create("closed").status, 0);
  const auto mode = [&](const char* path) {
    return static_cast<unsigned>(std::filesystem::status(tree.at(path)).permissions());
  };
  EXPECT_EQ(mode("/srv/closed"), 0711U);
  EXPECT_EQ(mode("/srv/closed/disk.qcow2"), 0600U);
  EXPECT_EQ(mode("/srv/closed/seed.iso"), 0600U);
}

TEST_F(GuestCommand, RefusesWhatItsFirstStartWouldStumbleOn) {
  tree.file("/srv/none.pub", "")
      .file("/srv/words.pub", "hello there\n")
      .file("/srv/drv.txt", "x")
      .file("/srv/two.pub", "ssh-ed25519 AAAA one\n# two\necdsa-sha2-nistp256 AAAA two\n");
  const auto with = [&](const std::string& option, const std::string& value) {
    return create("refused", {option, value, "--dry-run"}).status;
  };
  const auto usage = exit_code(ErrorKind::usage);
  EXPECT_EQ(with("--ssh-key", tree.at("/srv/none.pub").string()), usage);
  EXPECT_EQ(with("--ssh-key", tree.at("/srv/words.pub").string()), usage);
  EXPECT_EQ(with("--ssh-key", tree.at("/srv/two.pub").string()), 0);
  EXPECT_EQ(with("--ssh-key", ""), usage);
  EXPECT_EQ(with("--packages", "\xff"), usage);
  EXPECT_EQ(with("--driver", tree.at("/srv/drv.txt").string()), usage);
  EXPECT_EQ(with("--driver", tree.at("/srv").string()), usage);
  EXPECT_EQ(with("--connect", "qemu+ssh://far/system"), exit_code(ErrorKind::unsupported));
  EXPECT_EQ(create("ends-").status, usage);
  EXPECT_EQ(run(cli::guest_create, {"vm1", "--image", "/srv/cloud.qcow2", "--folder", "/srv/absent"}).status,
            exit_code(ErrorKind::not_found));
}

TEST_F(GuestCommand, ChangesNothingForAnotherMachine) {
  ASSERT_EQ(create("here").status, 0);
  Host captured(tree.root());
  for (const auto action : {cli::guest_start, cli::guest_stop, cli::guest_delete})
    EXPECT_EQ(test::run(action, captured, {"here"}, connect).status, exit_code(ErrorKind::refused));
  EXPECT_EQ(run(cli::guest_delete, {"here", "--yes", "--connect", "qemu+ssh://far/system"}).status,
            exit_code(ErrorKind::unsupported));
  EXPECT_EQ(run(cli::guest_delete, {"here", "--yes"}).status, 0);
}

TEST_F(GuestCommand, SaysWhatIsWrongWithAnImage) {
  const auto with = [&](const char* image) {
    return run(cli::guest_create, {"vm1", "--image", image, "--folder", "/srv"});
  };
  EXPECT_EQ(with("/srv/absent.qcow2").status, exit_code(ErrorKind::not_found));
  EXPECT_THAT(with("/srv/absent.qcow2").err, HasSubstr("--image names a cloud image"));
  EXPECT_EQ(with("/srv/text").status, exit_code(ErrorKind::invalid));
  EXPECT_THAT(with("/srv/text").err, HasSubstr("not a disk image"));
  EXPECT_EQ(create("vm1", {"--disk-size", "32M"}).status, exit_code(ErrorKind::usage));
  EXPECT_EQ(create("vm1", {"--memory", "much"}).status, exit_code(ErrorKind::usage));
  EXPECT_EQ(create("v m").status, exit_code(ErrorKind::usage));
  EXPECT_FALSE(host.exists("/srv/vm1"));
}

/// Whoever wrote the image chose these files, and QEMU would open them as the host does.
TEST_F(GuestCommand, RefusesAnImageThatReadsOtherFilesOfTheHost) {
  const auto image = [&](const char* path, std::vector<std::string> how) {
    how.insert(how.begin(), {"qemu-img", "create", "-q", "-f", "qcow2"});
    how.push_back(path);
    how.emplace_back("1M");
    const auto end = host.run({how});
    ASSERT_TRUE(end && end->status == 0) << end->errors;
  };
  const auto with = [&](const char* path, std::vector<std::string> more = {}) {
    std::vector<std::string> words{"vm1",  "--image",   path,   "--folder",
                                   "/srv", "--network", "none", "--dry-run"};
    words.insert(words.end(), more.begin(), more.end());
    return run(cli::guest_create, words);
  };
  image("/srv/backed.qcow2", {"-F", "raw", "-b", "text"});
  image("/srv/over.qcow2", {"-F", "qcow2", "-b", "backed.qcow2"});
  image("/srv/split.qcow2", {"-o", "data_file=split.data"});
  std::filesystem::remove("split.data");  // which qemu-img makes where this test runs
  image("/srv/json.qcow2",
        {"-u", "-F", "raw", "-b", "json:{\"driver\":\"file\",\"filename\":\"/srv/text\"}"});
  image("/srv/remote.qcow2", {"-u", "-F", "raw", "-b", "nbd://198.51.100.1/disk"});
  host.fail_program = "qemu-img";  // which would open what the image names: it is not asked

  const auto backed = with("/srv/backed.qcow2");
  EXPECT_EQ(backed.status, exit_code(ErrorKind::refused));
  EXPECT_THAT(backed.err,
              AllOf(HasSubstr("its backing file: /srv/text"), HasSubstr("--allow-file /srv/text")));
  EXPECT_THAT(with("/srv/split.qcow2").err, HasSubstr("its data file: /srv/split.data"));
  EXPECT_THAT(with("/srv/over.qcow2").err,
              HasSubstr("/srv/over.qcow2 reads another file of this host, its backing"));
  EXPECT_THAT(with("/srv/over.qcow2", {"--allow-file", "/srv/backed.qcow2"}).err,
              HasSubstr("/srv/backed.qcow2 reads another file"));
  for (const auto* const path : {"/srv/json.qcow2", "/srv/remote.qcow2"}) {
    const auto said = with(path, {"--yes", "--allow-file", "/srv/text"});
    EXPECT_EQ(said.status, exit_code(ErrorKind::refused)) << path;
    EXPECT_THAT(said.err, HasSubstr("always refused"));
  }
  host.fail_program.clear();
  const auto agreed =
      with("/srv/over.qcow2", {"--allow-file", "/srv/backed.qcow2", "--allow-file", "/srv/text"});
  EXPECT_EQ(agreed.status, 0) << agreed.err;
}

TEST_F(GuestCommand, OnlyLooksWhereItIsToldTo) {
  const auto xml = create("looks", {"--gpu", "01:00.0", "--print-xml"});
  EXPECT_EQ(xml.status, 0) << xml.err;
  EXPECT_THAT(xml.out, AllOf(HasSubstr("<name>looks</name>"), HasSubstr("ua-gpupass-0000-01-00-0")));
  EXPECT_THAT(create("looks", {"--gpu", "01:00.0", "--explain"}).out, HasSubstr("\nhuge pages: none\n"));
  const auto steps = create("looks", {"--gpu", "01:00.0", "--dry-run"});
  EXPECT_THAT(steps.out, AllOf(HasSubstr("2. make /srv/looks/disk.qcow2"), HasSubstr("bind 0000:01:00.0"),
                               HasSubstr("nothing was changed")));
  EXPECT_THAT(steps.err, HasSubstr("note: huge pages"));
  EXPECT_FALSE(host.exists("/srv/looks"));
  EXPECT_THAT(run(cli::guest_list, {}).out, Not(HasSubstr("looks")));
}

TEST_F(GuestCommand, PutsAllBackWhereTheCardCannotBeHad) {
  const auto said = create("unlucky", {"--gpu", "01:00.0"});
  EXPECT_NE(said.status, 0);
  EXPECT_THAT(said.err, HasSubstr("vfio-pci cannot be loaded"));
  EXPECT_FALSE(host.exists("/srv/unlucky"));
  EXPECT_THAT(run(cli::guest_list, {}).out, Not(HasSubstr("unlucky")));
}

/// `guest wait` on a guest that runs and has an address.
class GuestWait : public GuestCommand {
 protected:
  Said wait(std::vector<ProgramEnd> by_ssh, const std::vector<std::string>& more = {}) {
    host.by_ssh = std::move(by_ssh);
    std::vector<std::string> words{"waits", "--timeout", "2"};
    words.insert(words.end(), more.begin(), more.end());
    const auto xml = create("waits", {"--print-xml"}).out;
    return test::run(cli::guest_wait, host, words, [&](const std::string&, std::chrono::milliseconds) {
      auto hypervisor = std::make_unique<test::FakeHypervisor>("waits", xml, xml);
      hypervisor->guest_addresses = {"192.0.2.7"};
      return Result<std::unique_ptr<Hypervisor>>(std::move(hypervisor));
    });
  }
};

TEST_F(GuestWait, AsksCloudInitUntilTheGuestCanBeReached) {
  const auto said = wait({{255, "", "connection refused"}, {255, "", "no route"}, {0, "status: done", ""}},
                         {"--identity", "/srv/key", "--user", "somebody"});
  EXPECT_EQ(said.status, 0) << said.err;
  EXPECT_EQ(said.out, "192.0.2.7\n");
  EXPECT_THAT(host.to_ssh, testing::IsSupersetOf({"BatchMode=yes", "/srv/key", "somebody"}));
  // A second -- would go to the guest, as its command.
  EXPECT_EQ(std::vector(host.to_ssh.end() - 6, host.to_ssh.end()),
            (std::vector<std::string>{"--", "192.0.2.7", "cloud-init", "status", "--wait", "--long"}));
}

TEST_F(GuestWait, TellsAFirstStartThatFailed) {
  const auto said = wait({{1, "status: error\ndetail: scripts-user", ""}});
  EXPECT_EQ(said.status, exit_code(ErrorKind::system));
  EXPECT_EQ(said.out, "");
  EXPECT_THAT(said.err, AllOf(HasSubstr("detail: scripts-user"), HasSubstr("cloud-init-output.log")));
}

TEST_F(GuestWait, TellsErrorsThatCloudInitWentOnPast) {
  const auto said = wait({{2, "status: done", ""}});
  EXPECT_EQ(said.status, 0) << said.err;
  EXPECT_THAT(said.err, HasSubstr("note: cloud-init met errors"));
}

TEST_F(GuestWait, IsDoneWhereThereIsNoCloudInit) {
  EXPECT_EQ(wait({{127, "", "cloud-init: not found"}}).status, 0);
}

TEST_F(GuestWait, SaysWhyNobodyCouldLogIn) {
  const auto said = wait({{255, "", "Permission denied (publickey)."}});
  EXPECT_EQ(said.status, exit_code(ErrorKind::timeout));
  EXPECT_THAT(said.err, HasSubstr("ssh said: Permission denied"));
}

TEST_F(GuestWait, NeedsNoLoginForAnAddress) {
  EXPECT_EQ(wait({{255, "", ""}}, {"--for", "address"}).out, "192.0.2.7\n");
  EXPECT_THAT(host.to_ssh, testing::IsEmpty());
  EXPECT_EQ(wait({{0, "", ""}}, {"--for", "ever"}).status, exit_code(ErrorKind::usage));
}

}  // namespace
}  // namespace gpupass
