#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Puts gpupass's list and script, and vfio-pci, into the initramfs (dracut.modules(7)).
# shellcheck disable=SC2154  # dracut sets moddir

check() {
  [[ -r ${dracutsysrootdir:-}/etc/gpupass/boot-bindings ]]
}

installkernel() {
  instmods vfio-pci
}

install() {
  inst_simple /etc/gpupass/boot-bindings
  inst_simple /etc/gpupass/boot-bind
  inst_multiple sh mkdir modprobe
  inst_hook pre-udev 00 "$moddir/boot-bind.sh"
}
