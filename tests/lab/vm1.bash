#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Inside the lab's desktop: what a shell's greeting says to try works, in its order, and the guest that make-vm1
# makes starts with the card. A second make-vm1 changes nothing.
set -u
# shellcheck source=tests/lab/lib.bash
source "$(dirname "$0")/lib.bash"
gpu=0000:01:00.0
PATH=$(dirname "$GPUPASS_BIN"):$GPUPASS_LAB:$PATH

# libvirt has two seconds to answer, which is little in an emulated host: what it then says is waited for.
# shellcheck disable=SC2317  # wait_until calls it
says() {
  said=$("${@:2}" 2>&1)
  [[ $said =~ $1 ]]
}

step "what the greeting says"
before=$(sysfs_state $gpu)
mapfile -t lines < <(grep -E '^  (make-vm1|gpupass) ' "$GPUPASS_LAB/greeting")
check_equal "it has four commands" 4 "${#lines[@]}"
for line in "${lines[@]}"; do
  line=${line#  }
  read -ra words <<<"${line%%  *}"
  check_run "${words[*]}" 0 "${words[@]}"
  case ${words[*]} in
    make-vm1) check_equal "vm1 is there, and off" "shut off" "$(virsh -q -c qemu:///system domstate vm1 | head -n 1)" ;;
    "gpupass attach "*) check_equal "the card is vm1's" vfio-pci "$(driver_of $gpu)" ;;
    "gpupass detach "*) check_equal "the host has it as before" "$before" "$(sysfs_state $gpu)" ;;
  esac
done

step "the guest"
check_run "make-vm1 again" 0 make-vm1
check_equal "changes nothing" "vm1 is already defined" "$run_stdout"
check_run "the card goes in" 0 gpupass attach vm1 01:00
check_run "status" 0 gpupass status
check_match "shows the card" "$gpu +vfio-pci +aty128fb +vm1" "$run_stdout"
check "vm1 starts" virsh -q -c qemu:///system start vm1
check "its drivers know the card" "$GPUPASS_LAB/guest-events" vm1 has 1002:5046 aty128fb --timeout 120
check "status knows that it runs" wait_until 60 says "$gpu.* vm1 \(running\)" gpupass status
check "list knows it, too" wait_until 60 says "$gpu.* vm1 \(running\)" gpupass list
check "vm1 is ended" virsh -q -c qemu:///system destroy vm1

step "what became of it"
check "somebody undefines vm1" virsh -q -c qemu:///system undefine vm1
wait_until 60 says "vm1 \(gone\)" gpupass status  # in this shell, which keeps what was said
check_match "status says that vm1 is gone" "vm1 \(gone\)" "$said"
# shellcheck disable=SC2016  # the backquotes that the message has
mend=$(grep -oE '`gpupass unbind [^`]*`' <<<"$said" | tr -d '`')
check_match "and what gives the card back" "^gpupass unbind $gpu" "$mend"
read -ra words <<<"$mend"
check_run "which does it" 0 "${words[@]}"
check_equal "the host has it as before" "$before" "$(sysfs_state $gpu)"
finish
