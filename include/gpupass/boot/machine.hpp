// SPDX-License-Identifier: GPL-2.0-or-later
// How a machine starts: what is its init, what makes its initramfs, what hands the kernel its command line.
#pragma once

#include <string>
#include <vector>

#include "gpupass/host.hpp"

namespace gpupass::boot {

enum class InitramfsTool { none, initramfs_tools, dracut, mkinitcpio };

enum class Loader {
  unknown,
  grub,          // /etc/default/grub, made into a menu by a program
  grubby,        // entries that only grubby should change (Fedora and its kin)
  systemd_boot,  // loader/entries/*.conf on the boot partition
};

struct Machine {
  bool systemd = false;
  InitramfsTool initramfs = InitramfsTool::none;
  Loader loader = Loader::unknown;
  bool operator==(const Machine&) const = default;
};

/// What the machine's files show; nothing is run.
[[nodiscard]] Machine look_at(const Host& host);

/// The program of that name in one of the usual folders; empty if there is none.
[[nodiscard]] std::string program(const Host& host, const std::string& name);

/// Boot Loader Specification entries, wherever the boot partition is mounted.
[[nodiscard]] std::vector<std::string> loader_entries(const Host& host);

}  // namespace gpupass::boot
