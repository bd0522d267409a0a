#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Inside the lab's desktop, on a real kernel and with a real libvirtd: a journal whose last line is torn, and recover
# killed again and again; a call of libvirt that took effect while its answer got lost; a hook that was killed while
# libvirt waited for it. Each time the card, the domain and what gpupass keeps of them are as before in the end.
set -u
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/lab/lib.bash
source "$here/lib.bash"
gpu=0000:01:00.0 audio=0000:01:00.1 other=0000:02:00.0
readonly host_drivers="aty128fb snd_hda_intel" orders=/run/lab/orders lost=/run/lab/lost

drivers() { echo "$(driver_of $gpu) $(driver_of $audio)"; }
are_home() { [[ $(drivers) == "$host_drivers" ]]; }
on_vfio() { [[ -e /sys/bus/pci/drivers/vfio-pci/$gpu ]]; }
audio_on_vfio() { [[ -e /sys/bus/pci/drivers/vfio-pci/$audio ]]; }
on_host_driver() { [[ -e /sys/bus/pci/drivers/aty128fb/$gpu ]]; }

# card_state: sysfs_state of the card, without the address of the sound's message interrupts (MSI capability at 0x60):
# where the disk was bound meanwhile, the kernel gives it another entry of the IOMMU's table.
card_state() { sysfs_state $gpu $audio | sed 's/^000060 05 00 81 00 .. .. /000060 05 00 81 00 ?? ?? /'; }

before=$(card_state)
other_before=$(sysfs_state $other)
check_run "the hook is installed" 0 "$GPUPASS_BIN" hook install
start_libvirt
make_domain vm1
xml_before=$(virsh dumpxml --inactive vm1)

all_as_before() {
  check_equal "the card is as it was, byte for byte" "$before" "$(card_state)"
  check_equal "the domain is as it was" "$xml_before" "$(virsh dumpxml --inactive vm1)"
  check_equal "no journal and no hold is left" "" "$(find /var/lib/gpupass -type f)"
}

# The one journal that is there.
journal() { echo /var/lib/gpupass/journal/*.jsonl; }
lines_of() {
  local lines=()
  mapfile -t lines <"$1"
  echo ${#lines[@]}
}
# tear: cuts the journal in the middle of its last line.
tear() {
  local file
  file=$(journal)
  truncate -s -25 "$file"
  check "the journal's last line is torn" test -n "$(tail -c 1 "$file")"
}
another_card_works() {
  check_run "another device can be taken meanwhile" 0 "$GPUPASS_BIN" bind $other
  check_run "and given back" 0 "$GPUPASS_BIN" unbind $other
  check_equal "as it was" "$other_before" "$(sysfs_state $other)"
}

for moment in on_vfio audio_on_vfio; do
  step "attach is killed when $moment, its journal torn, and recover killed on the way"
  kill_when $moment "$GPUPASS_BIN" attach vm1 $gpu
  tear
  check_run "status reads what it can" 0 "$GPUPASS_BIN" status
  check_match "and shows what did not end" "unfinished.*attach $gpu" "$run_stdout"
  check_run "the card is refused to others" 6 "$GPUPASS_BIN" bind $gpu
  another_card_works
  for ((round = 1; round <= 3; round++)); do
    known=$(lines_of "$(journal)")
    # shellcheck disable=SC2317  # called by kill_when
    grew() { [[ ! -e $torn ]] || { mapfile -t now <"$torn" && ((${#now[@]} > known)); }; }
    torn=$(journal)
    kill_when grew "$GPUPASS_BIN" recover
    [[ -e $torn ]] || break
    tear
    check_run "status reads what it can of round $round" 0 "$GPUPASS_BIN" status
  done
  check "recover was killed more than once" test $round -gt 1
  another_card_works
  check_run "recover" 0 "$GPUPASS_BIN" recover
  check_match "says that it undid it" "undone" "$run_stdout"
  all_as_before
done

step "an answer of libvirt gets lost"
python3 "$here/libvirt_proxy.py" /run/libvirt/libvirt-sock $orders $lost >/run/lab/proxy.log 2>&1 &
proxy=$!
check "the proxy listens" wait_until 120 test -S /run/libvirt/libvirt-sock.behind -a -S /run/libvirt/libvirt-sock
check "libvirt answers through it" wait_until 120 virsh -q list
for fault in silent hangup; do
  step "attach: $fault"
  echo $fault >$orders
  "$GPUPASS_BIN" attach vm1 $gpu --timeout 5 >/tmp/attach.out 2>&1
  status=$?
  cat /tmp/attach.out
  check "it does not say that all went well" test $status -ne 0
  check_match "the call took effect" "$fault: lost an answer, its status 0" "$(<$lost)"
  check_run "recover" 0 "$GPUPASS_BIN" recover
  all_as_before

  step "detach: $fault"
  check_run "attach" 0 "$GPUPASS_BIN" attach vm1 $gpu
  : >$lost
  echo $fault >$orders
  "$GPUPASS_BIN" detach vm1 $gpu --timeout 5 >/tmp/detach.out 2>&1
  cat /tmp/detach.out
  check_match "the call took effect" "$fault: lost an answer, its status 0" "$(<$lost)"
  check "nobody else is blamed" bash -c '! grep -q "somebody else" /tmp/detach.out'
  check_run "recover" 0 "$GPUPASS_BIN" recover
  if ! are_home; then
    check_run "detach, once more" 0 "$GPUPASS_BIN" detach vm1 $gpu
  fi
  all_as_before
  : >$lost
done
kill $proxy
mv /run/libvirt/libvirt-sock.behind /run/libvirt/libvirt-sock
check "libvirt answers again" wait_until 20 virsh -q list

step "as after a reboot: the configuration has the card, and the host's drivers do"
check_run "attach" 0 "$GPUPASS_BIN" attach vm1 $gpu --config
as_after_reboot $gpu $audio
check_equal "so it is" "$host_drivers" "$(drivers)"
held=$(ls /var/lib/gpupass/holds)

# hook_process OPERATION: the process of the hook that libvirt waits for, once it is there.
hook_process() {
  local folder comm
  for folder in /proc/[0-9]*; do
    { read -r comm <"$folder/comm"; } 2>/dev/null || continue
    [[ $comm == gpupass && $(tr '\0' ' ' <"$folder/cmdline") == *"hook run qemu vm1 $1"* ]] && echo "${folder##*/}" && return
  done
  return 1
}
# kill_hook_when OPERATION CONDITION VIRSH…: kills that hook of what virsh asks for once CONDITION holds.
kill_hook_when() {
  local operation=$1 condition=$2 asking hook
  shift 2
  virsh -q "$@" >/tmp/asked.out 2>&1 &
  asking=$!
  until hook=$(hook_process "$operation"); do kill -0 $asking 2>/dev/null || break; done
  until "$condition"; do kill -0 "$hook" 2>/dev/null || break; done
  kill -9 "$hook"
  wait $asking
}

step "the hook of a start is killed"
kill_hook_when prepare on_vfio start vm1
check "the domain was not started" is_off vm1
check_equal "the card is in the holds" "$held" "$(ls /var/lib/gpupass/holds)"
check_match "for the start of vm1" '"lent_to": *"vm1"' "$(cat "/var/lib/gpupass/holds/$gpu.json")"
check_match "and in the journal" "$gpu" "$(cat "$(journal)")"
check_match "status shows it" "unfinished.*start of vm1|unfinished.*vm1" "$("$GPUPASS_BIN" status)"
check_run "attach is refused" 6 "$GPUPASS_BIN" attach vm1 $gpu --config
check_run "and the next start" 1 virsh start vm1
check_match "in gpupass's words" "gpupass: .*an earlier command did not end" "$run_stderr"
check_run "recover" 0 "$GPUPASS_BIN" recover
check "the host's drivers have the card" are_home
check_equal "the holds of the attach are kept" "$held" "$(ls /var/lib/gpupass/holds)"

step "an attach after it keeps the card, whatever starts and ends"
check_run "attach" 0 "$GPUPASS_BIN" attach vm1 $gpu --config
check_equal "binds it" "vfio-pci vfio-pci" "$(drivers)"
check "start" virsh -q start vm1
check "end" virsh -q destroy vm1
check_equal "the card stays the domain's" "vfio-pci vfio-pci" "$(drivers)"
check_match "and status shows it" "$gpu +vfio-pci +aty128fb +vm1" "$("$GPUPASS_BIN" status)"

step "the hook of an end is killed"
as_after_reboot $gpu $audio
check "start" virsh -q start vm1
check_equal "with the card" "vfio-pci vfio-pci" "$(drivers)"
kill_hook_when release on_host_driver destroy vm1
check_match "it is in the journal" "$gpu" "$(cat "$(journal)")"
check_equal "the card is in the holds" "$held" "$(ls /var/lib/gpupass/holds)"
check_run "recover" 0 "$GPUPASS_BIN" recover
check "the host's drivers have the card" are_home
check_run "detach" 0 "$GPUPASS_BIN" detach vm1 $gpu
all_as_before
finish
