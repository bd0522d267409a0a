#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Inside the lab: a driver whose probe does not return. gpupass must come back in time, leave that card and that
# module alone, keep everything else usable, and clean up when the probe has returned. Then, by hand, why the
# module is left alone.
set -u
# shellcheck source=tests/lab/lib.bash
source "$(dirname "$0")/lib.bash"
gpu=0000:01:00.0 other=0000:02:00.0
released=/sys/module/slow_probe/parameters/release

cat >/etc/modprobe.d/slow_probe.conf <<CONF
install slow_probe /sbin/insmod $SLOW_PROBE
remove slow_probe /sbin/rmmod slow_probe
CONF

# nobody_at_work NAME…: no process of one of these names is there.
nobody_at_work() {
  local comm
  for comm in /proc/[0-9]*/comm; do
    [[ " $* " != *" $(cat "$comm" 2>/dev/null) "* ]] || return 1
  done
  return 0
}
# state_of PID: "D", "S", …
state_of() {
  sed -n 's/^State:\t\(.\).*/\1/p' "/proc/$1/status" 2>/dev/null
}

before=$(sysfs_state $gpu)
other_before=$(sysfs_state $other)

step "a probe that does not return"
started=$SECONDS
check_run "bind gives up waiting" 7 "$GPUPASS_BIN" bind $gpu --driver slow_probe --yes --timeout 3
check "it came back in time ($((SECONDS - started)) s)" test $((SECONDS - started)) -lt 25
check_match "says where the kernel is" "process [0-9]+, state D.*slow_probe" "$run_stderr"
stuck=$(sed -n 's/.*process \([0-9]*\), state.*/\1/p' <<<"$run_stderr" | head -n 1)
check "that process is there" test -d "/proc/$stuck"
check "the module is still loaded" test -d /sys/module/slow_probe
check "and nobody waits to unload it" nobody_at_work modprobe rmmod

step "the rest of the machine"
check_run "status shows it" 0 "$GPUPASS_BIN" status
check_match "as still releasing" "still releasing: process $stuck" "$run_stdout"
check_run "list works" 0 timeout 20 "$GPUPASS_BIN" list --all
check_run "recover does not wait for it" 6 timeout 20 "$GPUPASS_BIN" recover
check "recover has not unloaded the module" test -d /sys/module/slow_probe
check_run "another device can be taken" 0 timeout 60 "$GPUPASS_BIN" bind $other
check_run "and given back" 0 timeout 60 "$GPUPASS_BIN" unbind $other
check_equal "as it was" "$other_before" "$(sysfs_state $other)"

step "the probe returns"
echo 1 >$released
check "the process left the kernel" wait_until 20 test ! -d "/proc/$stuck"
check_run "recover" 0 "$GPUPASS_BIN" recover
check_match "says how it ended" "undone" "$run_stdout"
check_equal "the card is as it was, byte for byte" "$before" "$(sysfs_state $gpu)"
check "the module is gone" test ! -d /sys/module/slow_probe
check_equal "no journal and no hold is left" "" "$(find /var/lib/gpupass -type f)"

step "by hand: what unloading the module behind its probe does"
modprobe slow_probe
driver=$(driver_of $gpu)
echo slow_probe >/sys/bus/pci/devices/$gpu/driver_override
echo $gpu >/sys/bus/pci/drivers/"$driver"/unbind
(echo $gpu >/sys/bus/pci/drivers_probe) &
probe=$!
check "the probe is in the kernel" wait_until 20 grep -q slow_probe "/proc/$probe/stack"
rmmod slow_probe &
unload=$!
check "rmmod waits in the kernel" wait_until 20 grep -q delete_module "/proc/$unload/stack"
check_match "for the probe" "unregister_driver|driver_detach" "$(cat "/proc/$unload/stack")"
check_equal "where no signal reaches it" D "$(state_of $unload)"
kill -KILL $unload
sleep 1
check_equal "not even this one" D "$(state_of $unload)"
echo 1 >$released
check "both end when the probe does" wait_until 20 test ! -d "/proc/$probe" -a ! -d "/proc/$unload"
finish
