// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gpupass/domain.hpp"
#include "virt/templates.hpp"

namespace gpupass {
namespace {

using test::at;
using test::shipped_templates;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* k_uuid = "c2177883-f1bb-47f0-914d-32a22e3a8804";

std::string domain(const std::string& devices, const std::string& behind = {}) {
  return fmt::format(
      "<domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><name>vm1</name>"
      "<os><type machine='q35'>hvm</type></os><devices>{}</devices>{}</domain>",
      devices, behind);
}

std::string command_line(const std::vector<std::string>& arguments) {
  std::string lines;
  for (const auto& argument : arguments) lines += fmt::format("<qemu:arg value='{}'/>", argument);
  return "<qemu:commandline>" + lines + "</qemu:commandline>";
}

/// "through <qemu:commandline>: 0000:01:00.0".
std::vector<std::string> devices_of(const std::string& xml) {
  const auto devices = domain_devices(xml);
  if (!devices) return {describe(devices.error())};
  std::vector<std::string> lines;
  for (const auto& one : *devices) {
    lines.push_back(fmt::format("{} {}{}{}", element_of(one.way),
                                one.function ? to_string(*one.function) : "", one.mediated,
                                one.network + one.node));
  }
  return lines;
}

TEST(DomainDevices, AreSeenInEveryElementThatCanHaveOne) {
  const auto xml = domain(fmt::format(R"(
    <disk type='nvme' device='disk'><source type='pci' managed='yes' namespace='1'>
      <address domain='0x0000' bus='0x02' slot='0x00' function='0x0'/></source></disk>
    <disk type='file'><source file='/a'/><backingStore type='nvme'><source type='pci'>
      <address bus='5' slot='0'/></source></backingStore></disk>
    <interface type='hostdev'><source><address type='pci' bus='0x03' slot='0x10' function='2'/></source></interface>
    <interface type='network'><source network='pool'/></interface>
    <interface type='network'><source network='default'/></interface>
    <hostdev mode='subsystem' type='pci'><source><address bus='1'/></source></hostdev>
    <hostdev mode='subsystem' type='mdev' model='vfio-pci'><source><address uuid='{}'/></source></hostdev>
    <hostdev mode='subsystem' type='usb'><source><vendor id='0x1'/></source></hostdev>)",
                                      "C2177883-F1BB-47F0-914D-32A22E3A8804"),
                          command_line({"-device", "vfio-pci,host=04:00.0"}) +
                              "<qemu:override><qemu:device alias='hostdev0'><qemu:frontend><qemu:property "
                              "name='host' type='string' value='0000:06:00.0'/><qemu:property name='x-vga' "
                              "type='bool' value='true'/></qemu:frontend></qemu:device></qemu:override>");
  EXPECT_THAT(devices_of(xml),
              ElementsAre("<interface type='hostdev'> 0000:03:10.2", "<hostdev> 0000:01:00.0",
                          "<disk type='nvme'> 0000:02:00.0", "<disk type='nvme'> 0000:05:00.0",
                          "<interface type='network'> pool", "<interface type='network'> default",
                          std::string("<hostdev type='mdev'> ") + k_uuid, "<qemu:commandline> 0000:04:00.0",
                          "<qemu:override> 0000:06:00.0"));
}

/// A disk whose controller is wanted is a use of that controller, and so is a macvtap's interface.
TEST(DomainDevices, AreDisksAndInterfacesOfTheHostToo) {
  const auto xml = domain(R"(
    <disk type='block' device='disk'><source dev='/dev/disk/by-id/nvme-A'/></disk>
    <disk type='file'><source file='/a'/><backingStore type='block'><source dev='/dev/vg/base'/></backingStore></disk>
    <disk type='block' device='cdrom'/>
    <disk type='volume'><source pool='p' volume='v'/></disk>
    <interface type='direct'><source dev='eth0' mode='bridge'/></interface>
    <interface type='bridge'><source bridge='br0'/></interface>)");
  EXPECT_THAT(devices_of(xml),
              ElementsAre("<disk type='block'> /dev/disk/by-id/nvme-A", "<disk type='block'> /dev/vg/base",
                          "<interface type='direct'> eth0"));
}

struct CommandLine {
  std::vector<std::string> arguments;
  std::string device;
};

TEST(DomainDevices, OfACommandLineAreReadAsQemuReadsThem) {
  const std::vector<CommandLine> cases = {
      {{"-device", "vfio-pci,host=01:00.0"}, "0000:01:00.0"},
      {{"-device", "vfio-pci,host=0000:01:00.1,multifunction=on,x-vga=on"}, "0000:01:00.1"},
      {{"-device", "vfio-pci,id=gpu,bus=pcie.0,addr=1c.0,host=1:0.0"}, "0000:01:00.0"},
      {{"-device", "vfio-pci,host=10000:E1:00.0"}, "10000:e1:00.0"},
      {{"-drive", "file=nvme://0000:1D:00.0/1,if=none,id=d"}, "0000:1d:00.0"},
      {{"-blockdev", R"({"driver":"nvme","device":"0000:1e:00.0","namespace":1,"node-name":"n"})"},
       "0000:1e:00.0"},
      {{"-blockdev", "driver=raw,file.driver=nvme,file.device=0000:1f:00.0,file.namespace=1"},
       "0000:1f:00.0"},
      {{"-device", "vfio-pci-nohotplug,host=0000:01:00.0"}, "0000:01:00.0"},
      {{"-device", "pci-assign,host=01:00.0"}, "0000:01:00.0"},
      {{"-device", "kvm-pci-assign,host=01:00.0"}, "0000:01:00.0"},
      {{"--device", "vfio-pci,host=01:00.0"}, "0000:01:00.0"},
      {{"-device vfio-pci,host=01:00.0"}, "0000:01:00.0"},
      {{"-device", "driver=vfio-pci,host=01:00.0"}, "0000:01:00.0"},
      {{"-device", "vfio-pci,sysfsdev=/sys/bus/pci/devices/0000:01:00.0"}, "0000:01:00.0"},
      {{"-device", "vfio-pci,sysfsdev=/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0/"}, "0000:01:00.0"},
      {{"-device", std::string("vfio-pci,sysfsdev=/sys/bus/mdev/devices/") + k_uuid}, k_uuid},
      {{"-device", "{&quot;driver&quot;:&quot;vfio-pci&quot;,&quot;host&quot;:&quot;0000:01:00.0&quot;}"},
       "0000:01:00.0"},
      {{"-device", "{&quot;sysfsdev&quot;:&quot;/sys/bus/pci/devices/0000:01:00.0&quot;,&quot;x&quot;:1}"},
       "0000:01:00.0"},
      {{"-set", "device.hostdev0.host=01:00.0"}, "0000:01:00.0"},
      {{"-global", "vfio-pci.host=01:00.0"}, "0000:01:00.0"},
      {{"-device", "vfio-pci,romfile=/roms/a,,b.rom,host=01:00.0"}, "0000:01:00.0"},
      {{"-cpu", "host", "-device", "vfio-pci,host=01:00.0"}, "0000:01:00.0"},
  };
  for (const auto& [arguments, device] : cases) {
    EXPECT_THAT(devices_of(domain("", command_line(arguments))), ElementsAre("<qemu:commandline> " + device))
        << testing::PrintToString(arguments);
  }
}

TEST(DomainDevices, OfACommandLineAreNoneWhereItGivesNone) {
  for (const auto& arguments :
       std::vector<std::vector<std::string>>{{"-device"},
                                             {"-device", "vfio-pci"},
                                             {"-device", "vfio-pci,host="},
                                             {"-device", "vfio-pci,host=nonsense"},
                                             {"-device", "vfio-pci,host=01:20.0"},
                                             {"-device", "vfio-pci,host=01:00.8"},
                                             {"-device", "{&quot;driver&quot;:"},
                                             {"-device", "[[[[1]]]]"},
                                             {"-device", "usb-host,hostbus=1,hostaddr=2"},
                                             {"-netdev", "socket,host=01:00.0"},
                                             {"-set", "netdev.net0.host=01:00.0"},
                                             {"-set", "device.hostdev0.x-vga=on"},
                                             {"vfio-pci,host=01:00.0"}}) {
    EXPECT_THAT(devices_of(domain("", command_line(arguments))), IsEmpty())
        << testing::PrintToString(arguments);
  }
}

TEST(DomainDevices, AreFoundWhateverTheNamespaceIsCalled) {
  EXPECT_THAT(devices_of("<domain xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'><q:commandline><q:arg "
                         "value='-device'/><q:arg value='vfio-pci,host=01:00.0'/></q:commandline></domain>"),
              ElementsAre("<qemu:commandline> 0000:01:00.0"));
}

TEST(DomainDevices, OfWhatIsNoDomainAreAnError) {
  EXPECT_EQ(domain_devices("vm1").error().kind, ErrorKind::invalid);
  EXPECT_EQ(
      domain_devices(domain("<disk type='nvme'><source><address bus='1f'/></source></disk>")).error().kind,
      ErrorKind::invalid);
}

TEST(AddCards, RefusesWhatTheDomainHasInAnotherWay) {
  const auto xml = domain("", command_line({"-device", "vfio-pci,host=01:00.0,x-vga=on"}));
  const auto added = add_cards(xml, {{{at("0000:01:00.0"), at("0000:01:00.1")}}}, shipped_templates());
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().kind, ErrorKind::refused);
  EXPECT_EQ(added.error().what,
            "vm1 has 0000:01:00.0 through <qemu:commandline>; gpupass does not edit that");
  EXPECT_THAT(added.error().hint, HasSubstr("`virsh edit vm1`"));
  EXPECT_TRUE(add_cards(xml, {{{at("0000:02:00.0")}}}, shipped_templates()));
}

TEST(PoolOf, IsWhatANetworkOfHostDevicesHandsOut) {
  const auto pool = pool_of(
      "<network><name>vfs</name><forward mode='hostdev' managed='yes'><pf dev='eth0'/><address type='pci' "
      "domain='0x0000' bus='0x03' slot='0x10' function='0x2'/></forward></network>");
  ASSERT_TRUE(pool);
  EXPECT_EQ(*pool, (NetworkPool{"vfs", {at("0000:03:10.2")}, {"eth0"}}));
  EXPECT_EQ(pool_of("<network><name>default</name><forward mode='nat'><address type='pci' bus='1'/></forward>"
                    "</network>"),
            (NetworkPool{"default", {}, {}}));
  EXPECT_EQ(pool_of("<domain/>").error().kind, ErrorKind::invalid);
}

}  // namespace
}  // namespace gpupass
