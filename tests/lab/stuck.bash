#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Inside the lab with two cards: an unbind that does not return. A program holds the vfio device open,
# so the kernel waits for it inside the unbind. gpupass must come back in time, leave that card alone,
# keep everything else usable, and clean up later.
set -u
# shellcheck source=tests/lab/lib.bash
source "$(dirname "$0")/lib.bash"
gpu=0000:01:00.0 other=0000:02:00.0

before=$(sysfs_state $gpu)
other_before=$(sysfs_state $other)
check_run "bind" 0 "$GPUPASS_BIN" bind $gpu
"$GPUPASS_HOLD_VFIO" $gpu >/tmp/held 2>&1 &
holder=$!
check "somebody holds the card" wait_until 20 grep -q held /tmp/held

step "an unbind that would block"
check_run "is refused, naming the holder" 5 "$GPUPASS_BIN" unbind $gpu
check_match "with its pid" "pid $holder" "$run_stderr"
started=$SECONDS
check_run "and tried when agreed to" 7 "$GPUPASS_BIN" unbind $gpu --yes --timeout 3
check "it came back in time ($((SECONDS - started)) s)" test $((SECONDS - started)) -lt 20
check_match "says where the kernel is" "process [0-9]+, state .*vfio" "$run_stderr"
stuck=$(sed -n 's/.*process \([0-9]*\), state.*/\1/p' <<<"$run_stderr" | head -n 1)
check "that process is there" test -d "/proc/$stuck"

step "the rest of the machine"
check_run "status shows it" 0 "$GPUPASS_BIN" status
check_match "as still releasing" "still releasing: process $stuck" "$run_stdout"
check_run "list works" 0 timeout 20 "$GPUPASS_BIN" list --all
check_run "doctor works" 0 timeout 20 "$GPUPASS_BIN" doctor $other
check_run "a second try is refused at once" 6 timeout 20 "$GPUPASS_BIN" unbind $gpu --yes
check_match "naming the process" "process $stuck is still in the kernel" "$run_stderr"
check_run "recover does not wait for it either" 6 timeout 20 "$GPUPASS_BIN" recover
check_run "another device can be taken" 0 timeout 60 "$GPUPASS_BIN" bind $other
check_run "and given back" 0 timeout 60 "$GPUPASS_BIN" unbind $other
check_equal "as it was" "$other_before" "$(sysfs_state $other)"

step "the holder lets go"
kill $holder
check "the process left the kernel" wait_until 20 test ! -d "/proc/$stuck"
check_run "recover" 0 "$GPUPASS_BIN" recover
check_match "says how it ended" "undone|finished" "$run_stdout"
[[ $(driver_of $gpu) == vfio-pci ]] && check_run "it is still ours, and goes back now" 0 "$GPUPASS_BIN" unbind $gpu
check_equal "the card is as it was, byte for byte" "$before" "$(sysfs_state $gpu)"
check_equal "no journal and no hold is left" "" "$(find /var/lib/gpupass -type f)"
finish
