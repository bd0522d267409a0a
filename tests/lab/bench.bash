#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Inside the lab with a PCIe card: gpupass-bench on the host, on the card bound to vfio-pci; then the same
# program in a guest that has the card, its result coming back over the guest's channel. That it works is
# what this shows: times in software emulation say nothing of passthrough.
set -u
# shellcheck source=tests/lab/lib.bash
source "$(dirname "$0")/lib.bash"
gpu=0000:01:00.0
results=${GPUPASS_RESULTS:-/root/results}
mkdir -p "$results"
rm -f "$results/host.json"


before=$(sysfs_state $gpu)

step "on the host, the card on its driver"
check_run "the pci group" 0 "$GPUPASS_BENCH" --quick --group pci --pci $gpu
check_match "measures the configuration space" 'pci\.config +passed' "$run_stdout"
check_match "and keeps off the memory that a driver uses" "waived: bochs-drm uses $gpu" "$run_stdout"
check_equal "the card is as it was, byte for byte" "$before" "$(sysfs_state $gpu)"

step "on the host, the card on vfio-pci"
check_run "bind" 0 "$GPUPASS_BIN" bind $gpu
bound=$(sysfs_state $gpu)
check_run "both groups" 0 "$GPUPASS_BENCH" --quick --group pci --group processor --pci $gpu --role host --block 1 \
  --order 1 --timeout 300 --out "$results/host.json"
check_match "read its memory" 'pci\.mmio\.read/bar=0/width=8 +passed' "$run_stdout"
check_match "and wrote it back" 'pci\.mmio\.write/bar=0/width=1 +passed' "$run_stdout"
check_equal "the card is as it was, byte for byte" "$bound" "$(sysfs_state $gpu)"

step "in the guest"
start_libvirt
make_domain vm1 --ports 1 --memory 384
check_run "attach" 0 "$GPUPASS_BIN" attach vm1 $gpu
check "the guest starts" virsh -q start vm1
if "$GPUPASS_LAB/guest-events" vm1 job --timeout 240 >"$results/guest.json"; then
  passed "its run ends well"
else
  failed "its run ends well" "$(tail -c 2000 "$results/guest.json"; tail -n 20 /run/lab/vm1.console)"
fi
shut_down vm1
check_run "detach" 0 "$GPUPASS_BIN" detach vm1 $gpu
check_run "unbind" 0 "$GPUPASS_BIN" unbind $gpu
check_equal "the card is as it was, byte for byte" "$before" "$(sysfs_state $gpu)"

step "the results"
check_equal "host and guest ran the same program" "$(value_of sha256 <"$results/host.json")" \
  "$(tr ',' '\n' <"$results/guest.json" | value_of sha256)"
check_match "the card's memory is mapped straight into the guest" \
  '"id": *"pci.mmio.read"[^}]*"mapping": *"direct"' "$(tr -d '\n' <"$results/guest.json")"
check_match "under a hypervisor" '"hypervisor": *"KVM"' "$(<"$results/guest.json")"
check_equal "nothing failed in it" "" "$(grep -oE '"status": *"(failed|error)"' "$results/guest.json")"
finish
