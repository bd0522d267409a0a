// SPDX-License-Identifier: GPL-2.0-or-later
// A kernel made of a directory tree: writes to unbind, driver_override and drivers_probe move links
// as the real one does, and are refused, swallowed or never returned from as by the real one.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "gpupass/host.hpp"
#include "gpupass/pci_address.hpp"
#include "support/tree.hpp"

namespace gpupass::test {

class FakeKernel : public Host {
 public:
  /// The tree must outlive it.
  explicit FakeKernel(Tree& tree);

  // ---- setting the machine up -------------------------------------------------------------
  FakeKernel& add_driver(const std::string& driver);
  /// A function with its attributes; an empty driver leaves it unbound.
  FakeKernel& add_device(const std::string& address, const std::string& driver);
  /// A program that is there, and ends with this status. diff(1) is always there, and is the real one.
  FakeKernel& add_program(const std::string& path, int status = 0);
  /// Which driver takes a device when nothing overrides it: by default the one it was added with.
  FakeKernel& prefer(const std::string& address, const std::string& driver);

  // ---- how it misbehaves ------------------------------------------------------------------
  /// The next write to this path fails with this errno.
  FakeKernel& refuse(const std::string& path, int error_number);
  /// This driver's probe fails for the device: drivers_probe swallows that.
  FakeKernel& reject_probe(const std::string& driver, const std::string& address);
  FakeKernel& accept_probe(const std::string& driver, const std::string& address);
  /// The device's driver lets go of it by itself.
  void give_up(const std::string& address) { unbind(address); }
  /// Unbinding from this driver does not return; the driver link is removed at once nevertheless.
  FakeKernel& block_unbind(const std::string& driver, const std::string& address);
  /// This driver's probe of the device does not return; the driver link appears at once nevertheless.
  FakeKernel& block_probe(const std::string& driver, const std::string& address);
  /// What blocked returns.
  void release(const std::string& address);

  // ---- what was seen ----------------------------------------------------------------------
  /// Every write, "PATH <- TEXT", in order.
  [[nodiscard]] const std::vector<std::string>& writes() const { return writes_; }
  [[nodiscard]] const std::vector<std::string>& programs() const { return programs_; }
  /// Called before each write; a test throws from here to be a power cut.
  std::function<void(std::size_t count)> before_write;
  /// The same before each program, with its command line.
  std::function<void(const std::string& line)> before_program;

  /// Programs besides modprobe: what they do, or nothing if there is no such program.
  std::function<std::optional<ProgramEnd>(const Program& program)> on_run;

  /// What is about to change something: a write to a kernel file, a program, a file of the host, a lock.
  /// `text` is what is to be written.
  struct Change {
    std::string what;  // "append /var/lib/gpupass/journal/x.jsonl", "kernel /sys/…", "run modprobe vfio-pci"
    std::string path, text;
  };
  /// Before it: an errno to fail with (ECHILD: a program ends with 1), 0 to go on; a test throws from here to
  /// be a power cut.
  std::function<int(const Change& change)> before_change;
  /// After it was done: an errno that reports a failure nevertheless.
  std::function<int(const Change& change)> after_change;
  /// Files that an ordinary user could change.
  std::set<std::string> writable_by_others;

  [[nodiscard]] Result<void> write_file(const std::string& path, const std::string& text,
                                        mode_t mode) override;
  [[nodiscard]] Result<void> write_output(const std::string& file, const std::string& text) override;
  [[nodiscard]] Result<void> append_line(const std::string& path, const std::string& line) override;
  [[nodiscard]] Result<void> remove_file(const std::string& path) override;
  [[nodiscard]] Result<void> rename_file(const std::string& path, const std::string& name) override;
  [[nodiscard]] Result<void> only_root_can_write(const std::string& path) const override;
  [[nodiscard]] Result<WriteEnd> write(const KernelWrite& request) override;
  [[nodiscard]] Result<ProgramEnd> run(const Program& program) override;
  [[nodiscard]] std::vector<Result<std::string>> guarded_attributes(
      const std::vector<std::string>& paths, std::chrono::milliseconds timeout) const override;
  [[nodiscard]] std::chrono::system_clock::time_point now() const override;
  [[nodiscard]] std::optional<Unfinished> look_at(pid_t pid) const override;
  /// A kernel that makes virtual machines.
  [[nodiscard]] KvmProbe probe_kvm() const override { return {true, true, 12, true, "", false}; }

  [[nodiscard]] std::string driver(const std::string& address) const;

 private:
  template <class Outcome>
  [[nodiscard]] Outcome around(const Change& change, const std::function<Outcome()>& work);
  [[nodiscard]] Result<WriteEnd> answer(const KernelWrite& request);
  [[nodiscard]] Result<ProgramEnd> answer(const Program& program);
  [[nodiscard]] std::string override_of(const std::string& address) const;
  void bind(const std::string& address, const std::string& driver);
  void unbind(const std::string& address);
  [[nodiscard]] int probe(const std::string& address);

  Tree& tree_;
  std::map<std::string, std::string> preferred_;
  std::map<std::string, int> refusals_;
  std::set<std::pair<std::string, std::string>> rejected_, blocked_, blocked_probes_;
  std::set<std::string> stuck_;
  std::map<std::string, int> ends_;
  std::vector<std::string> writes_, programs_;
};

}  // namespace gpupass::test
