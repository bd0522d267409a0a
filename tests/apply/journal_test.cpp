// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/journal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/fake_kernel.hpp"

namespace gpupass {
namespace {

const PciAddress k_gpu{0, 1, 0, 0};
constexpr const char* k_folder = "/var/lib/gpupass/journal/";

Plan plan_for(const PciAddress& device) {
  return {"bind", Direction::take, "", {device}, {SetDriverOverride{device, "vfio-pci"}, DropHold{device}}};
}

class JournalFile : public testing::Test {
 protected:
  /// A journal with these entries; its file.
  std::string write(const std::vector<JournalEntry>& entries, const PciAddress& device = k_gpu) {
    auto journal = Journal::start(kernel, plan_for(device), "b00t");
    EXPECT_TRUE(journal);
    for (const auto& entry : entries) EXPECT_TRUE(journal->append(entry));
    return k_folder + journal->id() + ".jsonl";
  }

  test::Tree tree;
  test::FakeKernel kernel{tree};
};

TEST_F(JournalFile, WhatAStepFailedWithIsNeverTakenForWhatWasReadBack) {
  write({{0, StepState::intent, "nouveau", 0, "", ""}, {0, StepState::failed, "", 0, "libvirt says no", ""}});
  const auto latest = load_journals(kernel)->front().latest().front();
  ASSERT_TRUE(latest);
  EXPECT_EQ(latest->note, "libvirt says no");
  EXPECT_EQ(latest->result, "");
  EXPECT_EQ(latest->before, "nouveau");
}

TEST_F(JournalFile, WhatWasReadBackOutlastsAnUndoThatFailed) {
  write(
      {{0, StepState::done, "nouveau", 0, "", "<domain/>"}, {0, StepState::undo_failed, "", 0, "busy", ""}});
  const auto latest = load_journals(kernel)->front().latest().front();
  ASSERT_TRUE(latest);
  EXPECT_EQ(latest->result, "<domain/>");
}

TEST_F(JournalFile, OfAnEarlierGpupassTheNoteOfWhatWasDoneIsWhatWasReadBack) {
  const auto file = write({});
  tree.file(file, tree.text(file) +
                      R"({"step": 0, "state": "done", "before": "", "pid": 0, "note": "<domain/>"})" + "\n" +
                      R"({"step": 1, "state": "failed", "before": "", "pid": 0, "note": "no"})" + "\n");
  const auto latest = load_journals(kernel)->front().latest();
  EXPECT_EQ(latest[0]->result, "<domain/>");
  EXPECT_EQ(latest[0]->note, "");
  EXPECT_EQ(latest[1]->result, "");
  EXPECT_EQ(latest[1]->note, "no");
}

}  // namespace
}  // namespace gpupass
