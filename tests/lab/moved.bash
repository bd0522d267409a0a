#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Inside the lab with a disk that outlasts it, once for each boot: a card is given to a domain, and at the next
# boot a disk of the host is at its address. Nobody starts the domain with that disk, what gpupass prints mends it,
# and the guest gets its card.
#   moved.bash attach|moved
set -u
# shellcheck source=tests/lab/lib.bash
source "$(dirname "$0")/lib.bash"
before=0000:01:00.0 after=0000:02:00.0

# printed_command PATTERN TEXT: the command in backticks that begins so, as words after the program.
printed_command() {
  grep -o "\`gpupass $1[^\`]*\`" <<<"$2" | head -n 1 | tr -d '`' | cut -d ' ' -f 2-
}

check_run "the hook is installed" 0 "$GPUPASS_BIN" hook install
start_libvirt
case $1 in
  attach)
    make_domain vm1
    check_run "attach" 0 "$GPUPASS_BIN" attach vm1 $before --config
    check_run "hook check" 0 "$GPUPASS_BIN" hook check vm1

    step "a hook that was killed, and an attach after it"
    as_after_reboot $before
    check_equal "as after a reboot" bochs-drm "$(driver_of $before)"
    virsh dumpxml --inactive vm1 >/root/vm1.xml
    "$GPUPASS_BIN" hook run qemu vm1 prepare begin - </root/vm1.xml >/dev/null 2>&1 &
    hook=$!
    until [[ $(<"/sys/bus/pci/devices/$before/driver_override") == vfio-pci ]]; do kill -0 $hook 2>/dev/null || break; done
    kill -9 $hook 2>/dev/null
    wait $hook
    check_run "recover" 0 "$GPUPASS_BIN" recover
    check_equal "the host's driver has the card" bochs-drm "$(driver_of $before)"
    check "the hook binds it, and nobody says that the guest ended" "$GPUPASS_BIN" hook run qemu vm1 prepare begin - </root/vm1.xml
    check_run "status" 0 "$GPUPASS_BIN" status
    check_match "shows for what" "$before .*bound until vm1 ends" "$run_stdout"
    check_run "attach keeps it" 0 "$GPUPASS_BIN" attach vm1 $before --config
    check "start" virsh -q start vm1
    check "end" virsh -q destroy vm1
    check_equal "the card stays on vfio-pci" vfio-pci "$(driver_of $before)"
    check_run "status" 0 "$GPUPASS_BIN" status
    check_match "holds it for the domain" "$before .* vm1 .*bound" "$run_stdout"
    ;;
  moved)
    check_equal "a disk is where the card was" "nvme bochs-drm" "$(driver_of $before) $(driver_of $after)"
    state=$(sysfs_state $before $after)
    check_run "status" 0 "$GPUPASS_BIN" status
    check_match "sees it" "another device is at this address now" "${run_stdout//$'\n'/ }"
    check_run "hook check refuses" 5 "$GPUPASS_BIN" hook check vm1
    refusal=$run_stderr
    echo "$refusal"
    check_match "names the disk" "1b36:0010" "$refusal"
    check_match "names the card's new address" "at $after now" "${refusal//$'\n'/ }"
    check_run "virsh start is refused" 1 virsh start vm1
    check_match "in gpupass's words" "gpupass: $before: another device is at this address now" "$run_stderr"
    check_run "attach of that address is refused" 5 "$GPUPASS_BIN" attach vm1 $before --yes
    check_run "bind is refused" 5 "$GPUPASS_BIN" bind $before --yes
    check_equal "no driver was touched" "$state" "$(sysfs_state $before $after)"
    check "the disk can be read" dd if=/dev/nvme0n1 of=/dev/null bs=1M count=8 iflag=direct status=none

    step "the commands that were printed"
    read -ra forget <<<"$(printed_command detach "${refusal//$'\n'/ }")"
    read -ra again <<<"$(printed_command attach "${refusal//$'\n'/ }")"
    check_run "gpupass ${forget[*]}" 0 "$GPUPASS_BIN" "${forget[@]}"
    check_equal "no driver was touched" "$state" "$(sysfs_state $before $after)"
    check_equal "nothing is held" "" "$(find /var/lib/gpupass/holds -type f)"
    check_run "gpupass ${again[*]}" 0 "$GPUPASS_BIN" "${again[@]}"
    check_equal "the card and no other is on vfio-pci" "nvme vfio-pci" "$(driver_of $before) $(driver_of $after)"
    check "start" virsh -q start vm1
    check "the guest drives the card" "$GPUPASS_LAB/guest-events" vm1 has 1234:1111 bochs-drm --timeout 180
    check "end" virsh -q destroy vm1

    step "gpupass's state is lost"
    rm -r /var/lib/gpupass/holds
    check_run "virsh start is refused" 1 virsh start vm1
    check_match "in gpupass's words" "gpupass has no record of $after" "$run_stderr"
    check_run "attach records it again" 0 "$GPUPASS_BIN" attach vm1 $after --config
    check_run "hook check" 0 "$GPUPASS_BIN" hook check vm1
    check_run "detach" 0 "$GPUPASS_BIN" detach vm1 $after
    ;;
esac
finish
