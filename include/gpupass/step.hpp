// SPDX-License-Identifier: GPL-2.0-or-later
// The steps that plans are made of: plain values that say what must be so. How each is looked at, done and
// undone is in src/apply/steps, a file a kind.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "gpupass/error.hpp"
#include "gpupass/hold.hpp"
#include "gpupass/pci_address.hpp"

namespace gpupass {

// The closed set of steps. Each names what it acts on and what must be so afterwards; what was so
// before is found out, and journalled, when it is applied.

/// `modprobe NAME`. Undone by unloading it, if it was not loaded before.
struct LoadModule {
  std::string module;
  bool operator==(const LoadModule&) const = default;
};
/// Which driver alone may bind this device. Undone by writing the previous value.
struct SetDriverOverride {
  PciAddress device;
  std::string driver;  // empty: any driver may
  bool operator==(const SetDriverOverride&) const = default;
};
/// The driver lets go of the device; this can block for ever. Undone by aiming the override at that
/// driver and probing.
struct Unbind {
  PciAddress device;
  std::string driver;
  bool operator==(const Unbind&) const = default;
};
/// The kernel looks for a driver and must come up with this one. Undone by unbinding it.
struct ProbeDriver {
  PciAddress device;
  std::string driver;
  bool operator==(const ProbeDriver&) const = default;
};
/// A domain's persistent configuration changes from one text to another. Undone by defining the
/// first again, unless somebody changed it since.
struct DefineDomain {
  std::string domain;
  std::string before, after;
  bool operator==(const DefineDomain&) const = default;
};
/// A running guest gets a function. Undone by unplugging it.
struct AttachLive {
  std::string domain;
  PciAddress device;
  std::string hostdev_xml;
  bool operator==(const AttachLive&) const = default;
};
/// A running guest gives a function back: done when it is gone from the live XML. Undone by
/// plugging it in again.
struct DetachLive {
  std::string domain;
  PciAddress device;
  std::string hostdev_xml;
  bool operator==(const DetachLive&) const = default;
};
/// Writes down what gpupass has of a device. Undone by restoring what was written before.
struct KeepHold {
  Hold hold;
  bool operator==(const KeepHold&) const = default;
};
/// Forgets a device: it is as it was before gpupass came.
struct DropHold {
  PciAddress device;
  bool operator==(const DropHold&) const = default;
};
/// A file of the host as it is to be.
struct FileContent {
  std::string path;
  std::optional<std::string> text;  // nothing: there is to be no such file
  unsigned mode = 0644;             // of one that is written
  bool operator==(const FileContent&) const = default;
};
/// Files that belong together, and the program that makes something of them: an initramfs, a boot menu.
/// Undone by writing what was there before and running the other program.
struct SetFiles {
  std::string purpose;  // "turn the IOMMU on at boot"
  std::vector<FileContent> files;
  std::vector<std::string> program, undo_program;  // argv; empty: none. Mostly the same
  bool operator==(const SetFiles&) const = default;
};

using Step = std::variant<LoadModule, SetDriverOverride, Unbind, ProbeDriver, DefineDomain, AttachLive,
                          DetachLive, KeepHold, DropHold, SetFiles>;

/// The device a step acts on; nothing for steps on modules, files and domains' configurations.
[[nodiscard]] std::optional<PciAddress> device_of(const Step& step);
/// The domain a step acts on; empty for none.
[[nodiscard]] std::string domain_of(const Step& step);

/// One line for a person: "bind 0000:01:00.0 to vfio-pci".
[[nodiscard]] std::string describe(const Step& step);
/// The same for the way back: "unbind 0000:01:00.0 from vfio-pci".
[[nodiscard]] std::string describe_undo(const Step& step);

[[nodiscard]] std::string to_json(const std::vector<FileContent>& files);
[[nodiscard]] Result<std::vector<FileContent>> files_from_json(const std::string& text);

}  // namespace gpupass
