#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Inside the lab: a disk whose virtual function somebody drives through vfio is in use by that.
set -u
# shellcheck source=tests/lab/lib.bash
source "$(dirname "$0")/lib.bash"
parent=0000:01:00.0 child=0000:01:00.1
sysfs=/sys/bus/pci/devices

step "a virtual function for somebody else"
echo 0 >$sysfs/$parent/sriov_drivers_autoprobe
echo 1 >$sysfs/$parent/sriov_numvfs
check_run "it is bound to vfio-pci" 0 "$GPUPASS_BIN" bind "$child"
"$GPUPASS_HOLD_VFIO" "$child" >/run/held &
holder=$!
check "held" wait_until 30 grep -q held /run/held

step "its parent"
check_run "doctor blocks" 1 "$GPUPASS_BIN" doctor "$parent"
check_match "names the child and who has it" "the virtual function $child of $parent: hold-vfio .pid $holder." "$(tr -s " \n" " " <<<"$run_stdout")"
check_run "bind is refused with consent, too" 5 "$GPUPASS_BIN" bind "$parent" --yes
check_match "names who has it" "hold-vfio" "$run_stderr"
check_equal "it stays with its driver" nvme "$(driver_of "$parent")"
check_run "the child is not unbound while it is held" 5 "$GPUPASS_BIN" unbind "$child"
check_match "for who has it" "hold-vfio.*waits" "$run_stderr"

step "free again"
kill "$holder"
wait "$holder"
check_run "the child goes back" 0 "$GPUPASS_BIN" unbind "$child"
check_run "doctor speaks of no process" 1 "$GPUPASS_BIN" doctor "$parent"
if [[ $run_stdout == *hold-vfio* ]]; then failed "hold-vfio is still named" "$run_stdout"; else passed "hold-vfio is not named"; fi
finish
