// SPDX-License-Identifier: GPL-2.0-or-later
// A dry run promises no more than the run: on each machine of this folder, made alive, both end with the same
// status, and a run that is refused leaves the machine as it was.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "cli/run.hpp"
#include "core/text.hpp"
#include "gpupass/hold.hpp"
#include "gpupass/inventory.hpp"
#include "gpupass/journal.hpp"
#include "support/fake_hypervisor.hpp"
#include "support/fake_kernel.hpp"
#include "support/golden.hpp"
#include "support/shared_hypervisor.hpp"

namespace gpupass {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

constexpr const char* k_domain =
    "<domain type='kvm'><name>vm1</name><os><type arch='x86_64' machine='q35'>hvm</type></os>"
    "<devices><controller type='pci' index='0' model='pcie-root'/></devices></domain>";

/// A copy of a machine, whose kernel binds and unbinds as a real one does.
class Alive {
 public:
  explicit Alive(const std::string& machine) {
    fs::copy(
        test::fixture(fs::path("hosts") / machine / "root"), tree_.root(),
        fs::copy_options::recursive | fs::copy_options::copy_symlinks | fs::copy_options::overwrite_existing);
    kernel_.emplace(tree_);
    kernel_->add_driver("vfio-pci");
    inventory_ = discover(*kernel_, {.holders = false}).value();
    for (const auto& device : inventory_.devices) {
      const auto address = to_string(device.address);
      if (device.driver) kernel_->add_driver(*device.driver).prefer(address, *device.driver);
      const auto override = "/sys/bus/pci/devices/" + address + "/driver_override";
      if (!kernel_->exists(override)) tree_.file(override, "(null)\n");
    }
  }

  struct Said {
    int status = 0;
    std::string text;
  };

  Said run(const Words& words) {
    std::istringstream in;
    std::ostringstream out;
    cli::Terminal terminal{in, out, out, false, false, 200};
    const auto connect = [this](const std::string&,
                                std::chrono::milliseconds) -> Result<std::unique_ptr<Hypervisor>> {
      return std::make_unique<test::SharedHypervisor>(libvirt_, no_others_);
    };
    cli::Context context{*kernel_, terminal, connect, test::source(), "fake:///"};
    for (const auto& command : cli::commands()) {
      if (words.front() != command.name) continue;
      const int status = cli::run_command(context, command, {words.begin() + 1, words.end()});
      return {status, out.str()};
    }
    ADD_FAILURE() << "there is no command " << words.front();
    return {};
  }

  /// Whatever gpupass may change.
  [[nodiscard]] std::string state() const {
    std::string text = libvirt_.config();
    for (const auto& device : inventory_.devices) {
      const auto address = to_string(device.address);
      text += address + " " + kernel_->driver(address) + " " +
              kernel_->attribute("/sys/bus/pci/devices/" + address + "/driver_override").value_or("-") + "\n";
    }
    for (const auto& hold : load_holds(*kernel_).value()) text += to_json(hold) + "\n";
    return text + std::to_string(load_journals(*kernel_)->size());
  }

  [[nodiscard]] const Inventory& inventory() const { return inventory_; }

 private:
  test::Tree tree_;
  std::optional<test::FakeKernel> kernel_;
  Inventory inventory_;
  test::FakeHypervisor libvirt_{"vm1", k_domain, ""};
  std::map<std::string, std::string> no_others_;
};

/// One endpoint of each kind that the machine has: by class and driver.
std::vector<std::string> one_of_each_kind(const Inventory& inventory) {
  std::map<std::pair<std::uint32_t, std::string>, std::string> kinds;
  for (const auto& device : inventory.devices) {
    if (device.header_type == HeaderType::bridge && !device.is_gpu()) continue;
    kinds.emplace(std::pair(device.class_code, device.driver.value_or("")), to_string(device.address));
  }
  std::vector<std::string> addresses;
  for (const auto& [kind, address] : kinds) addresses.push_back(address);
  return addresses;
}

class DryRun : public testing::TestWithParam<std::string> {};

TEST_P(DryRun, EndsAsTheRun) {
  Alive machine(GetParam());
  std::size_t refused = 0, done = 0;
  const auto both = [&](const Words& words) {
    auto dry = words;
    dry.emplace_back("--dry-run");
    const auto before = machine.state();
    const auto looked = machine.run(dry);
    EXPECT_EQ(machine.state(), before) << "a dry run of " << testing::PrintToString(words) << looked.text;
    const auto did = machine.run(words);
    EXPECT_EQ(looked.status, did.status)
        << testing::PrintToString(words) << "\ndry run: " << looked.text << "\nrun: " << did.text;
    if (did.status != 0) EXPECT_EQ(machine.state(), before) << testing::PrintToString(words) << did.text;
    ++(did.status == 0 ? done : refused);
  };
  for (const auto& address : one_of_each_kind(machine.inventory())) {
    const auto before = machine.state();
    for (const auto* const consent : {"", "--yes"}) {
      const auto with_consent = [&](Words words) {
        if (*consent != '\0') words.emplace_back(consent);
        return words;
      };
      for (const auto& words : std::vector<Words>{{"attach", "vm1", address},
                                                  {"detach", "vm1", address},
                                                  {"bind", address},
                                                  {"unbind", address},
                                                  {"bind", address, "--only"},
                                                  {"attach", "vm1", address, "--only"},
                                                  {"detach", "vm1", "--all"},
                                                  {"unbind", "--all"},
                                                  {"bind", address, "--persist"},
                                                  {"unbind", address, "--persist"}})
        both(with_consent(words));
    }
    // The domain keeps its spare ports.
    const auto devices = [](const std::string& state) { return state.substr(state.find("</domain>")); };
    EXPECT_EQ(devices(machine.state()), devices(before)) << address << " is back";
  }
  std::cout << GetParam() << ": " << done << " done, " << refused << " refused\n";
}

std::vector<std::string> machines() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(test::source("/tests/hosts"))) {
    const auto has = [&](const char* name) { return fs::exists(entry.path() / name); };
    if (has("machine") || has("root.tar.gz")) names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

INSTANTIATE_TEST_SUITE_P(Machines, DryRun, testing::ValuesIn(machines()), [](const auto& machine) {
  auto name = machine.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace gpupass
