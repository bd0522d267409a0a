// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/pci/by_ids.hpp"

#include <gtest/gtest.h>

#include "support/tree.hpp"

namespace gpupass::bench::pci {
namespace {

class ByIds : public testing::Test {
 protected:
  void add(const std::string& address, const std::string& vendor, const std::string& device) {
    const auto folder = "/sys/bus/pci/devices/" + address;
    tree.file(folder + "/vendor", vendor + "\n").file(folder + "/device", device + "\n");
  }
  test::Tree tree;
  Host host{tree.root()};
};

TEST_F(ByIds, NamesTheOnlyFunctionThatHasThem) {
  add("0000:00:01.0", "0x10de", "0x2331");
  add("0000:05:00.0", "0x1234", "0x1111");
  add("0000:06:00.0", "0x1af4", "0x1041");
  EXPECT_EQ(address_of(host, "1234:1111").value(), "0000:05:00.0");
  EXPECT_EQ(address_of(host, "10DE:2331").value(), "0000:00:01.0");
  EXPECT_EQ(address_of(host, "10de:1111").error().kind, ErrorKind::not_found);
  add("0000:07:00.0", "0x1234", "0x1111");
  EXPECT_EQ(address_of(host, "1234:1111").error().kind, ErrorKind::usage);
}

TEST_F(ByIds, LeavesAnAddressAsItIs) {
  EXPECT_EQ(address_of(host, "0000:01:00.0").value(), "0000:01:00.0");
  EXPECT_EQ(address_of(host, "").value(), "");
  for (const auto* const text : {"0000:01:00.0", "10de:233", "10de-2331", "10de:233g"})
    EXPECT_FALSE(are_ids(text));
}

}  // namespace
}  // namespace gpupass::bench::pci
