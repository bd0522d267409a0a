// SPDX-License-Identifier: GPL-2.0-or-later
#include "discover/serials.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "discover/machine.hpp"

namespace gpupass::discover {
namespace {

using namespace std::string_literals;

std::string field(const std::string& keyword, const std::string& value) {
  return keyword + static_cast<char>(value.size()) + value;
}

std::string resource(char tag, const std::string& content) {
  return tag +
         std::string{static_cast<char>(content.size() & 0xffU), static_cast<char>(content.size() >> 8U)} +
         content;
}

const std::string k_vpd = resource('\x82', "A card") +
                          resource('\x90', field("PN", "699-2G520") + field("SN", "1650523012345 ")) + "\x78";

TEST(Serials, OfVitalProductData) {
  EXPECT_EQ(serial_of_vpd(k_vpd), "1650523012345");
  EXPECT_EQ(serial_of_vpd(resource('\x82', "SN") + "\x78"s), std::nullopt);
  EXPECT_EQ(serial_of_vpd(resource('\x90', field("SN", "a\x1b[2J"))), std::nullopt) << "it is shown";
  EXPECT_EQ(serial_of_vpd(resource('\x90', field("SN", "\0\0"s))), std::nullopt);
  EXPECT_EQ(serial_of_vpd(""), std::nullopt);
}

TEST(Serials, OfVitalProductDataThatIsCutOrMadeUpIsNone) {
  for (std::size_t size = 0; size < k_vpd.size(); ++size)
    static_cast<void>(serial_of_vpd(k_vpd.substr(0, size)));
  EXPECT_EQ(serial_of_vpd(std::string(4096, '\xff')), std::nullopt);
  EXPECT_EQ(serial_of_vpd(std::string(4096, '\0')), std::nullopt);
  EXPECT_EQ(serial_of_vpd("\x90\xff\xff" + field("VN", std::string(127, 'x'))), std::nullopt);
}

TEST(Serials, OfNvidiasDriver) {
  EXPECT_EQ(uuid_of_nvidia("Model: \t\t NVIDIA H100\nGPU UUID: \t GPU-1f2e\nBus Type: \t PCIe\n"),
            "GPU-1f2e");
  EXPECT_EQ(uuid_of_nvidia("GPU UUID: \t GPU-????????\n"), std::nullopt);
  EXPECT_EQ(uuid_of_nvidia(""), std::nullopt);
}

/// A config space with capabilities behind the first 256 bytes: (id, bytes that follow its header).
std::string extended(const std::vector<std::pair<std::uint32_t, std::string>>& capabilities) {
  std::string space(256, '\0');
  for (std::size_t i = 0; i < capabilities.size(); ++i) {
    const auto& [id, content] = capabilities[i];
    const auto next = i + 1 < capabilities.size() ? space.size() + 4 + content.size() : 0;
    const auto header = id | 1U << 16U | static_cast<std::uint32_t>(next) << 20U;
    for (unsigned shift = 0; shift < 32; shift += 8) space += static_cast<char>(header >> shift & 0xffU);
    space += content;
  }
  space.resize(4096, '\0');
  return space;
}

class PcieSerial : public testing::Test {
 protected:
  std::map<std::string, std::string> with(const std::string& config,
                                          const std::vector<PciAddress>& slow = {}) {
    machine.tree.file("/sys/devices/pci0000:00/0000:00:1f.6/config", config);
    const auto inventory = discover::read_inventory(machine.host, {.holders = false, .serials_of = slow});
    const auto* const device = inventory ? inventory->find(nic) : nullptr;
    return device != nullptr ? device->serials : std::map<std::string, std::string>{};
  }
  test::Machine machine;
  PciAddress nic = test::at("0000:00:1f.6");
};

TEST_F(PcieSerial, IsFoundBehindOtherCapabilities) {
  const auto serial = "\x56\x34\x12\xfe\xff\x2d\xb0\x48"s;
  EXPECT_THAT(with(extended({{1, std::string(12, '\0')}, {3, serial}})),
              testing::ElementsAre(testing::Pair("pcie", "48-b0-2d-ff-fe-12-34-56")));
  EXPECT_THAT(with(extended({{3, std::string(8, '\0')}})), testing::IsEmpty()) << "never filled in";
  EXPECT_THAT(with(extended({{3, std::string(8, '\xff')}})), testing::IsEmpty());
  EXPECT_THAT(with(std::string(64, '\0')), testing::IsEmpty()) << "all that an ordinary user may read";
  EXPECT_THAT(with(std::string(256, '\0')), testing::IsEmpty());
}

TEST_F(PcieSerial, AChainThatLeadsRoundEnds) {
  auto space = extended({{1, std::string(12, '\0')}});
  space[0x100 + 2] = '\x01';
  space[0x100 + 3] = '\x10';  // next: 0x100
  EXPECT_THAT(with(space), testing::IsEmpty());
}

TEST_F(PcieSerial, VitalProductDataIsReadWhereItIsAskedForAndNothingElseTells) {
  machine.tree.file("/sys/devices/pci0000:00/0000:00:1f.6/vpd", k_vpd);
  EXPECT_THAT(with(std::string(64, '\0')), testing::IsEmpty());
  EXPECT_THAT(with(std::string(64, '\0'), {nic}),
              testing::ElementsAre(testing::Pair("vpd", "1650523012345")));
}

}  // namespace
}  // namespace gpupass::discover
