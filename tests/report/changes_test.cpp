// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/report/changes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gpupass::report {
namespace {

Done done() {
  Done done{{}, {"0000:01:00.0 is bound to vfio-pci", "vm1"}};
  done.plan.command = "bind 0000:01:00.0";
  done.plan.devices = {PciAddress{0, 1, 0, 0}};
  return done;
}

TEST(Changes, StepsAreBegunOnALineThatTheirOutcomeEnds) {
  const auto text = [](StepState state) { return step_text({0, state, "unbind it", "EBUSY"}); };
  EXPECT_EQ(text(StepState::intent), "  unbind it … ");
  EXPECT_EQ(text(StepState::done), "done\n");
  EXPECT_EQ(text(StepState::failed), "failed\n");
  EXPECT_EQ(text(StepState::open), "the kernel has not returned\n");
  EXPECT_EQ(text(StepState::untouched), "  unbind it … already so\n");
  EXPECT_EQ(text(StepState::undone), "  undone: unbind it\n");
  EXPECT_EQ(text(StepState::undo_failed), "  NOT undone: unbind it: EBUSY\n");
}

TEST(Changes, ThatWereMadeBeforeAreUnchanged) {
  auto now = done();
  EXPECT_EQ(done_text(now, false, 80), "unchanged: 0000:01:00.0 is bound to vfio-pci\n");
  EXPECT_EQ(done_text(now, true, 80), done_text(now, false, 80)) << "no step would be done";
  now.changed = true;
  EXPECT_EQ(done_text(now, false, 80), "0000:01:00.0 is bound to vfio-pci\n");
}

TEST(Changes, HaveTheirEventsInJsonOrOnADryRunTheirSteps) {
  const auto result =
      to_json(done(), false, core::Json::array({to_json(StepEvent{0, StepState::done, "x", {}})}));
  EXPECT_EQ(result["schema"], "gpupass.result/1");
  EXPECT_EQ(result["changed"], false);
  EXPECT_EQ(result["domain"], "vm1");
  EXPECT_EQ(result["events"][0]["state"], "done");
  const auto plan = to_json(done(), true, {});
  EXPECT_EQ(plan["schema"], "gpupass.plan/1");
  EXPECT_EQ(plan["devices"], core::Json({"0000:01:00.0"}));
  EXPECT_FALSE(plan.contains("events"));
}

TEST(Changes, AreAskedForWithWhatHelps) {
  std::vector<Finding> findings(2);
  findings[0].what = "it is the boot display";
  findings[0].remedy = "move the console";
  findings[1].what = "it is in use";
  EXPECT_EQ(question_text(findings, 80),
            "  ! it is the boot display\n    move the console\n  ! it is in use\n");
}

}  // namespace
}  // namespace gpupass::report
