// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/virt/address_xml.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "virt/templates.hpp"

namespace gpupass::virt {
namespace {

using test::at;
using testing::HasSubstr;

Result<PciAddress> read(const std::string& attributes) {
  const auto document =
      Document::parse(fmt::format("<source>\n<address {}/></source>", attributes), "text", "source");
  EXPECT_TRUE(document);
  return read_address(*document->root().FirstChildElement());
}

TEST(ReadAddress, TakesNumbersInEveryBaseThatLibvirtTakes) {
  EXPECT_EQ(read("domain='0x0021' bus='222' slot='31' function='1'"), at("0021:de:1f.1"));
  EXPECT_EQ(read("bus='010'"), at("0000:08:00.0"));
  EXPECT_EQ(read("bus='0x0a' slot='0X1F'"), at("0000:0a:1f.0"));
  EXPECT_EQ(read("bus='+1'"), at("0000:01:00.0"));
  EXPECT_EQ(read("bus=' 1'"), at("0000:01:00.0"));
  EXPECT_EQ(read("bus='00' function='07'"), at("0000:00:00.7"));
  EXPECT_EQ(read("domain='0xfffffff0'"), at("fffffff0:00:00.0"));
  EXPECT_EQ(read("bus='&#x30;x10'"), at("0000:10:00.0"));
  EXPECT_EQ(read(""), at("0000:00:00.0"));
}

TEST(ReadAddress, RefusesWhatLibvirtRefusesInItsWords) {
  for (const auto* const bad :
       {"08", "1f", "", "-1", "1 ", "0x", "0x0x1", "one", "0x100000000", "99999999999999999999"}) {
    const auto address = read(fmt::format("bus='{}'", bad));
    ASSERT_FALSE(address) << bad;
    EXPECT_EQ(address.error().kind, ErrorKind::invalid);
    EXPECT_EQ(address.error().what,
              fmt::format(
                  "line 2: <source>: Invalid value for attribute 'bus' in element 'address': '{}'. Expected "
                  "non-negative integer value",
                  bad));
  }
}

TEST(ReadAddress, RefusesNumbersOutOfRange) {
  EXPECT_THAT(read("slot='0x20'").error().what,
              HasSubstr("Invalid PCI address slot='0x20', must be <= 0x1F"));
  EXPECT_THAT(read("bus='256'").error().what, HasSubstr("bus='256', must be <= 0xFF"));
  EXPECT_THAT(read("function='8'").error().what, HasSubstr("function='8', must be <= 0x7"));
}

TEST(WriteAddress, WritesHexadecimalOfFullWidthWhateverWasThere) {
  auto document = Document::parse("<address bus='010'/>", "text", "address").value();
  write_address(document.root(), at("10000:0a:1f.7"));
  EXPECT_EQ(document.text(), "<address bus='0x0a' domain='0x10000' slot='0x1f' function='0x7'/>\n");
}

TEST(GuestAddress, IsNothingWhereLibvirtHasYetToPlaceTheDevice) {
  const auto place = [](const std::string& address) {
    const auto document = Document::parse("<disk>" + address + "</disk>", "text", "disk");
    return guest_address(document->root()).value();
  };
  EXPECT_EQ(place(""), std::nullopt);
  EXPECT_EQ(place("<address type='pci'/>"), std::nullopt);
  EXPECT_EQ(place("<address type='drive' bus='1'/>"), std::nullopt);
  EXPECT_EQ(place("<source><address type='pci' bus='1'/></source>"), std::nullopt);
  EXPECT_EQ(place("<address type='pci' bus='1'/>"), at("0000:01:00.0"));
}

}  // namespace
}  // namespace gpupass::virt
