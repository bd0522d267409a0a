// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gpupass {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const PciAddress k_gpu{0, 1, 0, 0};
const PciAddress k_audio{0, 1, 0, 1};

Device device(const PciAddress& address, const std::optional<std::string>& driver) {
  Device one;
  one.address = address;
  one.vendor = 0x10de;
  one.device = address.function == 0 ? 0x2330 : 0x22ba;
  one.driver = driver;
  one.iommu_group = 1;
  one.is_pcie = true;
  return one;
}

Inventory machine(const std::optional<std::string>& gpu, const std::optional<std::string>& audio) {
  Inventory inventory;
  inventory.devices = {device(k_gpu, gpu), device(k_audio, audio)};
  inventory.groups = {{1, "DMA", {k_gpu, k_audio}}};
  inventory.kernel.boot_id = "b00t";
  return inventory;
}

Hold hold(const PciAddress& address, const std::string& original, const std::string& domain = "") {
  Hold one;
  one.device = address;
  one.identity.vendor = 0x10de;
  one.identity.device = address.function == 0 ? 0x2330 : 0x22ba;
  one.original_driver = original;
  if (!domain.empty()) one.owners = {{domain, "qemu:///system"}};
  one.since = "2026-01-01T00:00:00Z";
  one.boot_id = "b00t";
  return one;
}

std::vector<std::string> words(const Result<Plan>& plan) {
  std::vector<std::string> lines;
  if (!plan) return {"ERROR " + describe(plan.error())};
  for (const auto& step : plan->steps) lines.push_back(describe(step));
  return lines;
}

const char* const k_q35 =
    "<domain type='kvm'><name>vm1</name><os><type machine='q35'>hvm</type></os><devices></devices></domain>";

DomainTemplates templates() {
  return {
      "<hostdev mode='subsystem' type='pci' managed='yes'><driver name='vfio'/><source><address "
      "domain='0x0000' "
      "bus='0x00' slot='0x00' function='0x0'/></source></hostdev>",
      "<controller type='pci' index='1' model='pcie-root-port'/>",
      "<controller type='pci' index='1' model='pcie-to-pci-bridge'/>"};
}

TEST(PlanBind, ReleasesEveryFunctionBeforeItBindsTheFirst) {
  const auto inventory = machine("nvidia", "snd_hda_intel");
  EXPECT_THAT(
      words(plan_bind({inventory, {}, "now"}, {k_gpu, k_audio}, "vfio-pci")),
      ElementsAre("remember 0000:01:00.0 (driver before: nvidia)",
                  "remember 0000:01:00.1 (driver before: snd_hda_intel)", "load the kernel module vfio-pci",
                  "reserve 0000:01:00.0 for vfio-pci (driver_override)",
                  "reserve 0000:01:00.1 for vfio-pci (driver_override)", "unbind 0000:01:00.0 from nvidia",
                  "unbind 0000:01:00.1 from snd_hda_intel", "bind 0000:01:00.0 to vfio-pci",
                  "bind 0000:01:00.1 to vfio-pci"));
}

TEST(PlanBind, ADeviceWithoutADriverIsOnlyBound) {
  const auto inventory = machine(std::nullopt, "vfio-pci");
  EXPECT_THAT(
      words(plan_bind({inventory, {}, "now"}, {k_gpu, k_audio}, "vfio-pci")),
      ElementsAre("remember 0000:01:00.0 (driver before: none)",
                  "remember 0000:01:00.1 (driver before: vfio-pci)", "load the kernel module vfio-pci",
                  "reserve 0000:01:00.0 for vfio-pci (driver_override)", "bind 0000:01:00.0 to vfio-pci"));
}

TEST(PlanBind, WhatIsRememberedIsHowItWasAtFirst) {
  const auto inventory = machine("vfio-pci", "vfio-pci");
  const auto plan = plan_bind({inventory, {hold(k_gpu, "nvidia", "vm1")}, "now"}, {k_gpu}, "vfio-pci");
  ASSERT_TRUE(plan);
  const auto& kept = std::get<KeepHold>(plan->steps.at(0)).hold;
  EXPECT_EQ(kept.original_driver, "nvidia");
  EXPECT_EQ(kept.since, "2026-01-01T00:00:00Z");
  EXPECT_TRUE(kept.bound);
  EXPECT_EQ(plan->steps.size(), 1U);
}

TEST(PlanBind, ADeviceThatADriverIsStillReleasingIsRefused) {
  auto inventory = machine("nvidia", "snd_hda_intel");
  inventory.problems.push_back(
      {"/sys/bus/pci/devices/0000:01:00.0/driver_override", "the kernel does not answer"});
  const auto plan = plan_bind({inventory, {}, "now"}, {k_gpu}, "vfio-pci");
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().kind, ErrorKind::busy);
}

TEST(PlanUnbind, GoesBackToTheDriverItHadAndPutsTheOverrideBack) {
  const auto inventory = machine("vfio-pci", "vfio-pci");
  auto gpu = hold(k_gpu, "nvidia");
  gpu.original_override = "nvidia";
  EXPECT_THAT(words(plan_unbind({inventory, {gpu, hold(k_audio, "snd_hda_intel")}, "now"}, {k_gpu, k_audio})),
              ElementsAre("unbind 0000:01:00.0 from vfio-pci", "unbind 0000:01:00.1 from vfio-pci",
                          "reserve 0000:01:00.0 for nvidia (driver_override)", "bind 0000:01:00.0 to nvidia",
                          "reserve 0000:01:00.0 for nvidia (driver_override)",
                          "reserve 0000:01:00.1 for snd_hda_intel (driver_override)",
                          "bind 0000:01:00.1 to snd_hda_intel", "clear the driver_override of 0000:01:00.1",
                          "forget 0000:01:00.0", "forget 0000:01:00.1"));
}

TEST(PlanUnbind, WhatWasOnVfioBeforeStaysThere) {
  const auto inventory = machine("vfio-pci", "vfio-pci");
  EXPECT_THAT(words(plan_unbind({inventory, {hold(k_gpu, "vfio-pci")}, "now"}, {k_gpu})),
              ElementsAre("clear the driver_override of 0000:01:00.0", "forget 0000:01:00.0"));
}

TEST(PlanUnbind, AnotherDeviceAtTheAddressIsLeftAlone) {
  const auto inventory = machine("vfio-pci", "snd_hda_intel");
  auto gone = hold(k_gpu, "nvidia");
  gone.identity.device = 0x1111;
  EXPECT_THAT(words(plan_unbind({inventory, {gone}, "now"}, {k_gpu})), ElementsAre("forget 0000:01:00.0"));
}

TEST(PlanUnbind, TheOverrideOfAnEarlierBootIsNotPutBack) {
  const auto inventory = machine("vfio-pci", "snd_hda_intel");
  auto earlier = hold(k_gpu, "nvidia");
  earlier.original_override = "nouveau";
  EXPECT_THAT(words(plan_unbind({inventory, {earlier}, "now"}, {k_gpu})),
              testing::Contains("reserve 0000:01:00.0 for nouveau (driver_override)"));
  earlier.boot_id = "before";
  const auto later = words(plan_unbind({inventory, {earlier}, "now"}, {k_gpu}));
  EXPECT_THAT(later, testing::Contains("clear the driver_override of 0000:01:00.0"));
  EXPECT_THAT(later, testing::Not(testing::Contains("reserve 0000:01:00.0 for nouveau (driver_override)")));
}

TEST(PlanUnbind, AfterARebootADeviceThatIsHomeIsOnlyForgotten) {
  const auto inventory = machine("nvidia", "snd_hda_intel");
  auto old = hold(k_gpu, "nvidia");
  old.boot_id = "an earlier one";
  EXPECT_THAT(words(plan_unbind({inventory, {old}, "now"}, {k_gpu})), ElementsAre("forget 0000:01:00.0"));
}

TEST(PlanUnbind, RefusesWhatItDoesNotHoldAndWhatADomainHas) {
  const auto inventory = machine("vfio-pci", "vfio-pci");
  EXPECT_EQ(plan_unbind({inventory, {}, "now"}, {k_gpu}).error().kind, ErrorKind::not_found);
  const auto plan = plan_unbind({inventory, {hold(k_gpu, "nvidia", "vm1")}, "now"}, {k_gpu});
  EXPECT_EQ(plan.error().kind, ErrorKind::busy);
  EXPECT_THAT(plan.error().hint, HasSubstr("gpupass detach vm1 0000:01:00.0"));
}

DomainFacts stopped() {
  return {{"vm1", "u", false, true}, "qemu:///system", k_q35, "", true, false};
}

TEST(PlanAttach, AStoppedDomainIsDefinedAfterTheCardIsBound) {
  const auto inventory = machine("nvidia", "snd_hda_intel");
  const auto plan = plan_attach({inventory, {}, "now"}, stopped(), {k_gpu, k_audio}, templates());
  ASSERT_TRUE(plan) << describe(plan.error());
  EXPECT_EQ(plan->direction, Direction::take);
  const auto& define = std::get<DefineDomain>(plan->steps.back());
  EXPECT_EQ(define.before, k_q35);
  EXPECT_EQ(hostdev_functions(define.after), (std::vector{k_gpu, k_audio}));
  EXPECT_EQ(std::get<KeepHold>(plan->steps.front()).hold.owners.front().name, "vm1");
  EXPECT_EQ(std::get<KeepHold>(plan->steps.front()).hold.since, "now");
}

/// mlx5_vfio_pci and its like are drivers for guests: vfio-pci in its place would lose what it adds.
TEST(PlanAttach, AVariantOfVfioPciStaysWhereLibvirtTakesItAsItIs) {
  const auto inventory = machine("mlx5_vfio_pci", "snd_hda_intel");
  auto domain = stopped();
  domain.keeps_variants = true;
  const auto binding = [&] {
    auto all = words(plan_attach({inventory, {}, "now"}, domain, {k_gpu, k_audio}, templates()));
    std::erase_if(all, [](const std::string& line) {
      return line.starts_with("remember") || line.starts_with("change") || line.starts_with("load");
    });
    return all;
  };
  EXPECT_THAT(binding(),
              ElementsAre("reserve 0000:01:00.1 for vfio-pci (driver_override)",
                          "unbind 0000:01:00.1 from snd_hda_intel", "bind 0000:01:00.1 to vfio-pci"));
  domain.keeps_variants = false;
  EXPECT_THAT(binding(),
              ElementsAre("reserve 0000:01:00.0 for vfio-pci (driver_override)",
                          "reserve 0000:01:00.1 for vfio-pci (driver_override)",
                          "unbind 0000:01:00.0 from mlx5_vfio_pci", "unbind 0000:01:00.1 from snd_hda_intel",
                          "bind 0000:01:00.0 to vfio-pci", "bind 0000:01:00.1 to vfio-pci"));
}

TEST(PlanDetach, AVariantOfVfioPciIsLeftAsItWas) {
  const auto inventory = machine("mlx5_vfio_pci", "vfio-pci");
  EXPECT_THAT(words(plan_detach({inventory, {hold(k_gpu, "mlx5_vfio_pci", "vm1")}, "now"}, stopped(), {k_gpu},
                                templates())),
              ElementsAre("clear the driver_override of 0000:01:00.0", "forget 0000:01:00.0"));
}

TEST(PlanUnbind, AVariantThatIsNotHeldIsNotBackOnADriverOfTheHost) {
  const auto inventory = machine("mlx5_vfio_pci", "xe-vfio-pci");
  for (const auto& function : {k_gpu, k_audio})
    EXPECT_EQ(plan_unbind({inventory, {}, "now"}, {function}).error().kind, ErrorKind::not_found);
}

TEST(PlanAttach, ARunningGuestNeedsARootPortForEachFunction) {
  auto inventory = machine("nvidia", "snd_hda_intel");
  for (auto& device : inventory.devices) device.is_pcie = true;
  auto running = stopped();
  running.state.running = true;
  running.live_xml =
      "<domain type='kvm'><name>vm1</name><os><type machine='q35'>hvm</type></os><devices>"
      "<controller type='pci' index='0' model='pcie-root'/>"
      "<controller type='pci' index='1' model='pcie-root-port'/></devices></domain>";
  running.change_live = true;
  const auto refused = plan_attach({inventory, {}, "now"}, running, {k_gpu, k_audio}, templates());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::unsupported);
  EXPECT_THAT(refused.error().what, HasSubstr("1 free PCIe root port"));

  const auto one = plan_attach({inventory, {}, "now"}, running, {k_gpu}, templates());
  ASSERT_TRUE(one) << describe(one.error());
  EXPECT_TRUE(std::holds_alternative<AttachLive>(one->steps.back()));
}

DomainFacts running(const std::string& devices) {
  auto domain = stopped();
  domain.state.running = true;
  domain.live_xml = "<domain type='kvm'><name>vm1</name><os><type machine='q35'>hvm</type></os><devices>" +
                    devices + "</devices></domain>";
  domain.change_live = true;
  return domain;
}

TEST(PlanAttach, AConventionalCardNeedsASlotBehindABridge) {
  auto inventory = machine("nvidia", "snd_hda_intel");
  for (auto& one : inventory.devices) one.is_pcie = false;
  const std::string ports =
      "<controller type='pci' index='0' model='pcie-root'/>"
      "<controller type='pci' index='1' model='pcie-root-port'/>";
  const auto refused = plan_attach({inventory, {}, "now"}, running(ports), {k_gpu}, templates());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::unsupported);
  EXPECT_THAT(refused.error().what, HasSubstr("0000:01:00.0 is conventional PCI"));
  EXPECT_THAT(refused.error().hint, HasSubstr("`gpupass attach vm1 0000:01:00.0 --config`"));
  const auto bridge = ports + "<controller type='pci' index='2' model='pcie-to-pci-bridge'/>";
  EXPECT_TRUE(plan_attach({inventory, {}, "now"}, running(bridge), {k_gpu}, templates()));
  const auto cold = plan_attach({inventory, {}, "now"}, stopped(), {k_gpu}, templates());
  ASSERT_TRUE(cold);
  EXPECT_THAT(std::get<DefineDomain>(cold->steps.back()).after, HasSubstr("pcie-to-pci-bridge"));
}

TEST(PlanAttach, ADeviceBelowAPortOfPciExpressIsNotConventional) {
  auto inventory = machine("nvidia", "snd_hda_intel");
  Device port;
  port.address = {0, 0, 1, 0};
  port.driver = "pcieport";
  for (auto& one : inventory.devices) {
    one.is_pcie = false;
    one.bridges = {port.address};
  }
  inventory.devices.insert(inventory.devices.begin(), port);
  EXPECT_FALSE(guest_cards(inventory, {k_gpu}).front().conventional);
  inventory.devices.front().driver.reset();
  EXPECT_TRUE(guest_cards(inventory, {k_gpu}).front().conventional);
}

TEST(PlanAttach, WhatTheDomainHasThroughTheCommandLineIsRefused) {
  const auto inventory = machine("nvidia", "snd_hda_intel");
  const std::string xml =
      "<domain type='kvm'><name>vm1</name><os><type machine='q35'>hvm</type></os><devices/><qemu:commandline>"
      "<qemu:arg value='-device'/><qemu:arg value='vfio-pci,host=01:00.0'/></qemu:commandline></domain>";
  auto configured = stopped();
  configured.config_xml = xml;
  EXPECT_EQ(plan_attach({inventory, {}, "now"}, configured, {k_gpu}, templates()).error().kind,
            ErrorKind::refused);
  auto only_live = running("");
  only_live.live_xml = xml;
  only_live.change_config = false;
  EXPECT_EQ(plan_attach({inventory, {}, "now"}, only_live, {k_gpu}, templates()).error().kind,
            ErrorKind::refused);
}

std::vector<std::string> notes(const DomainFacts& domain, const std::vector<PciAddress>& functions) {
  const auto inventory = machine("nvidia", "snd_hda_intel");
  const auto plan = plan_attach({inventory, {}, "now"}, domain, functions, templates());
  if (!plan) return {"ERROR " + describe(plan.error())};
  return notes_on_attach(*plan, inventory, domain);
}

TEST(NotesOnAttach, AreNoneInTheOrdinaryCase) {
  EXPECT_THAT(notes(stopped(), {k_gpu, k_audio}), testing::IsEmpty());
}

TEST(NotesOnAttach, SayWhatAMachineWithoutPciExpressMeans) {
  auto domain = stopped();
  domain.config_xml =
      "<domain type='kvm'><name>vm1</name><os><type machine='pc'>hvm</type></os><devices></devices></domain>";
  EXPECT_THAT(notes(domain, {k_gpu}), ElementsAre(HasSubstr("vm1 has no PCI Express (i440FX)")));
}

TEST(NotesOnAttach, SayWhatBecomesOfACardThatIsThereByHalf) {
  auto domain = stopped();
  const std::string half =
      "<hostdev mode='subsystem' type='pci' managed='no'><source><address bus='1'/></source><address "
      "type='pci' "
      "bus='5' slot='0'/></hostdev>";
  domain.config_xml.insert(domain.config_xml.find("</devices>"), half);
  EXPECT_THAT(notes(domain, {k_gpu, k_audio}),
              ElementsAre(HasSubstr("0000:01:00.1 joins 0000:01:00.0, which vm1 has already"),
                          HasSubstr("0000:01:00.0 with managed='no'")));
  auto live = running(half + "<controller type='pci' index='1' model='pcie-root-port'/>");
  live.change_config = false;
  EXPECT_THAT(notes(live, {k_gpu, k_audio}),
              ElementsAre(HasSubstr("until it is shut down 0000:01:00.1 is a device of its own")));
}

TEST(PlanAttach, DoingItAgainChangesNothing) {
  auto there = stopped();
  there.config_xml = *add_cards(k_q35, {{{k_gpu}}}, templates());
  const auto inventory = machine("vfio-pci", "snd_hda_intel");
  const auto plan =
      plan_attach({inventory, {hold(k_gpu, "nvidia", "vm1")}, "now"}, there, {k_gpu}, templates());
  EXPECT_THAT(words(plan), ElementsAre("remember 0000:01:00.0 for vm1 (driver before: nvidia)"));
}

DomainFacts with_gpu() {
  auto domain = stopped();
  domain.config_xml = *add_cards(k_q35, {{{k_gpu}}}, templates());
  return domain;
}

TEST(PlanDetach, TheDomainLetsGoBeforeTheDriverDoes) {
  const auto inventory = machine("vfio-pci", "snd_hda_intel");
  EXPECT_THAT(words(plan_detach({inventory, {hold(k_gpu, "nvidia", "vm1")}, "now"}, with_gpu(), {k_gpu},
                                templates())),
              ElementsAre("change the configuration of vm1", "unbind 0000:01:00.0 from vfio-pci",
                          "reserve 0000:01:00.0 for nvidia (driver_override)", "bind 0000:01:00.0 to nvidia",
                          "clear the driver_override of 0000:01:00.0", "forget 0000:01:00.0"));
}

TEST(PlanDetach, WhatBindTookStaysBound) {
  const auto inventory = machine("vfio-pci", "snd_hda_intel");
  auto bound = hold(k_gpu, "nvidia", "vm1");
  bound.bound = true;
  EXPECT_THAT(
      words(plan_detach({inventory, {bound}, "now"}, with_gpu(), {k_gpu}, templates())),
      ElementsAre("change the configuration of vm1", "remember 0000:01:00.0 (driver before: nvidia)"));
}

/// Of vm1 and vm2, in that order.
Hold shared_hold(const PciAddress& address, const std::string& original) {
  auto shared = hold(address, original, "vm1");
  shared.owners.push_back({"vm2", "qemu:///system"});
  return shared;
}

TEST(PlanAttach, WhoHasACardAlreadyGoesOnHavingIt) {
  const auto inventory = machine("vfio-pci", "snd_hda_intel");
  auto second = stopped();
  second.state.name = "vm2";
  EXPECT_THAT(
      words(plan_attach({inventory, {hold(k_gpu, "nvidia", "vm1")}, "now"}, second, {k_gpu}, templates())),
      ElementsAre("remember 0000:01:00.0 for vm1 and vm2 (driver before: nvidia)",
                  "change the configuration of vm2"));
  // As libvirt alone knows it, and what is on another connection is another domain.
  second.sharers[k_gpu] = {{"vm3", "qemu:///system"}, {"vm2", "qemu:///session"}};
  const auto plan = plan_attach({inventory, {}, "now"}, second, {k_gpu}, templates());
  EXPECT_THAT(std::get<KeepHold>(plan->steps.front()).hold.owners,
              ElementsAre(Owner{"vm2", "qemu:///system"}, Owner{"vm3", "qemu:///system"},
                          Owner{"vm2", "qemu:///session"}));
  EXPECT_EQ(describe(plan->steps.front()),
            "remember 0000:01:00.0 for vm2 (qemu:///system), vm3 and vm2 (qemu:///session) (driver before: "
            "vfio-pci)");
}

TEST(PlanAttach, WhatIsLentIsBoundByNoStep) {
  auto lend = stopped();
  lend.lend = true;
  const auto home = machine("nvidia", "snd_hda_intel");
  EXPECT_THAT(words(plan_attach({home, {}, "now"}, lend, {k_gpu}, templates())),
              ElementsAre("remember 0000:01:00.0 for vm1 (driver before: nvidia)",
                          "change the configuration of vm1"));
  // What was kept bound goes back; what the hook bound goes back at the guest's end.
  const auto bound = machine("vfio-pci", "snd_hda_intel");
  auto held = hold(k_gpu, "nvidia", "vm1");
  EXPECT_THAT(words(plan_attach({bound, {held}, "now"}, lend, {k_gpu}, templates())),
              testing::Contains("bind 0000:01:00.0 to nvidia"));
  held.lend = true;
  held.lent_to = "vm1";
  EXPECT_THAT(words(plan_attach({bound, {held}, "now"}, lend, {k_gpu}, templates())),
              testing::Not(testing::Contains(testing::StartsWith("unbind"))));
  lend.lend = false;
  const auto kept = plan_attach({bound, {held}, "now"}, lend, {k_gpu}, templates());
  EXPECT_EQ(std::get<KeepHold>(kept->steps.front()).hold.lent_to, "") << "from here on it stays bound";
}

TEST(PlanDetach, WhatAnotherDomainHasStaysBoundForIt) {
  const auto inventory = machine("vfio-pci", "snd_hda_intel");
  EXPECT_THAT(words(plan_detach({inventory, {shared_hold(k_gpu, "nvidia")}, "now"}, with_gpu(), {k_gpu},
                                templates())),
              ElementsAre("change the configuration of vm1",
                          "remember 0000:01:00.0 for vm2 (driver before: nvidia)"));
  auto elsewhere = hold(k_gpu, "nvidia", "vm1");
  elsewhere.owners.front().where = "qemu:///session";
  EXPECT_THAT(words(plan_detach({inventory, {elsewhere}, "now"}, with_gpu(), {k_gpu}, templates())),
              ElementsAre("change the configuration of vm1"))
      << "another vm1 has it";
}

TEST(PlanDetach, ALoanEndsAlthoughAnotherDomainHasTheCardByTurns) {
  const auto inventory = machine("vfio-pci", "snd_hda_intel");
  auto lent = shared_hold(k_gpu, "nvidia");
  lent.lend = true;
  lent.lent_to = "vm1";
  EXPECT_THAT(words(plan_detach({inventory, {lent}, "now"}, with_gpu(), {k_gpu}, templates())),
              ElementsAre("change the configuration of vm1", "unbind 0000:01:00.0 from vfio-pci",
                          "reserve 0000:01:00.0 for nvidia (driver_override)", "bind 0000:01:00.0 to nvidia",
                          "clear the driver_override of 0000:01:00.0",
                          "remember 0000:01:00.0 for vm2 (driver before: nvidia)"));
  const auto detached = plan_detach({inventory, {lent}, "now"}, with_gpu(), {k_gpu}, templates());
  EXPECT_EQ(std::get<KeepHold>(detached->steps.back()).hold.lent_to, "") << "it is over";
  lent.lent_to = "vm2";  // which runs
  EXPECT_THAT(words(plan_detach({inventory, {lent}, "now"}, with_gpu(), {k_gpu}, templates())),
              ElementsAre("change the configuration of vm1",
                          "remember 0000:01:00.0 for vm2 (driver before: nvidia)"));
}

TEST(PlanLoan, OfWhatBindTookIsNone) {
  const auto inventory = machine("nvidia", "snd_hda_intel");
  auto bound = hold(k_gpu, "nvidia", "vm1");
  const auto lent_to = [&] {
    const auto plan = plan_loan({inventory, {bound}, "now"}, "vm1", {k_gpu});
    return std::get<KeepHold>(plan->steps.front()).hold.lent_to;
  };
  EXPECT_EQ(lent_to(), "vm1");
  bound.bound = true;
  EXPECT_EQ(lent_to(), "") << "it stays bound when the guest ends";
}

TEST(PlanBind, EndsALoan) {
  const auto inventory = machine("vfio-pci", "snd_hda_intel");
  auto lent = hold(k_gpu, "nvidia", "vm1");
  lent.lent_to = "vm1";
  const auto plan = plan_bind({inventory, {lent}, "now"}, {k_gpu}, "vfio-pci");
  EXPECT_EQ(std::get<KeepHold>(plan->steps.front()).hold.lent_to, "") << "it stays bound when the guest ends";
}

TEST(PlanLoan, IsOverWithTheEndOfTheGuest) {
  const auto inventory = machine("vfio-pci", "snd_hda_intel");
  auto lent = hold(k_gpu, "nvidia", "vm1");
  lent.lent_to = "vm1";
  const auto plan = plan_end_of_loan({inventory, {lent}, "now"}, "vm1", {k_gpu});
  EXPECT_EQ(std::get<KeepHold>(plan.steps.back()).hold.lent_to, "");
}

TEST(PlanUnbind, NamesWhatGivesASharedCardBack) {
  const auto inventory = machine("vfio-pci", "snd_hda_intel");
  const auto refused = plan_unbind({inventory, {shared_hold(k_gpu, "nvidia")}, "now"}, {k_gpu});
  ASSERT_FALSE(refused);
  EXPECT_THAT(describe(refused.error()), AllOf(HasSubstr("0000:01:00.0 belongs to vm1 and vm2"),
                                               HasSubstr("`gpupass detach vm1 0000:01:00.0` and `gpupass "
                                                         "detach vm2 0000:01:00.0` return it")));
}

TEST(PlanJson, AHoldOfSeveralDomainsComesBackAsItWas) {
  const auto shared = shared_hold(k_gpu, "nvidia");
  EXPECT_EQ(hold_from_json(to_json(shared)), shared);
}

TEST(PlanDetach, ADeviceThatSomebodyElsePutThereIsOnlyTakenOut) {
  const auto inventory = machine("nvidia", "snd_hda_intel");
  EXPECT_THAT(words(plan_detach({inventory, {}, "now"}, with_gpu(), {k_gpu}, templates())),
              ElementsAre("change the configuration of vm1"));
}

TEST(PlanDetach, WhileTheRunningGuestKeepsItTheCardStaysBound) {
  const auto inventory = machine("vfio-pci", "snd_hda_intel");
  auto running = with_gpu();
  running.state.running = true;
  running.live_xml = running.config_xml;  // change_live stays false: --config
  EXPECT_THAT(
      words(plan_detach({inventory, {hold(k_gpu, "nvidia", "vm1")}, "now"}, running, {k_gpu}, templates())),
      ElementsAre("change the configuration of vm1"));
}

TEST(PlanDetach, WhatTheDomainDoesNotHaveIsNoStep) {
  const auto inventory = machine("nvidia", "snd_hda_intel");
  const auto plan = plan_detach({inventory, {}, "now"}, stopped(), {k_gpu}, templates());
  EXPECT_THAT(words(plan), testing::IsEmpty());
}

TEST(PlanJson, APlanComesBackAsItWas) {
  const auto inventory = machine("nvidia", "snd_hda_intel");
  const auto plan = plan_attach({inventory, {}, "now"}, stopped(), {k_gpu, k_audio}, templates());
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan_from_json(to_json(*plan)), *plan);
  EXPECT_EQ(plan_from_json(R"({"command":"x"})").error().kind, ErrorKind::invalid);
}

TEST(PlanJson, FilesComeBackAsTheyWere) {
  const SetFiles step{"bind it at boot",
                      {{"/etc/a", "one\ntwo", 0755}, {"/etc/b", "", 0644}, {"/etc/c", std::nullopt, 0600}},
                      {"grubby", "--args=a b"},
                      {"grubby", "--remove-args=a b"}};
  const Plan plan{"bind it at boot", Direction::give_back, "", {k_gpu}, {step}};
  EXPECT_EQ(plan_from_json(to_json(plan)), plan);
  EXPECT_EQ(files_from_json(to_json(step.files)), step.files);
}

TEST(PlanWords, EveryStepSaysWhatItDoesAndWhatUndoesIt) {
  const std::vector<Step> steps = {
      LoadModule{"vfio-pci"},
      SetDriverOverride{k_gpu, "vfio-pci"},
      Unbind{k_gpu, "nvidia"},
      ProbeDriver{k_gpu, "vfio-pci"},
      DefineDomain{"vm1", "", ""},
      AttachLive{"vm1", k_gpu, ""},
      DetachLive{"vm1", k_gpu, ""},
      KeepHold{hold(k_gpu, "nvidia", "vm1")},
      DropHold{k_gpu},
      SetFiles{"bind it at boot", {{"/etc/a", "text", 0644}}, {"update-a"}, {"update-a"}}};
  std::set<std::string> seen;
  for (const auto& step : steps) {
    EXPECT_TRUE(seen.insert(describe(step)).second) << describe(step);
    EXPECT_NE(describe(step), describe_undo(step));
  }
}

NewGuest new_guest() {
  return {"/images/vm1",
          {"/images/vm1/disk.qcow2", "/cloud.raw", "raw", 1U << 30U},
          {"/images/vm1/seed.iso", "", "", "", {}, ""},
          k_q35};
}

/// Nothing names a file or a card before it is ready.
TEST(PlanCreate, MakesFilesThenBindsThenDefines) {
  const auto inventory = machine("nvidia", "snd_hda_intel");
  auto domain = stopped();
  domain.change_config = false;
  const auto plan = plan_create({inventory, {}, "now"}, domain, {k_gpu, k_audio}, new_guest(), templates());
  const auto lines = words(plan);
  ASSERT_EQ(lines.size(), 14U);
  EXPECT_EQ(lines[0], "make the folder /images/vm1");
  EXPECT_EQ(lines[1], "make /images/vm1/disk.qcow2 over /cloud.raw (raw, 1 GiB)");
  EXPECT_EQ(lines[3], "let QEMU pass through /images/vm1");
  EXPECT_THAT(lines[4], HasSubstr("remember 0000:01:00.0 for vm1"));
  EXPECT_EQ(lines[12], "bind 0000:01:00.1 to vfio-pci");
  EXPECT_EQ(lines[13], "define vm1");
  const auto& define = std::get<DefineDomain>(plan->steps.back());
  EXPECT_EQ(define.before, "");
  EXPECT_EQ(hostdev_functions(define.after), (std::vector{k_gpu, k_audio}));
}

/// What nothing brings back comes last.
TEST(PlanDelete, ReturnsUndefinesAndRemoves) {
  const auto inventory = machine("vfio-pci", "vfio-pci");
  const auto plan = plan_delete({inventory, {hold(k_gpu, "nvidia", "vm1")}, "now"}, stopped(),
                                {k_gpu, k_audio}, {"/images/vm1/disk.qcow2", "/images/vm1/seed.iso"});
  EXPECT_EQ(plan.direction, Direction::give_back);
  const auto lines = words(plan);
  EXPECT_THAT(lines, testing::Contains("bind 0000:01:00.0 to nvidia"));
  EXPECT_THAT((std::vector(lines.end() - 4, lines.end())),
              ElementsAre("undefine vm1", "remove /images/vm1/disk.qcow2", "remove /images/vm1/seed.iso",
                          "remove the folder /images/vm1, if it is empty"));
}

TEST(PlanRun, StartsTheDomainOnceItHasTheCard) {
  const auto inventory = machine("nvidia", "snd_hda_intel");
  auto attach = plan_attach({inventory, {}, "now"}, stopped(), {k_gpu}, templates());
  const auto plan = plan_run(*std::move(attach), {"vm1", {k_gpu}, 60, true});
  EXPECT_EQ(words(plan).back(), "start vm1");
  EXPECT_EQ(describe_undo(plan.steps.back()), "shut vm1 down, or end it after 60 s");
}

}  // namespace
}  // namespace gpupass
