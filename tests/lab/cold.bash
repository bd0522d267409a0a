#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Inside the lab's desktop: the main job on a domain that is off. The card goes in as one device of two
# functions, the guest drives both, and the host gets them back as they were.
set -u
# shellcheck source=tests/lab/lib.bash
source "$(dirname "$0")/lib.bash"
gpu=0000:01:00.0 audio=0000:01:00.1

check_equal "the IOMMU is the one asked for" "$([[ $GPUPASS_LAB_IOMMU == amd ]] && echo amd-vi || echo intel-vtd)" \
  "$(value_of kind <<<"$("$GPUPASS_BIN" groups --all --format json)")"
before=$(sysfs_state $gpu $audio)
check_equal "the card is on its host drivers" "aty128fb snd_hda_intel" "$(driver_of $gpu) $(driver_of $audio)"
check_run "doctor finds nothing that blocks" 0 "$GPUPASS_BIN" doctor 01:00

step "a domain that is off"
start_libvirt
make_domain vm1
xml_before=$(virsh dumpxml --inactive vm1)
check_run "a dry run prints the steps" 0 "$GPUPASS_BIN" attach vm1 $gpu --dry-run
check_match "there and back" "bind $audio to vfio-pci.*unbind $audio from vfio-pci" "${run_stdout//$'\n'/ }"
check_equal "and changes nothing" "$before" "$(sysfs_state $gpu $audio)"
check_run "--print-diff shows what comes in" 0 "$GPUPASS_BIN" attach vm1 $gpu --print-diff
check_match "a hostdev for the card" "\+ *<hostdev" "$run_stdout"
check_equal "and defines nothing" "$xml_before" "$(virsh dumpxml --inactive vm1)"

step attach
check_run "attach" 0 "$GPUPASS_BIN" attach vm1 $gpu
check_equal "both functions are on vfio-pci" "vfio-pci vfio-pci" "$(driver_of $gpu) $(driver_of $audio)"
check_run "status shows them" 0 "$GPUPASS_BIN" status
check_match "with the driver before and the domain" "$gpu +vfio-pci +aty128fb +vm1" "$run_stdout"
check_run "attach again" 0 "$GPUPASS_BIN" attach vm1 $gpu
check_run "another domain does not get it" 6 "$GPUPASS_BIN" attach vm2 $gpu --connect "$(other_domain vm2)"
virsh dumpxml --inactive vm1 >/root/attached.xml
check_run "the domain validates" 0 virt-xml-validate /root/attached.xml domain

step "the guest"
check "it starts" virsh -q start vm1
check "it sees the graphics card with its own driver" "$GPUPASS_LAB/guest-events" vm1 has 1002:5046 aty128fb --timeout 120
check "and the sound card with its own driver" "$GPUPASS_LAB/guest-events" vm1 has 8086:2668 snd_hda_intel --timeout 60
card=$("$GPUPASS_LAB/guest-events" vm1 has 1002:5046)
check_match "at function 0 of a slot" '"address":"0000:0[0-9]:00.0"' "$card"
check_match "with its memory" '"index":0,"start":"0x[0-9a-f]+","size":16777216' "$card"
check_run "detach says why it cannot be unplugged" 9 "$GPUPASS_BIN" detach vm1 $gpu
check_run "the guest has it: the host's bind is refused" 5 "$GPUPASS_BIN" bind $gpu --driver aty128fb
shut_down vm1

step detach
check_run "detach" 0 "$GPUPASS_BIN" detach vm1 $gpu
check_equal "the card is as it was, byte for byte" "$before" "$(sysfs_state $gpu $audio)"
check_equal "the domain has no hostdev" "" "$(virsh dumpxml --inactive vm1 | grep hostdev)"
check_run "nothing is held" 0 "$GPUPASS_BIN" status
check_equal "says status" "gpupass holds no device" "$run_stdout"
check_equal "no journal and no hold is left" "" "$(find /var/lib/gpupass -type f)"
finish
