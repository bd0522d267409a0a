#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Each of the eight combinations of driver, library and runtime is told apart, and each distribution gets its own
# commands.
set -euo pipefail

scripts=$(dirname "$(readlink -f "$0")")/../../scripts/provision
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

# expect WHAT STATUS TEXT COMMAND…
expect() {
  local what=$1 status=$2 text=$3 said got=0
  shift 3
  said=$("$@" 2>&1) || got=$?
  [[ $got == "$status" && $said == *"$text"* ]] && return
  printf 'FAIL: %s: status %s, said:\n%s\n' "$what" "$got" "$said"
  failures=$((failures + 1))
}

# machine DRIVER LIBRARY RUNTIME (yes|no each): a tree with a card in it.
machine() {
  local root=$work/$1-$2-$3 device
  device=$root/sys/bus/pci/devices/0000:06:00.0
  mkdir -p "$device" "$root/usr/lib/x86_64-linux-gnu" "$root/sys/bus/pci/drivers/nvidia"
  echo 0x10de >"$device/vendor"
  echo 0x030200 >"$device/class"
  if [[ $1 == yes ]]; then
    mkdir -p "$root/proc/driver/nvidia"
    touch "$root/proc/driver/nvidia/version"
    ln -sfn ../../../../bus/pci/drivers/nvidia "$device/driver"
  fi
  [[ $2 == no ]] || touch "$root/usr/lib/x86_64-linux-gnu/libcuda.so.1"
  [[ $3 == no ]] || touch "$root/usr/lib/x86_64-linux-gnu/libcudart.so.12"
  echo "$root"
}

# combination STATUS TEXT DRIVER LIBRARY RUNTIME
combination() {
  expect "$3/$4/$5" "$1" "$2" "$scripts/check-cuda" --root "$(machine "$3" "$4" "$5")"
}
combination 0 "works for every program" yes yes yes
combination 0 "but no runtime" yes yes no
combination 1 "Driver and runtime are installed" yes no yes
combination 1 "Only the kernel's driver" yes no no
combination 1 "Library and runtime are there" no yes yes
combination 1 "Only the driver's library" no yes no
combination 1 "Only a runtime" no no yes
combination 1 "nothing of CUDA is installed" no no no

empty=$work/empty
mkdir -p "$empty/sys/bus/pci/devices"
expect "no card" 1 "it was not assigned" "$scripts/check-cuda" --root "$empty"
taken=$(machine no yes yes)
mkdir -p "$taken/proc/driver/nvidia"
touch "$taken/proc/driver/nvidia/version"
ln -sfn ../../../../bus/pci/drivers/nouveau "$taken/sys/bus/pci/devices/0000:06:00.0/driver"
expect "another driver" 1 "has not taken 0000:06:00.0, which nouveau has" "$scripts/check-cuda" --root "$taken"

# distribution ID ID_LIKE SOURCE STATUS TEXT
distribution() {
  local root=$work/os-$1
  mkdir -p "$root/etc"
  printf 'ID=%s\nID_LIKE="%s"\nPRETTY_NAME="%s"\n' "$1" "$2" "$1" >"$root/etc/os-release"
  expect "$1 from $3" "$4" "$5" "$scripts/provision" --driver "$3" --dry-run --root "$root"
}
touch "$work/driver.run" "$work/driver.rpm" "$work/driver.deb" "$work/driver.zip"
mkdir "$work/folder.run"
distribution debian '' distribution 0 "linux-headers-$(uname -r) nvidia-driver nvidia-smi libcuda1"
distribution ubuntu debian distribution 0 "ubuntu-drivers install --gpgpu"
distribution fedora '' distribution 0 "dnf install -y kernel-devel-$(uname -r) akmod-nvidia"
distribution fedora '' distribution 0 "+ akmods --force --kernels $(uname -r)
+ install"
distribution rocky 'rhel centos fedora' repository 0 "dnf install -y kernel-devel-$(uname -r)
+ dnf install -y cuda-drivers"
distribution debian '' repository 0 "linux-headers-$(uname -r)
+ env DEBIAN_FRONTEND=noninteractive apt-get install -q -y cuda-drivers"
distribution arch '' distribution 3 "is not known"
distribution ubuntu debian "$work/driver.run" 0 "gcc make linux-headers-$(uname -r)"
distribution ubuntu debian "$work/driver.run" 0 "sh $work/driver.run --silent"
distribution rocky 'rhel centos fedora' "$work/driver.run" 0 "gcc make kernel-devel-$(uname -r)"
distribution rocky 'rhel centos fedora' "$work/driver.rpm" 0 "dnf install -y $work/driver.rpm"
distribution debian '' "$work/driver.deb" 0 "+ apt-get update -q
+ env DEBIAN_FRONTEND=noninteractive apt-get install -q -y $work/driver.deb"
distribution debian '' "$work/driver.zip" 2 "neither .run"
distribution debian '' absent.run 2 "does not exist"
distribution debian '' "$work/folder.run" 2 "is not a file"
distribution debian '' none 0 "check-cuda"
distribution debian '' none 0 "systemctl start --no-block gpupass-bench.service"
# serve-bench ends with 3 where the guest has no channel, and would with every start of it.
expect "no endless restarts" 0 "" grep -q '^RestartPreventExitStatus=3$' "$scripts/gpupass-bench.service"
expect "no source" 2 "--driver is missing" "$scripts/provision"

((failures == 0)) && echo "provision: every combination and distribution as expected"
exit $((failures > 0))
