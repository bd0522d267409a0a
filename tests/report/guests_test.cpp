// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/report/guests.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gpupass::report {
namespace {

ListedGuest guest() {
  ListedGuest guest;
  guest.state.name = "made";
  guest.state.running = true;
  guest.mark = {"compute", {"/images/made.qcow2"}};
  DomainDevice card;
  card.function = PciAddress{0, 1, 0, 0};
  DomainDevice mediated;
  mediated.mediated = "4b20d080-1b54-4048-85b3-a6a62d165c01";
  guest.devices = {card, mediated};
  return guest;
}

TEST(Guests, AreARowEach) {
  EXPECT_THAT(
      guests_text({guest()}, 200, false),
      testing::AllOf(testing::HasSubstr("made   running  compute"), testing::HasSubstr("0000:01:00.0 and ")));
  EXPECT_EQ(guests_text({}, 200, false),
            "There is no guest that gpupass made. `gpupass guest create` makes one.\n");
}

TEST(Guests, HaveTheirFunctionsAmongTheirDevices) {
  const auto json = to_json(std::vector{guest()})["guests"][0];
  EXPECT_EQ(json["functions"], core::Json({"0000:01:00.0"}));
  EXPECT_EQ(json["devices"].size(), 2U);
  EXPECT_TRUE(json["devices"][1]["function"].is_null());
  EXPECT_EQ(json["files"], core::Json({"/images/made.qcow2"}));
}

}  // namespace
}  // namespace gpupass::report
