#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Inside the lab with a PCIe card of two functions: into a running guest and out again, each function on
# a root port of its own; twice, and with the configuration following.
set -u
# shellcheck source=tests/lab/lib.bash
source "$(dirname "$0")/lib.bash"
gpu=0000:01:00.0 usb=0000:01:00.1

before=$(sysfs_state $gpu $usb)
start_libvirt
make_domain vm1 --ports 3
check "the guest starts" virsh -q start vm1
check "the guest is up" "$GPUPASS_LAB/guest-events" vm1 up --timeout 120

for round in 1 2; do
  step "in, round $round"
  check_run "attach to a running domain" 0 "$GPUPASS_BIN" attach vm1 $gpu
  check "the guest drives the graphics card" "$GPUPASS_LAB/guest-events" vm1 has 1234:1111 bochs-drm --timeout 90
  check "and the USB controller" "$GPUPASS_LAB/guest-events" vm1 has 1b36:000d xhci_hcd --timeout 60
  check_equal "two functions live" 2 "$(virsh dumpxml vm1 | grep -c '<hostdev')"
  check_equal "and two in the configuration" 2 "$(virsh dumpxml --inactive vm1 | grep -c '<hostdev')"
  step "out, round $round"
  check_run "detach" 0 "$GPUPASS_BIN" detach vm1 $gpu
  check "the guest has no such card" "$GPUPASS_LAB/guest-events" vm1 lacks 1234:1111 --timeout 60
  check_equal "nothing live and nothing configured" 0 "$(cat <(virsh dumpxml vm1) <(virsh dumpxml --inactive vm1) | grep -c '<hostdev')"
  check_equal "the card is as it was, byte for byte" "$before" "$(sysfs_state $gpu $usb)"
done

step "live only"
check_run "attach --live" 0 "$GPUPASS_BIN" attach vm1 $gpu --live --format json
check_equal "the configuration does not have it" 0 "$(virsh dumpxml --inactive vm1 | grep -c '<hostdev')"
check_run "detach --all" 0 "$GPUPASS_BIN" detach vm1 --all
check_equal "the card is as it was, byte for byte" "$before" "$(sysfs_state $gpu $usb)"

step "bound first, then lent"
check_run "bind" 0 "$GPUPASS_BIN" bind 01:00
check_run "attach" 0 "$GPUPASS_BIN" attach vm1 $gpu --live
check_run "detach leaves it bound" 0 "$GPUPASS_BIN" detach vm1 $gpu
check_equal "both functions stay on vfio-pci" "vfio-pci vfio-pci" "$(driver_of $gpu) $(driver_of $usb)"
check_run "unbind" 0 "$GPUPASS_BIN" unbind 01:00
check_equal "the card is as it was, byte for byte" "$before" "$(sysfs_state $gpu $usb)"
shut_down vm1
finish
