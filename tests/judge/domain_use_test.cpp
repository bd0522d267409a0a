// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>

#include "gpupass/judge/rules.hpp"
#include "judge/machine.hpp"

namespace gpupass::judge {
namespace {

using test::at;
using test::card;
using test::machine;
using test::only;
using testing::HasSubstr;

Finding finding_of(const DomainUse& use) {
  auto inventory = machine();
  inventory.domain_uses = {use};
  return only(domain_use(inventory, card()));
}

TEST(DomainUseRule, NobodyHasItOrNobodyWasAsked) {
  EXPECT_TRUE(domain_use(machine(), card()).empty());
  auto inventory = machine();
  inventory.domain_uses = {{at("0000:03:00.0"), "vm1", true, "", "", ""}};
  EXPECT_TRUE(domain_use(inventory, card()).empty()) << "somebody has another device";
}

TEST(DomainUseRule, ADomainThatHasItBlocks) {
  const auto running = finding_of({at("0000:01:00.0"), "vm1", true, "", "", ""});
  EXPECT_EQ(running.severity, Severity::blocks);
  EXPECT_EQ(running.consent, Consent::impossible);
  EXPECT_EQ(running.what, "0000:01:00.0 is in the running guest vm1");
  EXPECT_THAT(running.remedy, HasSubstr("`gpupass detach vm1 0000:01:00.0`"));
  const auto configured = finding_of({at("0000:01:00.1"), "vm1", false, "<qemu:commandline>", "", ""});
  EXPECT_EQ(configured.what, "0000:01:00.1 is in the configuration of vm1 through <qemu:commandline>");
  EXPECT_THAT(configured.remedy, HasSubstr("`virsh edit vm1`"));
  EXPECT_EQ(configured.evidence.front().path, "`virsh dumpxml vm1`");
}

TEST(DomainUseRule, AMediatedDeviceOfItBlocks) {
  EXPECT_EQ(finding_of({at("0000:01:00.0"), "vm1", true, "<hostdev type='mdev'>", "c2177883", ""}).what,
            "c2177883, a mediated device of 0000:01:00.0, is in the running guest vm1 through <hostdev "
            "type='mdev'>");
}

/// A guest that is off loses nothing; one that runs loses its disk.
TEST(DomainUseRule, ADiskOfItInADomainIsAPersonsToGiveWhileThatIsOff) {
  DomainUse use{at("0000:01:00.0"), "vm2", false, "<disk type='block'>", "", "", "/dev/nvme1n1"};
  const auto off = finding_of(use);
  EXPECT_EQ(off.consent, Consent::may_be_given);
  EXPECT_EQ(off.what,
            "/dev/nvme1n1, which 0000:01:00.0 carries, is in the configuration of vm2 through <disk "
            "type='block'>");
  EXPECT_THAT(off.remedy, HasSubstr("`virsh detach-disk vm2 /dev/nvme1n1 --config`"));
  use.running = true;
  const auto running = finding_of(use);
  EXPECT_EQ(running.consent, Consent::impossible);
  EXPECT_EQ(running.remedy, "`virsh shutdown vm2`");
  use.running = false;
  use.node = "eth0";
  EXPECT_THAT(finding_of(use).remedy, HasSubstr("`virsh edit vm2`"));
}

TEST(DomainUseRule, ANetworkThatHandsItOutBlocks) {
  const auto idle = finding_of({at("0000:01:00.0"), "", false, "", "", "vfs"});
  EXPECT_EQ(idle.what, "libvirt's network vfs hands 0000:01:00.0 out");
  EXPECT_THAT(idle.remedy, HasSubstr("`virsh net-edit vfs`"));
  EXPECT_EQ(finding_of({at("0000:01:00.0"), "vm1", false, "", "", "vfs"}).what,
            "libvirt's network vfs hands 0000:01:00.0 out, and vm1 has an interface in it");
}

}  // namespace
}  // namespace gpupass::judge
