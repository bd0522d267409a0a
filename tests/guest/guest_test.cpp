// SPDX-License-Identifier: GPL-2.0-or-later
// What the golden cases do not show: refusals, warnings, and what a machine does not say.
#include "gpupass/guest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "guest/machines.hpp"
#include "support/golden.hpp"
#include "virt/templates.hpp"

namespace gpupass {
namespace {

using test::at;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::uint64_t k_gibibyte = std::uint64_t{1} << 30U;

class Guest : public testing::Test {
 protected:
  void on(const std::string& name, const std::vector<const char*>& cards) {
    machine = test::guest_machine(name);
    for (const auto* const card : cards) request.cards.push_back({{at(card)}});
  }
  [[nodiscard]] Result<GuestDomain> make() const {
    return make_guest(request, {machine.inventory, machine.topology, libvirt}, test::shipped_templates());
  }
  [[nodiscard]] GuestDomain made() const {
    const auto guest = make();
    EXPECT_TRUE(guest) << describe(guest.error());
    return guest.value_or(GuestDomain{});
  }
  [[nodiscard]] Error refusal() const {
    const auto guest = make();
    EXPECT_FALSE(guest);
    return guest ? Error{} : guest.error();
  }
  /// The one choice of that setting.
  [[nodiscard]] Choice choice(const std::string& setting) const {
    const auto choices = made().choices;
    EXPECT_EQ(std::ranges::count(choices, setting, &Choice::setting), 1) << setting;
    const auto found = std::ranges::find(choices, setting, &Choice::setting);
    return found == choices.end() ? Choice{} : *found;
  }
  void want_step(const std::string& name) {
    const std::string first = "<gpupass:step name='processors'/>";
    request.profile.insert(request.profile.find(first), "<gpupass:step name='" + name + "'/>");
  }

  test::GuestMachine machine;
  GuestRequest request{
      "vm1", test::read_fixture("../xml-templates/profiles/compute.xml"), {}, {}, {}, "", "", "", ""};
  LibvirtFacts libvirt{9'000'000, false};
};

TEST_F(Guest, TakesProcessorsThatNoGuestWithAnotherCardOfTheNodeGets) {
  const auto pins_with = [&](const char* card) {
    request.cards.clear();
    on("server", {card});
    return choice("vCPU pins").value;
  };
  EXPECT_EQ(pins_with("0000:18:00.0"), "one to one, to 2-14,114-126");
  EXPECT_EQ(pins_with("0000:19:00.0"), "one to one, to 15-27,127-139");
  EXPECT_EQ(pins_with("0000:bb:00.0"), "one to one, to 97-109,209-221");
}

TEST_F(Guest, GrowsBeyondItsShareWithAWarningThenTakesTheHostsCoresThenFloats) {
  on("desktop", {"0000:01:00.0"});
  request.vcpus = 12;
  EXPECT_EQ(choice("vCPU pins").warning, "");
  request.vcpus = 14;
  EXPECT_EQ(choice("vCPU pins").value, "one to one, to 0,2-8,10-15");
  EXPECT_THAT(choice("vCPU pins").warning, HasSubstr("all cores of node 0 are the guest's"));
  request.vcpus = 18;
  EXPECT_EQ(choice("vCPU pins").value, "none");
  EXPECT_THAT(choice("vCPU pins").warning, HasSubstr("has 16 processors, and the guest wants 18"));
  EXPECT_THAT(made().xml, Not(HasSubstr("cputune")));

  request = GuestRequest{"vm1", request.profile, {}, {}, {}, "", "", "", ""};
  on("server", {"0000:18:00.0"});
  request.vcpus = 28;
  EXPECT_THAT(choice("vCPU pins").warning, HasSubstr("other cards of node 0 share cores"));
}

TEST_F(Guest, ToldOfThreadsOnlyWhereTheNumberAllowsIt) {
  on("desktop", {"0000:01:00.0"});
  request.vcpus = 5;
  EXPECT_THAT(made().xml, HasSubstr("cores='5' threads='1'"));
  EXPECT_THAT(choice("vCPUs").warning, HasSubstr("not a multiple of the 2 threads"));
}

TEST_F(Guest, DoesNotGuessTheNodeOfACard) {
  on("server", {"0000:18:00.0"});
  for (auto& device : machine.inventory.devices) device.numa_node = -1;
  EXPECT_THAT(made().xml,
              AllOf(Not(HasSubstr("cputune")), Not(HasSubstr("numatune")), Not(HasSubstr("expander"))));
  EXPECT_THAT(choice("vCPU pins").warning, HasSubstr("numa_node is -1"));
  EXPECT_EQ(choice("NUMA").value, "not bound");
}

TEST_F(Guest, RefusesNumbersThatThisMachineHasNot) {
  on("desktop", {"0000:01:00.0"});
  request.memory = 65 * k_gibibyte;
  EXPECT_EQ(refusal().kind, ErrorKind::usage);
  EXPECT_THAT(refusal().what, HasSubstr("node 0 has 64 GiB"));
  request.memory = k_gibibyte + 1;
  EXPECT_EQ(refusal().kind, ErrorKind::usage);
  request.memory.reset();
  request.vcpus = 255;
  EXPECT_THAT(refusal().hint, HasSubstr("emulated IOMMU"));
  request.vcpus = 0;
  EXPECT_EQ(refusal().kind, ErrorKind::usage);
}

TEST_F(Guest, DividesAmongTheNodesOfItsCardsOrSaysThatItCannot) {
  on("server", {"0000:18:00.0", "0000:9a:00.0"});
  request.vcpus = 7;
  EXPECT_THAT(refusal().what, HasSubstr("node 0 and node 1"));
  request.vcpus = 8;
  EXPECT_THAT(made().xml, AllOf(HasSubstr("sockets='2' dies='1' cores='2' threads='2'"),
                                HasSubstr("<cell id='1' cpus='4-7'")));
}

TEST_F(Guest, UsesTheLargestPagesOfWhichThereAreEnough) {
  on("server", {"0000:18:00.0"});
  auto& pools = machine.topology.nodes[0].hugepages;
  request.memory = 16 * k_gibibyte;
  EXPECT_EQ(choice("huge pages").value, "16 of 1 GiB");
  pools[k_gibibyte] = {512, 15};
  pools[std::uint64_t{2} << 20U] = {8192, 8192};
  EXPECT_EQ(choice("huge pages").value, "8192 of 2 MiB");
  EXPECT_THAT(
      choice("huge pages").warning,
      AllOf(HasSubstr("16 pages of 1 GiB are needed and 15 are free"),
            HasSubstr(
                "`echo 513 > /sys/devices/system/node/node0/hugepages/hugepages-1048576kB/nr_hugepages`")));
  pools[std::uint64_t{2} << 20U] = {8192, 8191};
  EXPECT_EQ(choice("huge pages").value, "none");
  EXPECT_THAT(made().xml, Not(HasSubstr("hugepages")));
}

TEST_F(Guest, ChoosesNoMoreMemoryThanThereArePagesSetAside) {
  on("desktop", {"0000:01:00.0"});
  machine.topology.nodes[0].hugepages = {{std::uint64_t{2} << 20U, {10240, 10240}}};
  EXPECT_EQ(choice("memory").value, "20 GiB");
  machine.topology.nodes[0].hugepages[k_gibibyte] = {24, 12};
  EXPECT_EQ(choice("memory").value, "12 GiB");
}

TEST_F(Guest, WritesOnlyWhatThisLibvirtKnows) {
  on("server", {"0000:18:00.0", "0000:19:00.0"});
  libvirt.version = 8'001'000;
  const auto old = made().xml;
  EXPECT_THAT(old, AllOf(Not(HasSubstr("maxphysaddr")), Not(HasSubstr("qemu:override")),
                         Not(HasSubstr(" threads='16'"))));
  EXPECT_THAT(choice("physical address bits").warning, HasSubstr("8.7"));
  EXPECT_THAT(choice("GPUDirect P2P").warning, HasSubstr("8.2"));
  libvirt.version = 9'003'000;
  EXPECT_THAT(made().xml, HasSubstr("<maxphysaddr mode='passthrough' limit='46'/>"));
}

TEST_F(Guest, TakesIommufdOnlyWhereLibvirtListsItAndNoCardReachesAnother) {
  want_step("iommufd");
  on("server", {"0000:18:00.0"});
  EXPECT_THAT(choice("iommufd").warning, HasSubstr("libvirt 9.0.0"));
  libvirt = {12'002'000, false};
  EXPECT_THAT(choice("iommufd").warning, HasSubstr("do not list it"));
  libvirt.iommufd = true;
  EXPECT_EQ(choice("iommufd").value, "yes");
  on("server", {"0000:19:00.0"});
  EXPECT_THAT(choice("iommufd").warning, HasSubstr("peer-to-peer"));
  EXPECT_THAT(made().xml, Not(HasSubstr("iommufd=")));
}

TEST_F(Guest, NamesAVariantOfVfioPciWhereLibvirtCan) {
  on("server", {"0000:18:00.0"});
  machine.inventory.devices.front().driver = "nvgrace_gpu_vfio_pci";
  EXPECT_THAT(choice("VFIO driver").warning, HasSubstr("10.0 and later can"));
  EXPECT_THAT(made().xml, Not(HasSubstr("model='nvgrace")));
  libvirt.version = 10'000'000;
  EXPECT_THAT(made().xml, HasSubstr("model='nvgrace_gpu_vfio_pci'"));
}

TEST_F(Guest, TellsFirmwareOfAWindowOnlyWhereItsOwnIsTooSmall) {
  on("server", {"0000:18:00.0"});
  const auto told = testing::HasSubstr("opt/ovmf/X-PciMmio64Mb,string=262144");
  EXPECT_THAT(made().xml, Not(told));
  machine.topology.physical_bits = 41;  // an eighth of that is 256 GiB
  EXPECT_THAT(made().xml, Not(told));
  machine.topology.physical_bits = 40;
  EXPECT_THAT(made().xml, told);
  libvirt.version = 8'006'000;  // cannot tell the guest how many bits there are
  machine.topology.physical_bits = 52;
  EXPECT_THAT(made().xml, told);
}

TEST_F(Guest, WarnsWhereTheWindowDoesNotFit) {
  on("workstation", {"0000:01:00.0"});
  EXPECT_EQ(choice("64-bit PCI window").warning, "");
  machine.topology.physical_bits = 38;
  EXPECT_THAT(choice("64-bit PCI window").warning, HasSubstr("38 bits"));
}

TEST_F(Guest, RefusesAProfileThatIsNone) {
  on("desktop", {});
  request.profile = "<network/>";
  EXPECT_EQ(refusal().kind, ErrorKind::invalid);
  request.profile = "<domain type='kvm'><name>vm</name></domain>";
  EXPECT_THAT(refusal().what, HasSubstr("which steps"));
  request.profile = test::read_fixture("../xml-templates/profiles/minimal.xml");
  want_step("turbo");
  EXPECT_THAT(refusal().what, HasSubstr("'turbo'"));
}

TEST_F(Guest, RefusesWhatTheProfileWouldDrop) {
  on("desktop", {"0000:01:00.0"});
  request.profile =
      "<domain type='kvm'><metadata><gpupass:guest xmlns:gpupass='urn:gpupass:guest'/></metadata></domain>";
  EXPECT_THAT(refusal().what, HasSubstr("a card"));
  request.cards.clear();
  request.vcpus = 2;
  EXPECT_THAT(refusal().what, HasSubstr("vCPUs"));
  request.vcpus.reset();
  request.memory = k_gibibyte;
  EXPECT_THAT(refusal().what, HasSubstr("memory"));
}

TEST_F(Guest, PutsTheUsersNamesInSafely) {
  on("desktop", {});
  request.name = "a&b";
  request.disk = "/srv/it's <mine>.qcow2";
  const auto xml = made().xml;
  EXPECT_THAT(xml, AllOf(HasSubstr("<name>a&amp;b</name>"), HasSubstr("it&apos;s &lt;mine&gt;.qcow2")));
  const auto mark = guest_mark(xml);
  ASSERT_TRUE(mark && *mark);
  EXPECT_EQ(**mark, (GuestMark{"compute", {request.disk}}));
}

TEST_F(Guest, ConnectsToTheNetworkThatIsNamed) {
  on("desktop", {});
  request.network = "bridge:br0";
  EXPECT_THAT(made().xml, AllOf(HasSubstr("<interface type='bridge'>"), HasSubstr("<source bridge='br0'/>")));
  request.network = "none";
  EXPECT_THAT(made().xml, Not(HasSubstr("<interface")));
  for (const auto* const wrong : {"br0", "bridge:", "tap:x"}) {
    request.network = wrong;
    EXPECT_EQ(refusal().kind, ErrorKind::usage) << wrong;
  }
}

/// Whichever that is: a CD, or a disk.
TEST_F(Guest, HasItsSeedWhereItCanOnlyRead) {
  on("desktop", {});
  request.disk = "/the/disk";
  for (const auto* const profile : {"compute", "windows"}) {
    request.profile = test::read_fixture(std::string("../xml-templates/profiles/") + profile + ".xml");
    request.seed = "/the/seed";
    auto xml = made().xml;
    EXPECT_LT(xml.find("/the/disk"), xml.find("/the/seed")) << profile;
    EXPECT_LT(xml.find("/the/seed"), xml.find("<readonly/>")) << profile;
    EXPECT_NE(xml.find("<readonly/>"), std::string::npos) << profile;
    request.seed.clear();
    xml = made().xml;
    EXPECT_THAT(xml, AllOf(HasSubstr("/the/disk"), Not(HasSubstr("<readonly/>")), Not(HasSubstr("seed"))))
        << profile;
  }
  request.seed = "/the/seed";
  const std::string readonly = "<readonly/>", cdrom = "device='cdrom'";
  request.profile.erase(request.profile.find(readonly), readonly.size());
  EXPECT_THAT(made().xml, HasSubstr("/the/seed")) << "a CD is read-only by itself";
  request.profile.replace(request.profile.find(cdrom), cdrom.size(), "device='disk'");
  EXPECT_EQ(refusal().kind, ErrorKind::invalid);
}

TEST_F(Guest, HasAnAddressOfItsOwnThatTheSeedCanName) {
  on("desktop", {"0000:01:00.0"});
  EXPECT_THAT(made().macs, testing::IsEmpty()) << "libvirt chooses";
  request.instance = "vm1-then";
  const auto then = made();
  ASSERT_EQ(then.macs.size(), 1U);
  EXPECT_THAT(then.macs.front(), testing::MatchesRegex("52:54:00(:[0-9a-f][0-9a-f]){3}"));
  EXPECT_THAT(then.xml, HasSubstr("<mac address='" + then.macs.front() + "'/>"));
  EXPECT_EQ(made().macs, then.macs);
  request.instance = "vm1-now";
  EXPECT_NE(made().macs, then.macs);

  request.network = "none";
  EXPECT_THAT(made().macs, testing::IsEmpty());
  request.network.clear();
  const std::string interface = "<interface type='network'>";
  request.profile.insert(request.profile.find(interface) + interface.size(),
                         "<mac address='02:00:00:00:00:07'/>");
  EXPECT_EQ(made().macs, (std::vector<std::string>{"02:00:00:00:00:07"}));
}

TEST(GuestMarks, AreNotFoundInDomainsOfOthers) {
  EXPECT_EQ(guest_mark("<domain><name>vm</name></domain>").value(), std::nullopt);
  EXPECT_EQ(
      guest_mark("<domain><metadata><gpupass:guest xmlns:gpupass='urn:other'/></metadata></domain>").value(),
      std::nullopt);
  EXPECT_FALSE(guest_mark("vm"));
}

TEST(LibvirtFactsOfCapabilities, HaveIommufdOnlyWhereItIsListed) {
  const auto with = [](const std::string& hostdev) {
    return libvirt_facts(12'002'000,
                         "<domainCapabilities><devices>" + hostdev + "</devices></domainCapabilities>");
  };
  EXPECT_TRUE(with("<hostdev supported='yes'><enum "
                   "name='iommufd'><value>yes</value><value>no</value></enum></hostdev>")
                  ->iommufd);
  EXPECT_FALSE(
      with("<hostdev supported='yes'><enum name='iommufd'><value>no</value></enum></hostdev>")->iommufd);
  EXPECT_FALSE(
      with("<hostdev supported='yes'><enum name='pciBackend'><value>yes</value></enum></hostdev>")->iommufd);
  EXPECT_FALSE(with("")->iommufd);
  EXPECT_EQ(libvirt_facts(1, "<capabilities/>").error().kind, ErrorKind::invalid);
}

class GuestOnArm64 : public Guest {
 protected:
  GuestOnArm64() {
    on("arm", {"0000:01:00.0"});
    request.profile = test::read_fixture("../xml-templates/profiles/aarch64/compute.xml");
  }
};

TEST_F(GuestOnArm64, HasNothingOfX86) {
  machine.topology.nodes[0].cores.resize(40);
  const auto xml = made().xml;
  for (const auto* const word : {"x86", "q35", "apic", "ioapic", "<kvm>", "hpet", "migratable", "maxphysaddr",
                                 "topoext", "<cache", "opt/ovmf", "pcihole64"})
    EXPECT_THAT(xml, Not(HasSubstr(word))) << word;
  EXPECT_THAT(xml, AllOf(HasSubstr("<type arch='aarch64' machine='virt'>"),
                         HasSubstr("<gic version='host'/>"), HasSubstr("pcie-root-port")));
}

TEST_F(GuestOnArm64, AProfileOfX86IsRefusedInOneSentence) {
  request.profile = test::read_fixture("../xml-templates/profiles/compute.xml");
  EXPECT_EQ(refusal().kind, ErrorKind::unsupported);
  EXPECT_EQ(refusal().what, "the profile is for x86_64, and this machine is aarch64");
}

TEST_F(GuestOnArm64, SaysWhenTheCardsNeedMoreRoomThanTheMachineHas) {
  EXPECT_EQ(choice("64-bit PCI window").value, "512 GiB");
  EXPECT_EQ(choice("64-bit PCI window").warning, "");
  machine.inventory.devices[0].bars[1].size = 512 * k_gibibyte;
  EXPECT_THAT(choice("64-bit PCI window").warning, HasSubstr("the cards need 1 TiB"));
}

TEST_F(GuestOnArm64, MayHaveMoreThan254VCpus) {
  request.vcpus = 300;
  EXPECT_TRUE(make());
  request.vcpus = 513;
  EXPECT_THAT(refusal().hint, HasSubstr("'virt'"));
}

TEST_F(Guest, IsNotMadeOnAnArchitectureThatIsNotKnown) {
  on("desktop", {"0000:01:00.0"});
  machine.inventory.kernel.architecture = "riscv64";
  EXPECT_EQ(refusal().kind, ErrorKind::unsupported);
  EXPECT_EQ(refusal().what, "gpupass makes guests on x86_64 and aarch64, and this machine is riscv64");
  machine.inventory.kernel.architecture = "";
  EXPECT_THAT(refusal().what, HasSubstr("architecture is not known"));
  machine.inventory.kernel.architecture = "aarch64";
  EXPECT_THAT(refusal().what, HasSubstr("the profile is for x86_64"));
}

}  // namespace
}  // namespace gpupass
