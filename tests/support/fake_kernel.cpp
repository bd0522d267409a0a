// SPDX-License-Identifier: GPL-2.0-or-later
#include "support/fake_kernel.hpp"

#include <fmt/format.h>

#include <gtest/gtest.h>
#include <cerrno>
#include <type_traits>

#include "gpupass/core/text.hpp"
#include "gpupass/sys/fd.hpp"

namespace gpupass::test {
namespace {

constexpr pid_t k_stuck_pid = 4242;

std::string device_path(const std::string& address) {
  return "/sys/bus/pci/devices/" + address;
}

std::string driver_path(const std::string& driver) {
  return "/sys/bus/pci/drivers/" + driver;
}

}  // namespace

FakeKernel::FakeKernel(Tree& tree) : Host(tree.root(), Alive::yes), tree_(tree) {
  tree_.file("/proc/sys/kernel/random/boot_id", "b00t\n").file("/sys/bus/pci/drivers_probe");
  tree_.dir("/sys/bus/pci/devices").dir("/sys/bus/pci/drivers").dir("/sys/module");
}

FakeKernel& FakeKernel::add_driver(const std::string& driver) {
  tree_.file(driver_path(driver) + "/bind").file(driver_path(driver) + "/unbind");
  return *this;
}

FakeKernel& FakeKernel::add_device(const std::string& address, const std::string& driver) {
  tree_.file(device_path(address) + "/driver_override", "(null)\n");
  tree_.file(device_path(address) + "/vendor", "0x10de\n").file(device_path(address) + "/device", "0x2330\n");
  if (!driver.empty()) {
    add_driver(driver);
    bind(address, driver);
    preferred_[address] = driver;
  }
  return *this;
}

FakeKernel& FakeKernel::add_program(const std::string& path, int status) {
  tree_.file(path);
  ends_[path] = status;
  return *this;
}

FakeKernel& FakeKernel::prefer(const std::string& address, const std::string& driver) {
  preferred_[address] = driver;
  return *this;
}

FakeKernel& FakeKernel::refuse(const std::string& path, int error_number) {
  refusals_[path] = error_number;
  return *this;
}

FakeKernel& FakeKernel::reject_probe(const std::string& driver, const std::string& address) {
  rejected_.emplace(driver, address);
  return *this;
}

FakeKernel& FakeKernel::accept_probe(const std::string& driver, const std::string& address) {
  rejected_.erase({driver, address});
  return *this;
}

FakeKernel& FakeKernel::block_unbind(const std::string& driver, const std::string& address) {
  blocked_.emplace(driver, address);
  return *this;
}

FakeKernel& FakeKernel::block_probe(const std::string& driver, const std::string& address) {
  blocked_probes_.emplace(driver, address);
  return *this;
}

void FakeKernel::release(const std::string& address) {
  stuck_.erase(address);
  std::erase_if(blocked_probes_, [&](const auto& entry) { return entry.second == address; });
  std::erase_if(blocked_, [&](const auto& entry) { return entry.second == address; });
}

std::string FakeKernel::driver(const std::string& address) const {
  return link_name(device_path(address) + "/driver").value_or("");
}

std::string FakeKernel::override_of(const std::string& address) const {
  const auto text = attribute(device_path(address) + "/driver_override").value_or("(null)");
  return text == "(null)" ? "" : text;
}

void FakeKernel::bind(const std::string& address, const std::string& driver) {
  namespace fs = std::filesystem;
  const fs::path device = resolve(device_path(address)).value_or(device_path(address));
  const fs::path to = driver_path(driver);
  tree_.link(device_path(address) + "/driver", to.lexically_relative(device).string());
  tree_.link((to / address).string(), device.lexically_relative(to).string());
}

void FakeKernel::unbind(const std::string& address) {
  tree_.remove(driver_path(driver(address)) + "/" + address).remove(device_path(address) + "/driver");
}

/// As drivers_probe: 0 for a device that is bound, for one that nobody takes, and when a driver's
/// probe fails.
int FakeKernel::probe(const std::string& address) {
  if (!exists(device_path(address))) return ENODEV;
  if (!driver(address).empty()) return 0;
  const auto only = override_of(address);
  const auto candidate = only.empty() ? preferred_[address] : only;
  if (candidate.empty() || !exists(driver_path(candidate))) return 0;
  if (!rejected_.contains({candidate, address})) bind(address, candidate);
  return 0;
}

namespace {

/// ECHILD: the program ran, and ended with 1.
template <class Outcome>
Outcome ended_with(const FakeKernel::Change& change, int error) {
  if constexpr (std::is_same_v<Outcome, Result<ProgramEnd>>) {
    if (error == ECHILD) return ProgramEnd{1, "", "it said no"};
  }
  return Failure(sys::errno_error(change.what, error));
}

}  // namespace

template <class Outcome>
Outcome FakeKernel::around(const Change& change, const std::function<Outcome()>& work) {
  if (before_change) {
    if (const int error = before_change(change); error != 0) return ended_with<Outcome>(change, error);
  }
  auto done = work();
  if (done && after_change) {
    if (const int error = after_change(change); error != 0) return ended_with<Outcome>(change, error);
  }
  return done;
}

Result<void> FakeKernel::write_file(const std::string& path, const std::string& text, mode_t mode) {
  return around<Result<void>>({"write " + path, path, text},
                              [&] { return Host::write_file(path, text, mode); });
}

Result<void> FakeKernel::write_output(const std::string& file, const std::string& text) {
  const auto root = tree_.root().string();
  const auto path = file.starts_with(root) ? file.substr(root.size()) : file;
  return around<Result<void>>({"write " + path, path, text}, [&] { return Host::write_output(file, text); });
}

Result<void> FakeKernel::append_line(const std::string& path, const std::string& line) {
  return around<Result<void>>({"append " + path, path, line + "\n"},
                              [&] { return Host::append_line(path, line); });
}

Result<void> FakeKernel::remove_file(const std::string& path) {
  return around<Result<void>>({"remove " + path, path, ""}, [&] { return Host::remove_file(path); });
}

Result<void> FakeKernel::rename_file(const std::string& path, const std::string& name) {
  return around<Result<void>>({"rename " + path, path, ""}, [&] { return Host::rename_file(path, name); });
}

Result<void> FakeKernel::only_root_can_write(const std::string& path) const {
  if (!writable_by_others.contains(path)) return {};
  return fail(ErrorKind::refused, path + " would be run by root, but an ordinary user can change it");
}

Result<WriteEnd> FakeKernel::write(const KernelWrite& request) {
  return around<Result<WriteEnd>>({"kernel " + request.path, request.path, request.text},
                                  [&] { return answer(request); });
}

Result<ProgramEnd> FakeKernel::run(const Program& program) {
  std::string line = "run";
  for (const auto& word : program.argv) line += " " + word;
  return around<Result<ProgramEnd>>({line, "", ""}, [&] { return answer(program); });
}

Result<WriteEnd> FakeKernel::answer(const KernelWrite& request) {
  if (before_write) before_write(writes_.size());
  const std::string text(core::trim(request.text));
  writes_.push_back(request.path + " <- " + text);
  const auto end = [&](int error_number) -> Result<WriteEnd> {
    if (error_number == 0) return WriteEnd{};
    return Failure(sys::errno_error(fmt::format("write '{}' to {}", text, request.path), error_number));
  };
  if (const auto refusal = refusals_.find(request.path); refusal != refusals_.end()) {
    const int error_number = refusal->second;
    refusals_.erase(refusal);
    return end(error_number);
  }
  if (!exists(request.path)) return end(ENOENT);
  for (const auto& address : stuck_) {
    // The device's lock is held by whoever does not return: this one does not either.
    if (request.path.starts_with(device_path(address) + "/")) return WriteEnd{look_at(k_stuck_pid)};
  }
  if (request.path.ends_with("/driver_override")) {
    tree_.file(request.path, text.empty() ? "(null)\n" : text + "\n");
    return end(0);
  }
  if (request.path == "/sys/bus/pci/drivers_probe") {
    const int error_number = probe(text);
    if (error_number != 0 || !blocked_probes_.contains({driver(text), text})) return end(error_number);
    stuck_.insert(text);
    return WriteEnd{look_at(k_stuck_pid)};
  }
  if (request.path.ends_with("/unbind")) {
    const auto from = std::filesystem::path(request.path).parent_path().filename().string();
    if (driver(text) != from) return end(ENODEV);
    unbind(text);
    if (!blocked_.contains({from, text})) return end(0);
    stuck_.insert(text);
    return WriteEnd{look_at(k_stuck_pid)};
  }
  ADD_FAILURE() << "nobody should write to " << request.path;
  return end(EACCES);
}

Result<ProgramEnd> FakeKernel::answer(const Program& program) {
  std::string line;
  for (const auto& word : program.argv) line += (line.empty() ? "" : " ") + word;
  if (before_program) before_program(line);
  programs_.push_back(line);
  if (program.argv.front() == "modprobe" && program.argv.size() == 2) {
    add_driver(program.argv[1]);
    return ProgramEnd{};
  }
  if (program.argv.front() == "modprobe" && program.argv[1] == "-r") {
    // It waits for the locks of all devices that the driver is at work on, and no signal ends that.
    for (const auto& [name, address] : blocked_probes_) {
      if (name == program.argv[2] && stuck_.contains(address))
        ADD_FAILURE() << line << " would never return: " << address << " is still in " << name << "'s probe";
    }
    // A driver that goes lets go of its devices.
    for (const auto& name : list(driver_path(program.argv[2])).value_or(std::vector<std::string>{})) {
      if (parse_pci_address(name)) unbind(name);
    }
    tree_.remove(driver_path(program.argv[2]));
    return ProgramEnd{};
  }
  if (program.argv.front() == "diff") return Host::run(program);
  if (const auto end = ends_.find(program.argv.front()); end != ends_.end())
    return ProgramEnd{end->second, "", end->second == 0 ? "" : "it said no"};
  if (on_run) {
    if (auto end = on_run(program)) return *std::move(end);
  }
  return fail(ErrorKind::not_found, "run " + program.argv.front() + ": No such file or directory");
}

std::vector<Result<std::string>> FakeKernel::guarded_attributes(const std::vector<std::string>& paths,
                                                                std::chrono::milliseconds timeout) const {
  std::vector<Result<std::string>> values;
  for (const auto& path : paths) {
    const auto device = std::filesystem::path(path).parent_path().filename().string();
    if (stuck_.contains(device)) {
      values.emplace_back(
          fail(ErrorKind::timeout, fmt::format("read {}: no answer in {} ms", path, timeout.count())));
    } else {
      values.push_back(attribute(path));
    }
  }
  return values;
}

std::chrono::system_clock::time_point FakeKernel::now() const {
  return std::chrono::system_clock::from_time_t(1795350921);  // 2026-11-22T12:35:21Z
}

std::optional<Unfinished> FakeKernel::look_at(pid_t pid) const {
  return Unfinished{pid, "D (disk sleep)", {"vfio_unregister_group_dev+0x11d/0x1b0 [vfio]"}};
}

}  // namespace gpupass::test
