// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/journal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "gpupass/record_files.hpp"
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

// ---- torn and damaged ------------------------------------------------------------------------------

const JournalEntry k_intent{0, StepState::intent, "nouveau", 0, "", ""};
const JournalEntry k_done{0, StepState::done, "nouveau", 0, "", ""};

TEST_F(JournalFile, ATornLastLineIsCutBeforeTheNextIsWritten) {
  const auto file = write({k_intent});
  const auto whole = tree.text(file);
  tree.file(file, whole + R"({"step": 0, "state": "do)");
  const auto journal = load_journals(kernel)->front();
  EXPECT_EQ(journal.entries.size(), 1U);
  EXPECT_EQ(journal.damage, "");
  ASSERT_TRUE(Journal::resume(kernel, journal.id).append(k_done));
  EXPECT_EQ(load_journals(kernel)->front().entries.back().state, StepState::done);
  EXPECT_EQ(tree.text(file).substr(0, whole.size()), whole);
}

TEST_F(JournalFile, ALineThatAnEarlierGpupassWroteBehindATornOneIsRead) {
  const auto file = write({k_intent});
  tree.file(file, tree.text(file) + R"({"step": 0, "sta)" +
                      R"({"step":0,"state":"undone","before":"","pid":0,"note":"","result":""})" + "\n");
  const auto journal = load_journals(kernel)->front();
  EXPECT_EQ(journal.damage, "");
  ASSERT_EQ(journal.entries.size(), 2U);
  EXPECT_EQ(journal.entries.back().state, StepState::undone);
}

TEST_F(JournalFile, ADamagedLineIsLeftOutAndTold) {
  const auto file = write({k_intent});
  tree.file(file, tree.text(file) + "\x01\x02 no line\n");
  auto journal = Journal::resume(kernel, load_journals(kernel)->front().id);
  ASSERT_TRUE(journal.append(k_done));
  const auto record = load_journals(kernel)->front();
  EXPECT_EQ(record.entries.size(), 2U);
  EXPECT_THAT(record.damage, testing::HasSubstr(file + ", line 3"));
  EXPECT_FALSE(record.ended()) << "who knows what it had besides";
}

TEST_F(JournalFile, APlanThatCannotBeReadNamesTheDevicesInIt) {
  tree.file(std::string(k_folder) + "20261122T120000Z-1-0.jsonl",
            "{\"devices\": [\"0000:01:00.0\", \"0000:01:00.1\", "
            "\"4b20d080-1b54-4048-85b3-a6a62d165c01\"], \xff\n");
  write({k_intent}, {0, 2, 0, 0});
  const auto journals = load_journals(kernel);
  ASSERT_EQ(journals->size(), 2U);
  EXPECT_FALSE(journals->front().has_plan());
  EXPECT_EQ(
      journals->front().plan.devices,
      (DeviceNames{k_gpu, PciAddress{0, 1, 0, 1}, MediatedDevice{"4b20d080-1b54-4048-85b3-a6a62d165c01"}}));
  EXPECT_NE(journals->front().damage, "");
  EXPECT_TRUE(journals->back().has_plan());
}

TEST_F(JournalFile, OneThatIsAHundredThousandDeepIsDamageAndNoCrash) {
  for (const std::size_t depth : {65U, 100'000U})
    tree.file(k_folder + std::to_string(depth) + "-1-0.jsonl",
              R"({"plan": )" + std::string(depth, '[') + "\n");
  const auto file = write({k_intent});
  tree.file(file, tree.text(file) + R"({"step": )" + std::string(100'000, '[') + "\n");
  const auto journals = load_journals(kernel);
  ASSERT_EQ(journals->size(), 3U);
  for (const auto& journal : *journals) EXPECT_THAT(journal.damage, testing::HasSubstr("nested more deeply"));
}

TEST_F(JournalFile, OneWithoutAWholePlanIsNoJournalAndIsRemoved) {
  const auto file = std::string(k_folder) + "20261122T120000Z-1-0.jsonl";
  tree.file(file, "{\"schema\": ");
  write({k_intent});
  EXPECT_EQ(load_journals(kernel)->size(), 1U);
  ASSERT_TRUE(remove_stillborn_journals(kernel));
  EXPECT_FALSE(kernel.exists(file));
  EXPECT_EQ(load_journals(kernel)->size(), 1U);
}

TEST_F(JournalFile, OneOfAProcessThatIsAtWorkIsLeft) {
  const auto file = std::string(k_folder) + "20261122T120000Z-4711-0.jsonl";
  tree.file(file, "{\"schema\": ").dir("/proc/4711");
  ASSERT_TRUE(remove_stillborn_journals(kernel));
  EXPECT_TRUE(kernel.exists(file));
}

TEST_F(JournalFile, HasEndedOnceAllIsDoneOrAllIsPutBack) {
  const JournalEntry dropped{1, StepState::done, "", 0, "", ""};
  const JournalEntry undone{0, StepState::undone, "", 0, "", ""};
  const auto ended = [&](const std::vector<JournalEntry>& entries) {
    tree.remove(k_folder);
    write(entries);
    return load_journals(kernel)->front().ended();
  };
  EXPECT_TRUE(ended({}));
  EXPECT_TRUE(ended({k_intent, k_done, dropped}));
  EXPECT_TRUE(ended({k_intent, undone}));
  EXPECT_FALSE(ended({k_intent}));
  EXPECT_FALSE(ended({k_intent, k_done}));
  EXPECT_FALSE(ended({k_intent, k_done, dropped, {1, StepState::undo_failed, "", 0, "", ""}}));
  EXPECT_FALSE(ended({undone, dropped}));
}

TEST_F(JournalFile, HasNotEndedWhereALineOfItIsDamaged) {
  const auto file = write({k_intent, k_done, {1, StepState::done, "", 0, "", ""}});
  ASSERT_TRUE(load_journals(kernel)->front().ended());
  tree.file(file, tree.text(file) + "{no line\n");
  EXPECT_FALSE(load_journals(kernel)->front().ended()) << "it may have said that a step is put back";
}

TEST_F(JournalFile, ALineOfAStepThatThePlanHasNotIsDamage) {
  const auto file = write({k_intent});
  tree.file(file, tree.text(file) +
                      R"({"step": 2, "state": "done", "before": "", "pid": 0, "note": "", "result": ""})" +
                      "\n");
  const auto journal = load_journals(kernel)->front();
  EXPECT_EQ(journal.entries.size(), 1U);
  EXPECT_THAT(journal.damage, testing::HasSubstr("there is no such step"));
  EXPECT_EQ(journal.latest().size(), 2U);
}

TEST_F(JournalFile, OneWithoutANameIsDamaged) {
  const auto file = write({k_intent});
  auto text = tree.text(file);
  const std::string name = R"("command":"bind")";
  ASSERT_NE(text.find(name), text.npos);
  tree.file(file, text.replace(text.find(name), name.size(), R"("command":"")"));
  const auto journal = load_journals(kernel)->front();
  EXPECT_FALSE(journal.has_plan());
  EXPECT_THAT(journal.damage, testing::HasSubstr("the plan has no name"));
  EXPECT_EQ(journal.plan.devices, DeviceNames{k_gpu});
}

TEST_F(JournalFile, OneThatIsLargerThanAnyIsReadAsFarAsItGoesAndIsDamaged) {
  const auto file = write({k_intent});
  std::filesystem::resize_file(tree.at(file), std::size_t{65} << 20U);
  const auto journal = load_journals(kernel)->front();
  EXPECT_TRUE(journal.has_plan());
  EXPECT_THAT(journal.damage, testing::HasSubstr(file));
}

TEST_F(JournalFile, OneOfAnEarlierProcessOfOurNumberIsRemoved) {
  const auto pid = std::to_string(getpid());
  const auto file = std::string(k_folder) + "20261122T120000Z-" + pid + "-0.jsonl";
  tree.file(file, "{\"schema\": ").dir("/proc/" + pid);
  ASSERT_TRUE(remove_stillborn_journals(kernel));
  EXPECT_FALSE(kernel.exists(file));
}

TEST_F(JournalFile, TwoOfOneSecondAreTwo) {
  const auto first = write({k_intent}), second = write({});
  EXPECT_NE(first, second);
  EXPECT_EQ(load_journals(kernel)->size(), 2U);
}

TEST_F(JournalFile, WhatWasSetAsideIsNone) {
  const auto file = write({k_intent});
  EXPECT_EQ(set_aside(kernel, file).value(), file + ".unreadable");
  EXPECT_TRUE(load_journals(kernel)->empty());
}

TEST_F(JournalFile, NothingIsLeftOfOneThatCouldNotBeStarted) {
  kernel.before_change = [](const auto&) { return 28; };  // ENOSPC
  EXPECT_FALSE(Journal::start(kernel, plan_for(k_gpu), "b00t"));
  EXPECT_FALSE(kernel.exists(k_folder));
}

}  // namespace
}  // namespace gpupass
