// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gpupass/domain.hpp"
#include "virt/templates.hpp"

namespace gpupass {
namespace {

using test::at;
using test::read_fixture;
using test::shipped_templates;
using testing::HasSubstr;
using testing::Not;

std::string q35(const std::string& devices) {
  return fmt::format(
      "<domain type='kvm'><os><type machine='q35'>hvm</type></os><devices>{}</devices></domain>\n", devices);
}

std::string hostdev(const std::string& source, const std::string& guest = {}) {
  return fmt::format("<hostdev mode='subsystem' type='pci'><source><address {}/></source>{}</hostdev>",
                     source, guest);
}

std::ptrdiff_t count(const std::string& text, const std::string& words) {
  std::ptrdiff_t found = 0;
  for (auto at = text.find(words); at != std::string::npos; at = text.find(words, at + 1)) ++found;
  return found;
}

TEST(CardsOf, PutsTheFunctionsOfASlotTogether) {
  const auto cards = cards_of({at("0000:02:00.0"), at("0000:01:00.1"), at("0000:01:00.0"), at("0000:01:00.1"),
                               at("0000:01:01.0"), at("0001:01:00.0")});
  EXPECT_EQ(cards, (std::vector<GuestCard>{{{at("0000:01:00.0"), at("0000:01:00.1")}},
                                           {{at("0000:01:01.0")}},
                                           {{at("0000:02:00.0")}},
                                           {{at("0001:01:00.0")}}}));
  EXPECT_EQ(cards_of({}), std::vector<GuestCard>{});
}

TEST(HostdevXml, IsTheTemplateWithTheFunctionInIt) {
  EXPECT_EQ(hostdev_xml(at("0021:de:1f.1"), shipped_templates()).value(),
            "<hostdev mode='subsystem' type='pci' managed='yes'>\n"
            "  <driver name='vfio'/>\n"
            "  <source>\n"
            "    <address domain='0x0021' bus='0xde' slot='0x1f' function='0x1'/>\n"
            "  </source>\n"
            "  <alias name='ua-gpupass-0021-de-1f-1'/>\n"
            "</hostdev>\n");
}

TEST(HostdevXml, KeepsWhatSomebodyAddedToTheTemplate) {
  const DomainTemplates own{
      "<hostdev type='pci'><source><address/></source><rom bar='off'/></hostdev>", {}, {}};
  EXPECT_EQ(
      hostdev_xml(at("0000:01:00.0"), own).value(),
      "<hostdev type='pci'><source><address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></source>"
      "<rom bar='off'/><alias name='ua-gpupass-0000-01-00-0'/></hostdev>\n");
}

TEST(HostdevXml, RefusesATemplateThatIsNone) {
  for (const auto* const bad : {"", "<controller/>", "<hostdev><source/></hostdev>", "<hostdev/>"}) {
    const auto xml = hostdev_xml(at("0000:01:00.0"), {bad, {}, {}});
    ASSERT_FALSE(xml) << bad;
    EXPECT_EQ(xml.error().kind, ErrorKind::invalid);
    EXPECT_THAT(xml.error().what, HasSubstr("template hostdev.xml"));
  }
}

TEST(HostdevFunctions, AreReadInWhateverBaseAndSorted) {
  EXPECT_THAT(hostdev_functions(q35(hostdev("domain='0x0021' bus='222' slot='31' function='1'") +
                                    hostdev("bus='010' slot='0x00'") + hostdev("bus='0x01'")))
                  .value(),
              testing::ElementsAre(at("0000:01:00.0"), at("0000:08:00.0"), at("0021:de:1f.1")));
}

TEST(HostdevFunctions, CoverInterfacesAndNothingButPci) {
  const auto xml = q35(R"(
    <interface type='hostdev' managed='yes'><source><address type='pci' bus='0x03' slot='0x10' function='2'/></source></interface>
    <interface type='hostdev'><source><address type='usb' bus='1' device='2'/></source></interface>
    <interface type='network'><source network='default'/></interface>
    <hostdev mode='subsystem' type='usb'><source><vendor id='0x1'/><product id='0x2'/></source></hostdev>
    <hostdev mode='subsystem' type='scsi'><source><adapter name='scsi_host0'/><address bus='0' target='0' unit='0'/></source></hostdev>
    <hostdev mode='subsystem' type='mdev' model='vfio-pci'><source><address uuid='c2177883-f1bb-47f0-914d-32a22e3a8804'/></source></hostdev>
    <hostdev mode='capabilities' type='misc'><source><char>/dev/nvidia0</char></source></hostdev>)");
  EXPECT_THAT(hostdev_functions(xml).value(), testing::ElementsAre(at("0000:03:10.2")));
}

TEST(HostdevFunctions, RefuseAHostileDomain) {
  const auto refusal = [](const std::string& xml) {
    const auto functions = hostdev_functions(xml);
    if (functions) return std::string("it was accepted");
    EXPECT_EQ(functions.error().kind, ErrorKind::invalid);
    return functions.error().what;
  };
  EXPECT_THAT(refusal(q35(hostdev("bus='1f'"))), HasSubstr("Expected non-negative integer value"));
  EXPECT_THAT(refusal(q35("\n<hostdev mode='subsystem' type='pci'/>")),
              HasSubstr("line 2: <hostdev> names no host"));
  EXPECT_THAT(refusal(q35(hostdev("bus='0x08'") + hostdev("bus='8'"))),
              HasSubstr("0000:08:00.0 is in the domain twice"));
  EXPECT_THAT(refusal("vm1"), HasSubstr("the domain XML is not XML"));
  EXPECT_THAT(refusal("<domains/>"), HasSubstr("is a <domains>, not a <domain>"));
}

TEST(HostdevFunctions, AreNoneWithoutDevices) {
  EXPECT_THAT(hostdev_functions("<domain type='kvm'/>").value(), testing::IsEmpty());
}

TEST(AddCards, MakesTheDevicesElementWhereThereIsNone) {
  const auto xml =
      add_cards("<domain type='kvm'>\n  <os>\n    <type machine='pc'>hvm</type>\n  </os>\n</domain>\n",
                {{{at("0000:01:00.0")}}}, shipped_templates());
  ASSERT_TRUE(xml);
  EXPECT_THAT(*xml, HasSubstr("  </os>\n  <devices>\n    <hostdev mode="));
  EXPECT_THAT(*xml, HasSubstr("    </hostdev>\n  </devices>\n</domain>\n"));
}

TEST(AddCards, ChangesNothingWhereAllFunctionsAreThere) {
  const auto xml = q35(hostdev("bus='1'") + hostdev("bus='1' function='1'"));
  EXPECT_EQ(add_cards(xml, {{{at("0000:01:00.0"), at("0000:01:00.1")}}}, shipped_templates()).value(), xml);
  EXPECT_EQ(add_cards(xml, {}, shipped_templates()).value(), xml);
}

TEST(AddCards, TakesAFunctionThatIsAskedForTwiceOnce) {
  const auto once = add_cards(q35(""), {{{at("0000:01:00.0")}}}, shipped_templates()).value();
  const GuestCard card{{at("0000:01:00.0"), at("0000:01:00.0")}};
  EXPECT_THAT(hostdev_functions(add_cards(q35(""), {card, card}, shipped_templates()).value()).value(),
              testing::ElementsAre(at("0000:01:00.0")));
  EXPECT_THAT(once, HasSubstr("ua-gpupass-0000-01-00-0"));
}

TEST(AddCards, MakesOneDeviceOfFunctionsThatComeOneByOne) {
  auto xml = q35("");
  for (const auto* const function : {"0000:01:00.1", "0000:01:00.0", "0000:01:00.2"}) {
    xml = add_cards(xml, {{{at(function)}}}, shipped_templates()).value();
  }
  EXPECT_THAT(xml, HasSubstr("'ua-gpupass-port-0000-01-00'"));
  EXPECT_THAT(xml, Not(HasSubstr("'ua-gpupass-port-0000-01-00-")));
  for (const auto* const function : {"0000:01:00.0", "0000:01:00.1", "0000:01:00.2"})
    EXPECT_EQ(is_multifunction_in_guest(xml, at(function)), true) << function;
  EXPECT_EQ(count(xml, "multifunction='on'"), 1);
  const auto at_once = add_cards(q35(""), {{{at("0000:01:00.0"), at("0000:01:00.1"), at("0000:01:00.2")}}},
                                 shipped_templates())
                           .value();
  EXPECT_EQ(same_apart_from_cards(xml, at_once), true);
  const auto bare =
      remove_functions(xml, {at("0000:01:00.0"), at("0000:01:00.1"), at("0000:01:00.2")}).value();
  EXPECT_THAT(bare, Not(HasSubstr("ua-gpupass-port")));
}

/// A disk is function 0 of the slot: it stays that when a card's function beside it goes.
TEST(RemoveFunctions, LeavesTheFunction0OfAnotherDeviceInItsPlace) {
  const auto placed = [](const char* of_host, const char* in_guest) {
    return fmt::format(
        "<hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0x0000' bus='0x01' "
        "slot='0x00' function='{}'/></source><address type='pci' domain='0x0000' bus='0x00' slot='0x05' "
        "function='{}'/></hostdev>",
        of_host, in_guest);
  };
  const std::string disk =
      "<disk type='file'><address type='pci' domain='0x0000' bus='0x00' slot='0x05' function='0x0' "
      "multifunction='on'/></disk>";
  const auto xml =
      remove_functions(q35(disk + placed("0x0", "0x1") + placed("0x1", "0x2")), {at("0000:01:00.0")});
  ASSERT_TRUE(xml);
  EXPECT_THAT(*xml, HasSubstr("function='0x0' multifunction='on'/></disk>"));
  EXPECT_THAT(*xml, HasSubstr("slot='0x05' function='0x2'/></hostdev>"));
}

TEST(AddCards, CompletesACardThatSomebodyPutThereByHalf) {
  const std::string managed_no =
      "<hostdev mode='subsystem' type='pci' managed='no'><source><address bus='1'/></source><rom bar='off'/>"
      "<address type='pci' domain='0' bus='5' slot='0' function='0'/></hostdev>";
  const auto xml =
      add_cards(q35(managed_no), {{{at("0000:01:00.0"), at("0000:01:00.1")}}}, shipped_templates());
  ASSERT_TRUE(xml);
  EXPECT_EQ(is_multifunction_in_guest(*xml, at("0000:01:00.1")), true);
  EXPECT_THAT(*xml, HasSubstr("<rom bar='off'/>"));
  EXPECT_THAT(*xml, HasSubstr("bus='0x05' slot='0x00' function='0x0' multifunction='on'"));
  EXPECT_THAT(*xml, HasSubstr("bus='0x05' slot='0x00' function='0x1'"));
  EXPECT_THAT(unmanaged_functions(*xml).value(), testing::ElementsAre(at("0000:01:00.0")));
  const auto alone = remove_functions(*xml, {at("0000:01:00.1")}).value();
  EXPECT_THAT(alone, Not(HasSubstr("multifunction"))) << "one function is no device of several";
}

TEST(AddCards, GivesTheRestOfACardAPlaceOfItsOwnWhereItCannotJoin) {
  const auto taken =
      q35(hostdev("bus='1'", "<address type='pci' bus='0' slot='5' function='0' multifunction='on'/>") +
          "<sound><address type='pci' bus='0' slot='5' function='1'/></sound>");
  const auto xml =
      add_cards(taken, {{{at("0000:01:00.0"), at("0000:01:00.1")}}}, shipped_templates()).value();
  EXPECT_THAT(xml, HasSubstr("'ua-gpupass-port-0000-01-00'"));
  EXPECT_EQ(is_multifunction_in_guest(xml, at("0000:01:00.1")), false);
  const auto hidden = q35(hostdev("bus='1'", "<address type='unassigned'/>"));
  const auto beside =
      add_cards(hidden, {{{at("0000:01:00.0"), at("0000:01:00.1")}}}, shipped_templates()).value();
  EXPECT_THAT(beside, HasSubstr("<address type='unassigned'/>"));
  EXPECT_EQ(is_multifunction_in_guest(beside, at("0000:01:00.1")), false);
}

TEST(AddCards, PutsAConventionalCardBehindABridge) {
  const GuestCard card{{at("0000:05:00.0"), at("0000:05:00.1")}, true};
  const auto xml = add_cards(q35(""), {card}, shipped_templates()).value();
  EXPECT_THAT(xml, HasSubstr("model='pcie-to-pci-bridge'"));
  EXPECT_THAT(xml, HasSubstr("slot='0x01' function='0x0' multifunction='on'"));
  EXPECT_THAT(xml, HasSubstr("slot='0x01' function='0x1'"));
  EXPECT_EQ(free_conventional_slots(q35("")), 0);
  EXPECT_EQ(free_conventional_slots(xml), 30);
  const auto second = add_cards(xml, {{{at("0000:06:00.0")}, true}}, shipped_templates()).value();
  EXPECT_EQ(count(second, "model='pcie-to-pci-bridge'"), 1) << "a bridge that is there is used";
  EXPECT_THAT(remove_functions(xml, card.functions).value(), Not(HasSubstr("pcie-to-pci-bridge")));
  const auto old =
      fmt::format("<domain type='kvm'><os><type machine='pc'>hvm</type></os><devices/></domain>");
  EXPECT_THAT(add_cards(old, {card}, shipped_templates()).value(), Not(HasSubstr("bridge")));
}

TEST(DevicesXml, IsOneDocumentInWhichACardIsOneDevice) {
  const auto xml =
      devices_xml({{{at("0000:01:00.0"), at("0000:01:00.1")}}, {{at("0000:02:00.0")}}}, shipped_templates());
  ASSERT_TRUE(xml);
  EXPECT_THAT(*xml,
              testing::StartsWith("<devices>\n  <controller type='pci' index='16' model='pcie-root-port'>"));
  EXPECT_THAT(*xml, testing::EndsWith("  </hostdev>\n</devices>\n"));
  const auto as_domain = "<domain>" + *xml + "</domain>";
  EXPECT_EQ(is_multifunction_in_guest(as_domain, at("0000:01:00.1")), true);
  EXPECT_EQ(is_multifunction_in_guest(as_domain, at("0000:02:00.0")), false);
  EXPECT_THAT(*xml, HasSubstr("bus='0x10' slot='0x00' function='0x1'"));
  EXPECT_THAT(*xml, HasSubstr("bus='0x11' slot='0x00' function='0x0'"));
}

TEST(SameApartFromCards, SeesWhatSomebodyElseChanged) {
  const auto before = q35("<controller type='pci' index='0' model='pcie-root'/><rng/>");
  const auto after = add_cards(before, {{{at("0000:01:00.0")}}}, shipped_templates()).value();
  EXPECT_EQ(same_apart_from_cards(before, after), true);
  EXPECT_EQ(same_apart_from_cards(q35(""),
                                  add_cards(q35(""), {{{at("0000:01:00.0")}}}, shipped_templates()).value()),
            true);
  auto edited = after;
  edited.insert(edited.find("<os>"), "<title>mine</title>");
  EXPECT_EQ(same_apart_from_cards(before, edited), false);
}

TEST(WithoutGain, LeavesWhatOthersAddedAndNoSparePortOfTheChange) {
  const auto before = add_cards(q35(""), {{{at("0000:02:00.0")}}}, shipped_templates()).value();
  const auto after =
      add_cards(before, {{{at("0000:01:00.0"), at("0000:01:00.1")}}}, shipped_templates()).value();
  ASSERT_THAT(after, HasSubstr("ua-gpupass-spare-2"));
  auto now = after;
  now.insert(now.find("<os>"), "<title>mine</title>");
  const auto rest = without_gain(now, {before, after}).value();
  ASSERT_TRUE(rest);
  EXPECT_THAT(*rest, HasSubstr("<title>mine</title>"));
  EXPECT_THAT(*rest, HasSubstr("ua-gpupass-spare-1"));
  EXPECT_THAT(*rest, Not(HasSubstr("ua-gpupass-spare-2")));
  EXPECT_THAT(hostdev_functions(*rest).value(), testing::ElementsAre(at("0000:02:00.0")));
  EXPECT_EQ(without_gain(now, {after, before}).value(), std::nullopt);
}

TEST(AddCards, AddsOnlyTheSparesThatAreLackingEachWithANameOfItsOwn) {
  const auto one = add_cards(q35(""), {{{at("0000:01:00.0")}}}, shipped_templates()).value();
  const auto more = add_cards(one, {{{at("0000:02:00.0"), at("0000:02:00.1")}}}, shipped_templates()).value();
  EXPECT_EQ(free_hotplug_ports(one), 1);
  EXPECT_EQ(free_hotplug_ports(more), 2);
  const auto first = more.find("'ua-gpupass-spare-1'");
  EXPECT_EQ(first, more.rfind("'ua-gpupass-spare-1'"));
  EXPECT_THAT(more, HasSubstr("'ua-gpupass-spare-2'"));
}

TEST(AddCards, FailsWhereNothingIsFree) {
  std::string disks;
  for (int slot = 3; slot < 32; ++slot)
    disks += fmt::format("<disk><address type='pci' slot='{}'/></disk>", slot);
  const auto xml = add_cards(
      "<domain type='kvm'><os><type machine='pc'>hvm</type></os><devices>" + disks + "</devices></domain>",
      {{{at("0000:01:00.0")}}}, shipped_templates());
  ASSERT_FALSE(xml);
  EXPECT_EQ(xml.error().kind, ErrorKind::unsupported);
  EXPECT_THAT(xml.error().what, HasSubstr("no free slot"));
}

TEST(AddCards, RefusesATemplateThatIsNoPort) {
  auto templates = shipped_templates();
  for (const auto* const bad :
       {"<hostdev/>", "<controller type='pci' model='pci-bridge'/>",
        "<controller type='pci' model='pcie-root-port'><target hotplug='off'/></controller>"}) {
    templates.root_port = bad;
    const auto xml = add_cards(q35(""), {{{at("0000:01:00.0")}}}, templates);
    ASSERT_FALSE(xml) << bad;
    EXPECT_EQ(xml.error().kind, ErrorKind::invalid);
    EXPECT_THAT(xml.error().what, HasSubstr("template root-port.xml"));
  }
}

TEST(RemoveFunctions, TakesInterfacesTooAndLeavesTheRest) {
  const auto xml =
      q35("<interface type='hostdev'><source><address type='pci' bus='3'/></source></interface><interface "
          "type='user'/>" +
          hostdev("bus='4'"));
  EXPECT_EQ(remove_functions(xml, {at("0000:03:00.0")}).value(),
            q35("<interface type='user'/>" + hostdev("bus='4'")));
}

TEST(RemoveFunctions, ChangesNothingWhereTheyAreNotThere) {
  const auto xml = q35(hostdev("bus='4'"));
  EXPECT_EQ(remove_functions(xml, {at("0000:03:00.0")}).value(), xml);
}

TEST(RemoveFunctions, LeavesAPortThatSomethingElseHasTaken) {
  auto xml = add_cards(q35(""), {{{at("0000:01:00.0")}}}, shipped_templates()).value();
  const std::string last = "</devices>";
  xml.insert(xml.find(last), "<interface type='user'><address type='pci' bus='2' slot='0'/></interface>");
  EXPECT_THAT(remove_functions(xml, {at("0000:01:00.0")}).value(), HasSubstr("ua-gpupass-port-0000-01-00"));
}

// No other card's port, though one name begins as the other.
TEST(RemoveFunctions, TakesOnlyThePortsOfTheseCards) {
  const GuestCard first{{at("0000:01:00.0")}}, second{{at("0000:01:01.0")}};
  const auto xml = add_cards(q35(""), {first, second}, shipped_templates()).value();
  const auto rest = remove_functions(xml, first.functions).value();
  EXPECT_THAT(rest, Not(HasSubstr("ua-gpupass-port-0000-01-00'")));
  EXPECT_THAT(rest, HasSubstr("ua-gpupass-port-0000-01-01'"));
}

TEST(FreeHotplugPorts, CountsPortsOrSlots) {
  EXPECT_EQ(free_hotplug_ports(read_fixture("xml/q35-ports-full/domain.xml")), 0);
  EXPECT_EQ(free_hotplug_ports(read_fixture("xml/q35-one-port-free/domain.xml")), 1);
  EXPECT_EQ(free_hotplug_ports(read_fixture("xml/q35-one-port-free/expected.xml")), 2);
  EXPECT_EQ(free_hotplug_ports(read_fixture("xml/four-functions/expected.xml")), 4);
  EXPECT_EQ(free_hotplug_ports(read_fixture("xml/i440fx/domain.xml")), 23);
  EXPECT_EQ(free_hotplug_ports(read_fixture("xml/i440fx/expected.xml")), 22);
}

TEST(IsMultifunctionInGuest, IsTrueOnlyForFunctionsThatShareASlot) {
  const auto card = read_fixture("xml/q35-one-port-free/expected.xml");
  EXPECT_EQ(is_multifunction_in_guest(card, at("0000:01:00.0")), true);
  EXPECT_EQ(is_multifunction_in_guest(card, at("0000:01:00.1")), true);
  EXPECT_EQ(is_multifunction_in_guest(card, at("0000:09:00.0")), false);
  const auto single = read_fixture("xml/pcie-to-pci-bridge/expected.xml");
  EXPECT_EQ(is_multifunction_in_guest(single, at("0000:01:00.0")), false);
  const auto hot = q35(hostdev("bus='1'", "<address type='pci' bus='5'/>") +
                       hostdev("bus='1' function='1'", "<address type='pci' bus='6'/>"));
  EXPECT_EQ(is_multifunction_in_guest(hot, at("0000:01:00.0")), false);
}

}  // namespace
}  // namespace gpupass
