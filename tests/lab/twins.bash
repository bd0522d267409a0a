#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Inside the lab with two cards of equal ids: taking one must leave the other alone.
set -u
# shellcheck source=tests/lab/lib.bash
source "$(dirname "$0")/lib.bash"
mapfile -t twins < <(grep -l 0x1111 /sys/bus/pci/devices/*/device | xargs -n1 dirname | xargs -n1 basename)
check_equal "there are two" 2 ${#twins[@]}
before=$(sysfs_state "${twins[@]}")
check_run "ids alone are refused" 2 "$GPUPASS_BIN" bind 1234:1111
check_match "listing both" "${twins[0]}.*${twins[1]}" "${run_stderr//$'\n'/ }"
check_run "bind one" 0 "$GPUPASS_BIN" bind "${twins[1]}"
check_equal "the other stays on its driver" "bochs-drm vfio-pci" "$(driver_of "${twins[0]}") $(driver_of "${twins[1]}")"
check_run "a driver that refuses the device is seen" 11 "$GPUPASS_BIN" bind "${twins[0]}" --driver ahci
check_equal "and everything put back" "bochs-drm vfio-pci" "$(driver_of "${twins[0]}") $(driver_of "${twins[1]}")"
check_run "unbind" 0 "$GPUPASS_BIN" unbind "${twins[1]}"
check_equal "both are as they were, byte for byte" "$before" "$(sysfs_state "${twins[@]}")"
finish
