#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# scripts/boot/boot-bind on trees that stand for machines, run by dash and, where it is there, busybox. No
# driver moves by itself in these: `drivers_probe` is a file that shows what was asked. The lab has a kernel.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
boot_bind=$here/../../scripts/boot/boot-bind
gpu=0000:01:00.0
identity="0x10de 0x2330 0x10de 0x0001 0x030000 0xa1 pci0000:00/0000:00:01.0/$gpu"
failures=0

# machine: a new tree in `root`, with a card that has no driver, and vfio-pci loaded.
machine() {
  root=$(mktemp -d "$scratch/machine.XXX")
  device=$root/sys/devices/pci0000:00/0000:00:01.0/$gpu
  mkdir -p "$device" "$root"/sys/bus/pci/{devices,drivers/vfio-pci,drivers/nouveau} "$root"/{proc,run,etc/gpupass}
  ln -s ../../../devices/pci0000:00/0000:00:01.0/$gpu "$root/sys/bus/pci/devices/$gpu"
  read -r vendor ids subsystem_vendor subsystem_device class revision _ <<<"$identity"
  echo "$vendor" >"$device/vendor"
  echo "$ids" >"$device/device"
  echo "$subsystem_vendor" >"$device/subsystem_vendor"
  echo "$subsystem_device" >"$device/subsystem_device"
  echo "$class" >"$device/class"
  echo "$revision" >"$device/revision"
  echo '(null)' >"$device/driver_override"
  : >"$root/sys/bus/pci/drivers_probe"
  echo quiet >"$root/proc/cmdline"
  printf '# a comment\n%s %s\n' "$gpu" "$identity" >"$root/etc/gpupass/boot-bindings"
}

on_driver() {
  ln -s "../../../../bus/pci/drivers/$1" "$device/driver"
}

# expect WHAT STATUS OUTCOME OVERRIDE SAID
expect() {
  local status=0 said outcome override
  said=$($shell "$boot_bind" "$root" 2>&1) || status=$?
  outcome=$(cat "$root/run/gpupass/boot/$gpu" 2>/dev/null) || outcome=none
  override=$(<"$device/driver_override")
  [[ "$status $outcome $override" == "$2 $3 $4" && $said == *"$5"* ]] && return
  printf 'FAIL (%s): %s: ended with %s, outcome "%s", override %s, said: %s\n' "$shell" "$1" "$status" "$outcome" "$override" "$said"
  failures=$((failures + 1))
}

all_cases() {
  machine
  expect "kept, and vfio-pci asked" 1 reserved vfio-pci "has not taken it"
  [[ $(<"$root/sys/bus/pci/drivers_probe") == "$gpu" ]] || { echo "FAIL: not probed"; failures=$((failures + 1)); }

  machine
  on_driver vfio-pci
  expect "already there" 0 bound vfio-pci "is on vfio-pci"

  machine
  on_driver nouveau
  expect "another driver was first" 1 'late nouveau' '(null)' "too late"

  machine
  echo 0x2331 >"$device/device"
  expect "another card" 1 "other ${identity/0x2330/0x2331}" '(null)' "another device"

  machine
  rm "$root/sys/bus/pci/devices/$gpu"
  mkdir -p "$root/sys/devices/pci0000:00/0000:00:02.0"
  mv "$device" "$root/sys/devices/pci0000:00/0000:00:02.0/"
  device=$root/sys/devices/pci0000:00/0000:00:02.0/$gpu
  ln -s ../../../devices/pci0000:00/0000:00:02.0/$gpu "$root/sys/bus/pci/devices/$gpu"
  expect "its twin from another slot" 1 "other ${identity/00:01.0/00:02.0}" '(null)' "another device"

  machine
  rm "$root/sys/bus/pci/devices/$gpu"
  expect "nothing there" 1 absent '(null)' "is not there"

  machine
  echo "quiet gpupass.bind=off splash" >"$root/proc/cmdline"
  expect "switched off" 0 off '(null)' "nothing is bound"

  machine
  rm "$root/etc/gpupass/boot-bindings"
  expect "no list" 0 none '(null)' ""
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
for shell in dash bash "busybox sh"; do
  if command -v "${shell%% *}" >/dev/null; then all_cases; else echo "skipped: no ${shell%% *} here"; fi
done

# Without a manual page of it installed, systemd says so and nothing else.
if command -v systemd-analyze >/dev/null; then
  said=$(systemd-analyze verify --man=no "$here/../../scripts/boot/gpupass-boot.service" 2>&1 | grep gpupass || true)
  [[ -z $said ]] || { echo "FAIL: $said"; failures=$((failures + 1)); }
else
  echo "skipped: no systemd-analyze here, so nobody read the unit"
fi

((failures == 0)) && echo "boot-bind does what it says"
exit $((failures > 0))
