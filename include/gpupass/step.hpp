// SPDX-License-Identifier: GPL-2.0-or-later
// The steps that plans are made of: plain values that say what must be so. How each is looked at, done and
// undone is in src/apply/steps, one file per kind.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "gpupass/error.hpp"
#include "gpupass/hold.hpp"
#include "gpupass/pci_address.hpp"

namespace gpupass {

// The closed set of steps. Each names what it acts on and the state it must reach; the state before is found
// out, and journalled, when it is applied.

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
/// The driver releases the device; this can block for ever. Undone by aiming the override at that
/// driver and probing.
struct Unbind {
  PciAddress device;
  std::string driver;
  bool operator==(const Unbind&) const = default;
};
/// The kernel looks for a driver and must choose this one. Undone by unbinding it.
struct ProbeDriver {
  PciAddress device;
  std::string driver;
  bool operator==(const ProbeDriver&) const = default;
};
/// A domain's persistent configuration changes from one text to another; an empty text: libvirt does not have
/// the domain. Undone by defining the first again, unless somebody changed it since.
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
/// A running guest releases a function: done when it is no longer in the live XML. Undone by plugging it in
/// again.
struct DetachLive {
  std::string domain;
  PciAddress device;
  std::string hostdev_xml;
  bool operator==(const DetachLive&) const = default;
};
/// Records what gpupass has of a device. Undone by restoring the previous record.
struct KeepHold {
  Hold hold;
  bool operator==(const KeepHold&) const = default;
};
/// Forgets a device: it is as it was before gpupass came.
struct DropHold {
  DeviceName device;
  bool operator==(const DropHold&) const = default;
};
/// A file of the host as it is to be.
struct FileContent {
  std::string path;
  std::optional<std::string> text;  // nothing: there is to be no such file
  unsigned mode = 0644;             // of one that is written
  bool operator==(const FileContent&) const = default;
};
/// Files that belong together, and the program that processes them: an initramfs, a boot menu.
/// Undone by writing what was there before and running the other program.
struct SetFiles {
  std::string purpose;  // "turn the IOMMU on at boot"
  std::vector<FileContent> files;
  std::vector<std::string> program, undo_program;  // argv; empty: none. Mostly the same
  bool operator==(const SetFiles&) const = default;
};
/// A new folder, only for its owner. Undone by removing it once it is empty.
struct MakeFolder {
  std::string path;
  bool operator==(const MakeFolder&) const = default;
};
/// A guest's disk: a qcow2 file over an image, which is not changed. Undone by removing it.
struct MakeDisk {
  std::string path;
  std::string image, format;  // of the image: "qcow2", "raw"
  std::uint64_t size = 0;     // in bytes
  bool operator==(const MakeDisk&) const = default;
};
/// A guest's seed: what cloud-init reads at its first start, as an ISO 9660 image. Undone by removing it.
struct MakeSeed {
  std::string path;
  std::string user_data, meta_data, network_config;
  std::vector<std::string> programs;  // files of the host that come along,
  std::string folder;                 // in this folder of the seed
  bool operator==(const MakeSeed&) const = default;
};
/// Lets QEMU's user pass through a guest's folder to the files, which libvirt gives to it; nobody else.
/// Undone by restoring the folder's mode.
struct OpenFolder {
  std::string path;
  bool operator==(const OpenFolder&) const = default;
};
/// Removes a guest's file for ever: it cannot be undone, so it is among the last steps of a plan.
struct RemoveFile {
  std::string path;
  bool operator==(const RemoveFile&) const = default;
};
/// Removes a folder if it is empty. Undone by making it again.
struct RemoveFolder {
  std::string path;
  bool operator==(const RemoveFolder&) const = default;
};
/// A domain runs. Undone by asking the guest to shut down, and waiting until nobody has its devices open.
struct StartDomain {
  std::string domain;
  DeviceNames devices;        // that it has of the host
  int patience = 120;         // seconds that it may take to shut down
  bool may_be_ended = false;  // as by a power cut after that: nothing on its disk matters
  bool operator==(const StartDomain&) const = default;
};
/// A container of an experiment's may run from now on, until this is undone by ending it. Whoever starts it
/// has it run beside a program of theirs, so nothing is started here.
struct RunContainer {
  std::string engine;        // "docker", "podman", "lxc"
  std::string runtime = {};  // that Podman is told to take; empty: its own
  std::string name;          // of LXC a container of the user's, which is off else
  bool operator==(const RunContainer&) const = default;
};

using Step = std::variant<LoadModule, SetDriverOverride, Unbind, ProbeDriver, DefineDomain, AttachLive,
                          DetachLive, KeepHold, DropHold, SetFiles, MakeFolder, MakeDisk, MakeSeed,
                          OpenFolder, RemoveFile, RemoveFolder, StartDomain, RunContainer>;

/// The device a step acts on; nothing for steps on modules, files and domains' configurations.
[[nodiscard]] std::optional<DeviceName> device_of(const Step& step);
/// The domain a step acts on; empty for none.
[[nodiscard]] std::string domain_of(const Step& step);

/// One line for a person: "bind 0000:01:00.0 to vfio-pci".
[[nodiscard]] std::string describe(const Step& step);
/// The same for the way back: "unbind 0000:01:00.0 from vfio-pci".
[[nodiscard]] std::string describe_undo(const Step& step);

[[nodiscard]] std::string to_json(const std::vector<FileContent>& files);
[[nodiscard]] Result<std::vector<FileContent>> files_from_json(const std::string& text);

}  // namespace gpupass
