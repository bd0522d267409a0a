// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/device_name.hpp"

#include <gtest/gtest.h>

#include <set>

#include "gpupass/core/json.hpp"
#include "gpupass/core/sysfs.hpp"

namespace gpupass {
namespace {

const PciAddress k_gpu{0, 1, 0, 0};
const MediatedDevice k_part{"4b20d080-1b54-4048-85b3-a6a62d165c01"};

TEST(DeviceName, IsTextAndBack) {
  for (const DeviceName& name : {DeviceName(k_gpu), DeviceName(k_part)})
    EXPECT_EQ(parse_device_name(to_string(name)), name) << to_string(name);
  EXPECT_EQ(to_string(DeviceName(k_gpu)), "0000:01:00.0");
  EXPECT_EQ(to_string(DeviceName(k_part)), k_part.uuid);
}

TEST(DeviceName, IsNothingElse) {
  for (const auto* const text :
       {"", "01:00.0", "4B20D080-1B54-4048-85B3-A6A62D165C01", "4b20d080-1b54-4048-85b3-a6a62d165c0",
        "4b20d080-1b54-4048-85b3-a6a62d165c011", "4b20d080-1b54-4048-85b3_a6a62d165c01",
        "4b20d080-1b54-4048-85b3-a6a62d165c0g", "vm1"})
    EXPECT_EQ(parse_device_name(text), std::nullopt) << text;
}

TEST(DeviceName, AUuidMayBeTypedInCapitals) {
  EXPECT_EQ(parse_uuid("4B20D080-1B54-4048-85B3-A6A62D165C01"), k_part);
  EXPECT_EQ(parse_uuid("4b20d080"), std::nullopt);
}

TEST(DeviceName, OfAFunctionIsItsAddress) {
  const DeviceName name = k_gpu;
  EXPECT_EQ(name, k_gpu);
  ASSERT_NE(name.function(), nullptr);
  EXPECT_EQ(*name.function(), k_gpu);
  EXPECT_EQ(name.mediated(), nullptr);
  EXPECT_EQ(DeviceName(k_part).function(), nullptr);
  EXPECT_NE(DeviceName(k_part), name);
  EXPECT_EQ((std::set<DeviceName>{k_part, name, k_gpu}.size()), 2U);
}

TEST(DeviceNames, AreListedAndSorted) {
  const DeviceNames both{k_gpu, k_part};
  EXPECT_EQ(names(both), "0000:01:00.0 and " + k_part.uuid);
  EXPECT_EQ(functions_among(both), std::vector{k_gpu});
  EXPECT_EQ(names_of({k_gpu}), DeviceNames{k_gpu});
}

TEST(DeviceName, IsAFolderOfTheKernels) {
  EXPECT_EQ(sysfs::device(k_gpu, "driver"), "/sys/bus/pci/devices/0000:01:00.0/driver");
  EXPECT_EQ(sysfs::device(k_part), "/sys/bus/mdev/devices/" + k_part.uuid);
}

TEST(DeviceName, IsReadFromJson) {
  const auto read = [](const char* text) {
    return core::take_from_json("x", [&] { return core::device_name_from_json(core::Json(text)); });
  };
  EXPECT_EQ(read("0000:01:00.0").value(), k_gpu);
  EXPECT_EQ(read(k_part.uuid.c_str()).value(), k_part);
  EXPECT_EQ(read("vm1").error().kind, ErrorKind::invalid);
}

}  // namespace
}  // namespace gpupass
