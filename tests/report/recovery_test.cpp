// SPDX-License-Identifier: GPL-2.0-or-later
// What is said of journals, loans and records that were left, of each fate that they can have.
#include "gpupass/report/recovery.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gpupass::report {
namespace {

constexpr PciAddress k_gpu{0, 1, 0, 0};

JournalRecord journal() {
  JournalRecord record;
  record.id = "20261122T123521Z-4711";
  record.plan.command = "attach 0000:01:00.0 to vm1";
  record.started = "2026-11-22T12:35:21Z";
  return record;
}

RecoverySummary with(JournalFate fate) {
  RecoverySummary summary;
  summary.journals.push_back(std::move(fate));
  return summary;
}

TEST(Recovery, OfNothingIsSaid) {
  RecoverySummary summary;
  EXPECT_EQ(recovery_text(summary), "");
  summary.nothing_left = true;
  EXPECT_EQ(recovery_text(summary), "nothing was left unfinished\n");
}

TEST(Recovery, OfARunToldItsJournalsAsItWent) {
  const auto summary = with({journal(), RecoveryReport{Recovery::undone, {}}});
  EXPECT_EQ(recovery_heading(journal()), "\"attach 0000:01:00.0 to vm1\", started 2026-11-22T12:35:21Z:\n");
  EXPECT_EQ(recovery_text(summary), "");
  const auto json = to_json(summary)["journals"][0];
  EXPECT_EQ(json["outcome"], "undone");
  EXPECT_TRUE(json["error"].is_null());
}

TEST(Recovery, HasWhatWentWrongBelowItsOutcome) {
  RecoveryReport report{Recovery::undone, Error{ErrorKind::busy, "it is in use", {}, {}, {}}};
  report.warning = Error{ErrorKind::system, "no space", {}, {}, {}};
  EXPECT_EQ(recovery_outcome(report),
            "  undone: everything is as it was before\n  it could not be finished: it is in use\n"
            "  note: no space\n");
}

TEST(Recovery, StepsAreThoseThatWereDoneOrUndone) {
  EXPECT_EQ(recovery_step({0, StepState::done, "bind it", {}}), "  bind it\n");
  EXPECT_EQ(recovery_step({0, StepState::intent, "bind it", {}}), "");
}

TEST(Recovery, PreviewsHaveStepsOrSayThatThereAreNone) {
  RecoveryPreview preview;
  preview.left_alone = {k_gpu};
  preview.steps = {"bind it to nvidia"};
  EXPECT_EQ(recovery_text(with({journal(), preview})),
            "\"attach 0000:01:00.0 to vm1\", started 2026-11-22T12:35:21Z: would\n"
            "  left alone: 0000:01:00.0 is not the device that this command was for\n"
            "  bind it to nvidia\n");
  EXPECT_THAT(recovery_text(with({journal(), RecoveryPreview{}})),
              testing::HasSubstr("only close its journal"));
  preview.under_way = true;
  EXPECT_THAT(recovery_text(with({journal(), preview})), testing::HasSubstr("is running"));
  EXPECT_EQ(to_json(with({journal(), preview}))["journals"][0]["would"], core::Json({"bind it to nvidia"}));
}

TEST(Recovery, WhatIsForgottenIsKeptInFiles) {
  const Forgotten forgotten{false, {{"vm1", "/var/lib/gpupass/forgotten/vm1.xml", "<domain/>"}}, {}};
  const auto summary = with({journal(), forgotten});
  EXPECT_THAT(recovery_text(summary),
              testing::HasSubstr("/var/lib/gpupass/forgotten/vm1.xml (`virsh define`"));
  EXPECT_EQ(to_json(summary)["journals"][0]["kept"], core::Json({"/var/lib/gpupass/forgotten/vm1.xml"}));
  EXPECT_EQ(recovery_text(with({journal(), Forgotten{true, {}, {}}})), "");
}

TEST(Recovery, LoansAndRecordsAreSaidByWhatBecameOfThem) {
  const UnreadableRecord record{"0000:01:00.0", "/holds/a.json",
                                Error{ErrorKind::invalid, "no JSON", {}, {}, {}}};
  RecoverySummary summary;
  summary.loans = summary.returned = {{"vm1", {k_gpu}}};
  summary.records = {{record, {}}};
  EXPECT_EQ(recovery_text(summary),
            "returned 0000:01:00.0: bound for a start of vm1, which is not running\n"
            "/holds/a.json:\n  not begun: it cannot be read\n");
  summary.dry_run = true;
  EXPECT_THAT(recovery_text(summary), testing::StartsWith("would return 0000:01:00.0"));
  summary.forget = true;
  EXPECT_THAT(recovery_text(summary), testing::HasSubstr("/holds/a.json: would\n  set it aside"));
  summary.records[0].kept = "/holds/a.json.unreadable";
  EXPECT_THAT(recovery_text(summary), testing::HasSubstr("was set aside: /holds/a.json.unreadable"));
  const auto json = to_json(summary);
  EXPECT_EQ(json["loans"][0]["devices"][0], "0000:01:00.0");
  EXPECT_EQ(json["records"][0]["kept"], "/holds/a.json.unreadable");
}

}  // namespace
}  // namespace gpupass::report
