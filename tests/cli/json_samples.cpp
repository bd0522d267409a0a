// SPDX-License-Identifier: GPL-2.0-or-later
// Writes what commands that change something print with --format json, on a kernel and a libvirt that answer
// as the real ones do: a file each, for schema_test.py.
//
//   json-samples FOLDER
//
// A file is called COMMAND.WHAT.json, or COMMAND_ACTION.WHAT.json.
#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

#include "gpupass/cli/run.hpp"
#include "gpupass/holds.hpp"
#include "support/command.hpp"
#include "support/desktop.hpp"
#include "support/fake_hypervisor.hpp"
#include "support/fake_kernel.hpp"
#include "support/golden.hpp"
#include "support/gpu_host.hpp"
#include "support/shared_hypervisor.hpp"

namespace gpupass {
namespace {

const char* const k_nic = "0000:02:00.0";
const char* const k_update = "/usr/sbin/update-initramfs";
const char* const k_domain =
    "<domain type='kvm'><name>vm1</name><os><type arch='x86_64' machine='q35'>hvm</type></os>"
    "<devices><controller type='pci' index='0' model='pcie-root'/></devices></domain>";

const char* const k_with_card =
    "<domain type='kvm'><name>vm2</name><devices><hostdev mode='subsystem' type='pci' managed='yes'><source>"
    "<address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></source></hostdev></devices></domain>";

/// A desktop with one card, whose domains get it.
void add_desktop(test::Tree& tree, test::FakeKernel& kernel) {
  test::PciTree pci(tree.root());
  test::add_card(pci);
  pci.add({.address = k_nic, .bus = "pci0000:02", .driver = "igb", .group = 2});
  test::add_passthrough_kernel(tree);
  tree.file("/lib/systemd/systemd").dir("/etc/initramfs-tools").file("/etc/default/grub", "GRUB_TIMEOUT=5\n");
  for (const auto* const driver : {"nvidia", "snd_hda_intel", "igb", "vfio-pci"}) kernel.add_driver(driver);
  kernel.prefer(test::k_gpu, "nvidia").prefer(test::k_audio, "snd_hda_intel").prefer(k_nic, "igb");
  kernel.add_program(k_update);
}

/// A machine whose cards containers have.
void add_gpus(test::Tree& tree, test::FakeKernel& /*kernel*/) {
  test::add_gpu_host(tree);
  tree.file("/var/lib/lxc/web/config", "lxc.uts.name = web\n");
  const std::string id(64, 'a');
  tree.file("/proc/70/comm", "python3\n").file("/proc/70/cgroup", "0::/docker/" + id + "\n");
  tree.link("/proc/70/fd/3", "/dev/nvidia0");
  tree.file("/etc/cdi/broken.json", "{");
}

class Samples {
 public:
  Samples(std::string folder, void (*fill)(test::Tree&, test::FakeKernel&)) : folder_(std::move(folder)) {
    fill(tree_, kernel_);
  }

  /// The command must end with this status.
  void write(const std::string& what, std::vector<std::string> words, int expected = 0) {
    const bool has_actions =
        words.front() == "container" || words.front() == "guest" || words.front() == "hook";
    const auto name = fmt::format("{}{}.{}", words.front(), has_actions ? "_" + words[1] : "", what);
    words.insert(words.end(), {"--format", "json"});
    const auto connect = [this](const std::string&,
                                std::chrono::milliseconds) -> Result<std::unique_ptr<Hypervisor>> {
      return std::make_unique<test::SharedHypervisor>(libvirt_, others_);
    };
    const auto said = test::run_line({kernel_, connect, test::source(), "fake:///"}, words, {.columns = 80});
    if (said.status != expected) {
      std::cerr << fmt::format("{}: status {}, not {}\n{}{}", name, said.status, expected, said.out,
                               said.err);
      std::exit(1);
    }
    std::ofstream(folder_ + "/" + name + ".json") << said.out;
  }

  test::FakeKernel& kernel() { return kernel_; }
  void hold_mediated() {
    Hold hold;
    hold.device = MediatedDevice{"4b20d080-1b54-4048-85b3-a6a62d165c01"};
    hold.owners = {job("one")};
    hold.since = "2026-11-22T12:35:21Z";
    if (!save_hold(kernel_, hold)) std::exit(1);
  }
  void others(const std::string& name, const std::string& xml) { others_[name] = xml; }
  void undefine(const std::string& name) { others_.erase(name); }

 private:
  std::string folder_;
  test::Tree tree_;
  test::FakeKernel kernel_{tree_};
  test::FakeHypervisor libvirt_{"vm1", k_domain, ""};
  std::map<std::string, std::string> others_;
};

void write_all(Samples& samples) {
  samples.write("dry-run", {"attach", "vm1", "01:00", "--dry-run"});
  samples.write("done", {"attach", "vm1", "01:00"});
  samples.write("again", {"attach", "vm1", "01:00"});
  samples.write("attached", {"list"});
  samples.write("attached", {"doctor"}, 1);
  samples.write("attached", {"status"});
  samples.write("dry-run", {"detach", "vm1", "01:00", "--dry-run"});
  samples.write("done", {"detach", "vm1", "01:00"});
  samples.write("again", {"detach", "vm1", "--all"});
  samples.others("vm2", k_with_card);
  samples.write("shared-dry-run", {"attach", "vm1", "01:00", "--shared", "--dry-run"});
  samples.write("shared", {"attach", "vm1", "01:00", "--shared"});
  samples.write("shared", {"status"});
  samples.write("shared-stays", {"detach", "vm1", "01:00"});
  samples.undefine("vm2");
  samples.write("of-nobody", {"unbind", "01:00"});
  samples.write("dry-run", {"bind", k_nic, "--dry-run"});
  samples.write("done", {"bind", k_nic});
  samples.write("again", {"bind", k_nic});
  samples.write("bound", {"status"});
  samples.write("dry-run", {"unbind", "--all", "--dry-run"});
  samples.write("done", {"unbind", "--all"});
  samples.write("again", {"unbind", k_nic});
  samples.write("for-dry-run", {"bind", k_nic, "--for", "slurm:4711", "--dry-run"});
  samples.write("for", {"bind", k_nic, "--for", "slurm:4711"});
  samples.write("for", {"status"});
  samples.write("for", {"unbind", "--for", "slurm:4711"});
  samples.write("at-boot-dry-run", {"bind", k_nic, "--persist", "--apply", "--now", "--dry-run"});
  samples.write("at-boot-remaining", {"bind", k_nic, "--persist"});
  samples.write("at-boot", {"bind", k_nic, "--persist", "--apply"});
  samples.write("at-boot", {"status"});
  samples.write("at-boot", {"unbind", "--all", "--persist", "--apply"});
  samples.hold_mediated();
  samples.write("mediated", {"status"});
  samples.write("nothing", {"recover"});
  samples.write("error-not-found", {"attach", "vm9", "01:00"}, 3);
  samples.write("error-usage", {"bind"}, 2);
  samples.write("none", {"guest", "list"});
  samples.write("dry-run", {"hook", "install", "--dry-run"});
  samples.write("done", {"hook", "install"});
  samples.write("again", {"hook", "install"});
  samples.write("done", {"hook", "uninstall"});

  samples.kernel().block_unbind("nvidia", test::k_gpu);
  samples.write("error-stuck", {"attach", "vm1", "01:00", "--timeout", "1"}, 7);
  samples.write("stuck", {"status"});
  samples.write("stuck", {"recover", "--timeout", "1"}, 7);
  samples.kernel().release(test::k_gpu);
  samples.write("dry-run", {"recover", "--dry-run"});
  samples.write("done", {"recover"});
  samples.kernel().block_unbind("nvidia", test::k_gpu);
  samples.write("error-stuck-again", {"attach", "vm1", "01:00", "--timeout", "1"}, 7);
  samples.kernel().release(test::k_gpu);
  samples.write("forget", {"recover", "--forget"});
}

void write_containers(Samples& samples) {
  samples.write("none", {"container", "list"});
  samples.write("dry-run", {"container", "write", "--dry-run"});
  samples.write("done", {"container", "write"});
  samples.write("again", {"container", "write"});
  samples.write("described", {"container", "list"});
  samples.write("containers", {"doctor", "--container"});
  samples.write("explained", {"doctor", "--explain", "Failed to initialize NVML: Unknown Error"});
  samples.write("done", {"container", "attach", "lxc:web", "01:00.0"});
  samples.write("attached", {"container", "list"});
  samples.write("done", {"container", "detach", "lxc:web"});
  samples.write("done", {"container", "remove"});
}

}  // namespace
}  // namespace gpupass

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: json-samples FOLDER\n";
    return 2;
  }
  gpupass::Samples samples(argv[1], gpupass::add_desktop);
  gpupass::write_all(samples);
  gpupass::Samples containers(argv[1], gpupass::add_gpus);
  gpupass::write_containers(containers);
  return 0;
}
