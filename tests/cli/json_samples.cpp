// SPDX-License-Identifier: GPL-2.0-or-later
// Writes what commands that change something print with --format json, on a kernel and a libvirt that answer
// as the real ones do: a file each, for schema_test.py.
//
//   json-samples FOLDER
#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

#include "cli/run.hpp"
#include "support/desktop.hpp"
#include "support/fake_hypervisor.hpp"
#include "support/fake_kernel.hpp"
#include "support/golden.hpp"
#include "support/shared_hypervisor.hpp"

namespace gpupass {
namespace {

const char* const k_nic = "0000:02:00.0";
const char* const k_update = "/usr/sbin/update-initramfs";
const char* const k_domain =
    "<domain type='kvm'><name>vm1</name><os><type arch='x86_64' machine='q35'>hvm</type></os>"
    "<devices><controller type='pci' index='0' model='pcie-root'/></devices></domain>";

class Samples {
 public:
  explicit Samples(std::string folder) : folder_(std::move(folder)) {
    test::PciTree pci(tree_.root());
    test::add_card(pci);
    pci.add({.address = k_nic, .driver = "igb", .group = 2});
    test::add_passthrough_kernel(tree_);
    tree_.file("/lib/systemd/systemd")
        .dir("/etc/initramfs-tools")
        .file("/etc/default/grub", "GRUB_TIMEOUT=5\n");
    for (const auto* const driver : {"nvidia", "snd_hda_intel", "igb", "vfio-pci"})
      kernel_.add_driver(driver);
    kernel_.prefer(test::k_gpu, "nvidia").prefer(test::k_audio, "snd_hda_intel").prefer(k_nic, "igb");
    kernel_.add_program(k_update);
  }

  /// The command must end with this status.
  void write(const std::string& name, std::vector<std::string> words, int expected = 0) {
    words.insert(words.end(), {"--format", "json"});
    std::istringstream in;
    std::ostringstream out, err;
    cli::Terminal terminal{in, out, err, false, false, 80};
    const auto connect = [this](const std::string&,
                                std::chrono::milliseconds) -> Result<std::unique_ptr<Hypervisor>> {
      return std::make_unique<test::SharedHypervisor>(libvirt_, others_);
    };
    cli::Context context{kernel_, terminal, connect, test::source(), "fake:///"};
    for (const auto& command : cli::commands()) {
      if (words.front() != command.name) continue;
      const int status = cli::run_command(context, command, {words.begin() + 1, words.end()});
      if (status != expected) {
        std::cerr << fmt::format("{}: status {}, not {}\n{}{}", name, status, expected, out.str(), err.str());
        std::exit(1);
      }
    }
    std::ofstream(folder_ + "/" + name + ".json") << out.str();
  }

  test::FakeKernel& kernel() { return kernel_; }
  void others(const std::string& name, const std::string& xml) { others_[name] = xml; }

 private:
  std::string folder_;
  test::Tree tree_;
  test::FakeKernel kernel_{tree_};
  test::FakeHypervisor libvirt_{"vm1", k_domain, ""};
  std::map<std::string, std::string> others_;
};

void write_all(Samples& samples) {
  samples.write("attach-dry-run", {"attach", "vm1", "01:00", "--dry-run"});
  samples.write("attach", {"attach", "vm1", "01:00"});
  samples.write("attach-again", {"attach", "vm1", "01:00"});
  samples.write("list-attached", {"list"});
  samples.write("doctor-attached", {"doctor"}, 1);
  samples.write("status-attached", {"status"});
  samples.write("detach-dry-run", {"detach", "vm1", "01:00", "--dry-run"});
  samples.write("detach", {"detach", "vm1", "01:00"});
  samples.write("detach-again", {"detach", "vm1", "--all"});
  samples.write("bind-dry-run", {"bind", k_nic, "--dry-run"});
  samples.write("bind", {"bind", k_nic});
  samples.write("status-bound", {"status"});
  samples.write("unbind", {"unbind", "--all"});
  samples.write("bind-at-boot-dry-run", {"bind", k_nic, "--persist", "--apply", "--now", "--dry-run"});
  samples.write("bind-at-boot-remaining", {"bind", k_nic, "--persist"});
  samples.write("bind-at-boot", {"bind", k_nic, "--persist", "--apply"});
  samples.write("status-at-boot", {"status"});
  samples.write("unbind-at-boot", {"unbind", "--all", "--persist", "--apply"});
  samples.write("recover-nothing", {"recover"});
  samples.write("error-not-found", {"attach", "vm9", "01:00"}, 3);
  samples.write("error-usage", {"bind"}, 2);
  samples.write("guests", {"guest", "list"});

  samples.kernel().block_unbind("nvidia", test::k_gpu);
  samples.write("error-stuck", {"attach", "vm1", "01:00", "--timeout", "1"}, 7);
  samples.write("status-stuck", {"status"});
  samples.write("recover-stuck", {"recover", "--timeout", "1"}, 7);
  samples.kernel().release(test::k_gpu);
  samples.write("recover-dry-run", {"recover", "--dry-run"});
  samples.write("recover", {"recover"});
}

}  // namespace
}  // namespace gpupass

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: json-samples FOLDER\n";
    return 2;
  }
  gpupass::Samples samples(argv[1]);
  gpupass::write_all(samples);
  return 0;
}
