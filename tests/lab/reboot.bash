#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Inside the lab's desktop with a disk that outlasts it, once for each boot: a domain that gpupass
# configured starts again after the host was rebooted, and an attach that a power cut ended is undone.
#   reboot.bash configure|start|after-the-cut
set -u
# shellcheck source=tests/lab/lib.bash
source "$(dirname "$0")/lib.bash"
gpu=0000:01:00.0 audio=0000:01:00.1

override_set() { read -r override <"/sys/bus/pci/devices/$gpu/driver_override" && [[ $override == vfio-pci ]]; }

start_libvirt
case $1 in
  configure)
    make_domain vm1
    check_run "attach" 0 "$GPUPASS_BIN" attach vm1 $gpu
    ;;
  start)
    check_equal "after the reboot the card is on its host drivers" "aty128fb snd_hda_intel" \
      "$(driver_of $gpu) $(driver_of $audio)"
    before=$(sysfs_state $gpu $audio)
    check_run "status says so" 0 "$GPUPASS_BIN" status
    check_match "and for which domain it is kept" "$gpu .* vm1 .*since the reboot" "$run_stdout"
    check "the domain starts" virsh -q start vm1
    check "its guest drives the card" "$GPUPASS_LAB/guest-events" vm1 has 1002:5046 aty128fb --timeout 120
    shut_down vm1
    check_equal "libvirt gave the card back" "$before" "$(sysfs_state $gpu $audio)"
    check_run "detach" 0 "$GPUPASS_BIN" detach vm1 $gpu
    check_equal "the card is as it was, byte for byte" "$before" "$(sysfs_state $gpu $audio)"
    virsh dumpxml --inactive vm1 >/persist/vm1.xml
    sync

    step "the power goes in the middle of the next attach"
    ((checks_failed == 0)) || finish
    "$GPUPASS_BIN" attach vm1 $gpu >/dev/null 2>&1 &
    until override_set; do kill -0 $! 2>/dev/null || break; done
    echo b >/proc/sysrq-trigger
    sleep 60
    ;;
  after-the-cut)
    check_run "status shows what was left" 0 "$GPUPASS_BIN" status
    check_match "the attach" "unfinished.*attach $gpu" "$run_stdout"
    check_run "recover" 0 "$GPUPASS_BIN" recover
    check_match "undoes it" "undone" "$run_stdout"
    check_equal "the domain is as it was" "$(</persist/vm1.xml)" "$(virsh dumpxml --inactive vm1)"
    check_equal "no journal and no hold is left" "" "$(find /var/lib/gpupass -type f)"
    check_run "and the card can be lent again" 0 "$GPUPASS_BIN" attach vm1 $gpu --dry-run
    ;;
esac
finish
