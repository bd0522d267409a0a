// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/report/status.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gpupass::report {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string text_of(const Status& status) {
  return status_text(status, 200, false);
}

TEST(StatusReport, OfNothingSaysThatNothingIsHeld) {
  EXPECT_EQ(text_of({}), "gpupass holds no device\n");
}

TEST(StatusReport, HasARowForEachDevice) {
  Status status;
  HeldNow held;
  held.hold.device = PciAddress{0, 1, 0, 0};
  held.hold.since = "2026-11-22T12:35:21Z";
  held.driver = "vfio-pci";
  held.owners = "vm1 (off)";
  held.state = "bound";
  held.given = {{"vm1", "qemu:///system", GivenTo::State::unknown, {}}};
  status.held = {held};
  EXPECT_THAT(text_of(status), AllOf(HasSubstr("DEVICE"), HasSubstr("0000:01:00.0  vfio-pci  -"),
                                     Not(HasSubstr("gpupass holds no device"))));
  const auto json = to_json(status)["devices"][0];
  EXPECT_EQ(json["driver"], "vfio-pci");
  EXPECT_TRUE(json["given_to"][0]["state"].is_null()) << "libvirt did not say";
  EXPECT_TRUE(json["given_to"][0]["has_it"].is_null());
}

TEST(StatusReport, SaysOfEachJournalHowFarItsCommandIs) {
  JournalRecord journal;
  journal.id = "20261122T123521Z-4711";
  journal.plan.command = "attach 0000:01:00.0 to vm1";
  journal.started = "2026-11-22T12:35:21Z";
  Status status;
  status.unfinished = {{journal, false}};
  EXPECT_THAT(text_of(status), HasSubstr("unfinished: \"attach 0000:01:00.0 to vm1\", started "
                                         "2026-11-22T12:35:21Z; `gpupass recover` finishes or undoes it\n"));
  status.unfinished[0].under_way = true;
  EXPECT_THAT(text_of(status), AllOf(HasSubstr("running: \"attach"), Not(HasSubstr("gpupass recover"))));
  status.unfinished[0].journal.plan.command.clear();
  status.unfinished[0].journal.damage = "a.journal: torn";
  EXPECT_THAT(text_of(status), HasSubstr("cannot be read: a.journal: torn; `gpupass recover --forget`"));
  status.unfinished[0].journal.denied = true;
  EXPECT_THAT(text_of(status), HasSubstr("a command started 20261122T123521Z; only root"));
}

TEST(StatusReport, LeavesOutWhatIsNotForThisUser) {
  Status status;
  status.unreadable = {{"a", "/a.json", Error{ErrorKind::denied, "not for you", {}, {}, {}}},
                       {"b", "/b.json", Error{ErrorKind::invalid, "no JSON", {}, {}, {}}}};
  EXPECT_THAT(text_of(status), AllOf(HasSubstr("cannot be read: no JSON\n"), Not(HasSubstr("not for you"))));
  EXPECT_EQ(to_json(status)["unreadable"].size(), 2U);
}

}  // namespace
}  // namespace gpupass::report
