#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Inside the lab's desktop: gpupass is killed in the middle of its work, and `recover` puts things right.
set -u
# shellcheck source=tests/lab/lib.bash
source "$(dirname "$0")/lib.bash"
gpu=0000:01:00.0 audio=0000:01:00.1

before=$(sysfs_state $gpu $audio)
start_libvirt
make_domain vm1
xml_before=$(virsh dumpxml --inactive vm1)

# Builtins only: they are asked all the time, beside the work that they wait for.
override_set() { read -r override <"/sys/bus/pci/devices/$gpu/driver_override" && [[ $override == vfio-pci ]]; }
released() { [[ ! -e /sys/bus/pci/devices/$audio/driver ]]; }
on_vfio() { [[ -e /sys/bus/pci/drivers/vfio-pci/$audio ]]; }
on_host_driver() { [[ -e /sys/bus/pci/drivers/aty128fb/$gpu ]]; }

for moment in override_set released on_vfio; do
  step "killed when: $moment"
  kill_when $moment "$GPUPASS_BIN" attach vm1 $gpu
  check_match "it was in the middle" "unfinished.*attach $gpu" "$("$GPUPASS_BIN" status)"
  check_run "meanwhile the card is refused to others" 6 "$GPUPASS_BIN" bind $gpu
  check_run "recover --dry-run says what it would do" 0 "$GPUPASS_BIN" recover --dry-run
  check_match "put the override back" "restore the driver_override of $gpu" "$run_stdout"
  check_run "recover" 0 "$GPUPASS_BIN" recover
  check_match "says that it undid it" "undone" "$run_stdout"
  check_equal "the card is as it was, byte for byte" "$before" "$(sysfs_state $gpu $audio)"
  check_equal "the domain is as it was" "$xml_before" "$(virsh dumpxml --inactive vm1)"
  check_equal "no journal and no hold is left" "" "$(find /var/lib/gpupass -type f)"
done

step "killed on the way back"
check_run "attach" 0 "$GPUPASS_BIN" attach vm1 $gpu
kill_when on_host_driver "$GPUPASS_BIN" detach vm1 $gpu
check_run "recover" 0 "$GPUPASS_BIN" recover
check_match "says that it finished it" "finished" "$run_stdout"
check_equal "the card is as it was, byte for byte" "$before" "$(sysfs_state $gpu $audio)"
check_equal "no journal and no hold is left" "" "$(find /var/lib/gpupass -type f)"
check_run "recover has nothing more to do" 0 "$GPUPASS_BIN" recover
check_equal "and says so" "nothing was left unfinished" "$run_stdout"

step "an interrupt"
"$GPUPASS_BIN" attach vm1 $gpu >/tmp/interrupted.out 2>&1 &
pid=$!
until override_set; do kill -0 $pid 2>/dev/null || break; done
kill -INT $pid
wait $pid
check_equal "ends with the documented status" 11 $?
check_equal "the card is as it was, byte for byte" "$before" "$(sysfs_state $gpu $audio)"

step "two at once"
"$GPUPASS_BIN" attach vm1 $gpu >/tmp/first.out 2>&1 &
first=$!
check_run "the second waits, then finds it done" 0 "$GPUPASS_BIN" attach vm1 $gpu
wait $first
check_equal "the first one did it" 0 $?
check_run "detach" 0 "$GPUPASS_BIN" detach vm1 $gpu
check_equal "the card is as it was, byte for byte" "$before" "$(sysfs_state $gpu $audio)"
finish
