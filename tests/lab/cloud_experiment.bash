#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Inside the lab with a PCIe card: gpupass bench experiment --image, from a cloud image to a report, in one command.
set -u
# shellcheck source=tests/lab/lib.bash
source "$(dirname "$0")/lib.bash"
gpu=0000:01:00.0
before=$(sysfs_state $gpu)
cd /root || exit 1

start_libvirt
check "a network" start_network

step "one command"
check_run "it ends with an answer" 14 "$GPUPASS_BIN" bench experiment --gpu $gpu --image "$GPUPASS_CLOUD_IMAGE" \
  --blocks 1 --seed 1 --quick --group pci --group processor --program "$GPUPASS_BENCH" --profile minimal --vcpus 1 \
  --memory 1G --driver none --timeout 600 --out experiment --yes
[[ -s experiment/plan.json ]] || give_up "it was not begun"
check_match "in words" 'oo uncertain to tell' "$run_stdout"
check_match "that says what it did" 'making gpupass-experiment from .*starts once.*done' "${run_stderr//$'\n'/ }"
check_equal "and found its own program there, which the seed brought" "$run_stderr" "${run_stderr/putting/}"

step "what it left"
check_equal "a run of each" "experiment/block-01-guest.json experiment/block-01-host.json" \
  "$(echo experiment/block-*.json)"
check_match "the card's memory was read on the host" '"id": *"pci.mmio.read"[^}]*"status": *"passed"' \
  "$(measurement pci.mmio.read experiment/block-01-host.json)"
check_match "and not behind the back of the guest's driver" '"reason": *"bochs-drm uses' "$(<experiment/block-01-guest.json)"
check_match "a guest under KVM" '"hypervisor": *"KVM"' "$(<experiment/block-01-guest.json)"
check "a report" test -s experiment/report.html
check_equal "no file of the guest" "" "$(find /var/lib/libvirt/images /var/lib/libvirt/qemu -type f)"
check_equal "no domain" "" "$(virsh list --all --name)"
check_equal "the card is as it was, byte for byte" "$before" "$(sysfs_state $gpu)"
check_match "nothing is held" 'holds no device' "$("$GPUPASS_BIN" status)"
finish
