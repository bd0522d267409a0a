#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Inside the lab's desktop: a real libvirtd asks gpupass before it starts a domain, is refused in words that
# virsh shows, and the host has its card back after each end, whatever the end was. Two domains have a card by
# turns (attach --shared), and the host has it while they are off (attach --lend).
set -u
# shellcheck source=tests/lab/lib.bash
source "$(dirname "$0")/lib.bash"
gpu=0000:01:00.0 audio=0000:01:00.1
readonly host_drivers="aty128fb snd_hda_intel" rounds=10

drivers() { echo "$(driver_of $gpu) $(driver_of $audio)"; }
are_home() { [[ $(drivers) == "$host_drivers" ]]; }
is_running() { [[ $(virsh domstate "$1") == running ]]; }

# milliseconds COMMAND…: how long it took; its output is lost.
milliseconds() {
  local start=${EPOCHREALTIME/./}
  "$@" >/dev/null 2>&1
  echo $(((${EPOCHREALTIME/./} - start) / 1000))
}

before=$(sysfs_state $gpu $audio)
check_run "the hook is installed" 0 "$GPUPASS_BIN" hook install
start_libvirt
check_run "status says so" 0 "$GPUPASS_BIN" hook status
make_domain vm1
check_run "attach" 0 "$GPUPASS_BIN" attach vm1 $gpu --config

step "as after a reboot: the configuration has the card, and the host's drivers do"
as_after_reboot $gpu $audio
check_equal "so it is" "$host_drivers" "$(drivers)"
check_run "hook check" 0 "$GPUPASS_BIN" hook check vm1
check_match "would let it start" "vm1 may start with $gpu and $audio" "$run_stdout"

held=$(ls /var/lib/gpupass/holds)

step "half of a group"
virsh dumpxml --inactive vm1 >/root/whole.xml
python3 - /root/whole.xml /root/half.xml <<'PYTHON'
import sys
import xml.etree.ElementTree as tree
document = tree.parse(sys.argv[1])
devices = document.getroot().find("devices")
devices.remove(devices.findall("hostdev")[1])
document.write(sys.argv[2])
PYTHON
check "define half" virsh -q define /root/half.xml
check_run "virsh start is refused" 1 virsh start vm1
check_match "in gpupass's words" "gpupass: .*$audio.*shares IOMMU group" "$run_stderr"
check_equal "in few lines" 2 "$(grep -c '' <<<"$run_stderr")"
echo "$run_stderr"
check_equal "no driver was touched" "$before" "$(sysfs_state $gpu $audio)"
check "define the whole" virsh -q define /root/whole.xml

step "a copy of the domain"
sed -e 's/<name>vm1</<name>copy</' -e '/<uuid>/d' /root/whole.xml >/root/copy.xml
check "define the copy" virsh -q define /root/copy.xml
check_run "its start is refused" 1 virsh start copy
check_match "and it says what records it" "gpupass attach copy $gpu $audio --config --shared" "$run_stderr"
check_equal "no driver was touched" "$before" "$(sysfs_state $gpu $audio)"
check "undefine the copy" virsh -q undefine copy

step "$rounds starts and ends"
for ((round = 1; round <= rounds; round++)); do
  check "start $round" virsh -q start vm1
  check_equal "the guest has the card" "vfio-pci vfio-pci" "$(drivers)"
  if ((round == 1)); then
    check "and drives it" "$GPUPASS_LAB/guest-events" vm1 has 1002:5046 aty128fb --timeout 180
  fi
  check "end $round" virsh -q destroy vm1
  check "the host's drivers have it back" wait_until 60 are_home
done
check_equal "as it was, byte for byte" "$before" "$(sysfs_state $gpu $audio)"
check_equal "the holds of the attach are kept" "$held" "$(ls /var/lib/gpupass/holds)"
check_equal "no journal is left" "" "$(find /var/lib/gpupass/journal -type f)"

step "QEMU is killed"
check "start" virsh -q start vm1
check "the guest drives the card" "$GPUPASS_LAB/guest-events" vm1 has 1002:5046 aty128fb --timeout 180
kill -9 "$(</run/libvirt/qemu/vm1.pid)"
check "libvirt sees its end" wait_until 60 is_off vm1
check "the host's drivers have the card back" wait_until 60 are_home

step "libvirtd is restarted while the guest runs"
check "start" virsh -q start vm1
kill "$(pidof libvirtd)"
check "libvirtd ends" wait_until 60 bash -c '! pidof libvirtd'
libvirtd -d >/dev/null 2>&1 </dev/null
check "libvirt answers again" wait_until 60 virsh -q list
check "the guest is there" wait_until 60 is_running vm1
check_equal "and has its card" "vfio-pci vfio-pci" "$(drivers)"
check "it ends" virsh -q destroy vm1
check "the host's drivers have the card back" wait_until 60 are_home
check_equal "as it was, byte for byte" "$before" "$(sysfs_state $gpu $audio)"

step "a card that two domains have by turns"
make_domain vm2
check_run "attach without --shared is refused" 6 "$GPUPASS_BIN" attach vm2 $gpu
check_match "and names it" "add --shared" "$run_stderr"
check_run "attach --shared" 0 "$GPUPASS_BIN" attach vm2 $gpu --shared
check_equal "the card stays bound" "vfio-pci vfio-pci" "$(drivers)"
check "the first starts" virsh -q start vm1
check_run "the start of the second is refused" 1 virsh start vm2
check_match "in gpupass's words" "gpupass: .*running guest.*$gpu.* open" "$run_stderr"
echo "$run_stderr"
check_run "hook check says so" 5 "$GPUPASS_BIN" hook check vm2
check "the first runs on" is_running vm1
check "it ends" virsh -q destroy vm1
check_equal "the card stays bound" "vfio-pci vfio-pci" "$(drivers)"
check "the second starts" virsh -q start vm2
check "and drives the card" "$GPUPASS_LAB/guest-events" vm2 has 1002:5046 aty128fb --timeout 180
"$GPUPASS_BIN" hook uninstall
check_run "libvirt refuses the first by itself, too" 1 virsh start vm1
echo "$run_stderr"
"$GPUPASS_BIN" hook install
check "it ends" virsh -q destroy vm2
check_run "detach the first" 0 "$GPUPASS_BIN" detach vm1 $gpu
check_equal "the card stays bound for the second" "vfio-pci vfio-pci" "$(drivers)"
check_run "detach the second" 0 "$GPUPASS_BIN" detach vm2 $gpu
check_equal "as it was, byte for byte" "$before" "$(sysfs_state $gpu $audio)"

step "a card that the host has while its domains are off"
check_run "uninstall" 0 "$GPUPASS_BIN" hook uninstall
check_run "without the hook it is refused" 5 "$GPUPASS_BIN" attach vm1 $gpu --lend
check_run "install" 0 "$GPUPASS_BIN" hook install
check_run "attach --lend" 0 "$GPUPASS_BIN" attach vm1 $gpu --lend
check_run "attach --lend --shared" 0 "$GPUPASS_BIN" attach vm2 $gpu --lend --shared
check_equal "nothing was bound" "$before" "$(sysfs_state $gpu $audio)"
check "the first starts" virsh -q start vm1
check_equal "and has the card" "vfio-pci vfio-pci" "$(drivers)"
check_run "the start of the second is refused" 1 virsh start vm2
check_match "in gpupass's words" "gpupass: $gpu is bound for vm1" "$run_stderr"
check_equal "the first keeps the card" "vfio-pci vfio-pci" "$(drivers)"
check "it ends" virsh -q destroy vm1
check "the host's drivers have the card back" wait_until 60 are_home
check "the second starts" virsh -q start vm2
check "it ends" virsh -q destroy vm2
check "the host's drivers have the card back" wait_until 60 are_home
check_run "detach the first" 0 "$GPUPASS_BIN" detach vm1 $gpu
check_run "detach the second" 0 "$GPUPASS_BIN" detach vm2 $gpu
check_equal "as it was, byte for byte" "$before" "$(sysfs_state $gpu $audio)"
check_equal "nothing is held" "" "$(ls /var/lib/gpupass/holds)"

step "a domain without a card"
"$GPUPASS_LAB/make-domain" plain "$GPUPASS_GUEST" >/root/plain.xml
check "define" virsh -q define /root/plain.xml
ask_plain() { "$GPUPASS_BIN" hook run qemu plain prepare begin - </root/plain.xml; }
check "passes" ask_plain
echo "the hook takes $(milliseconds ask_plain) ms of it, where /bin/true takes $(milliseconds /bin/true) ms"
check "it starts" virsh -q start plain
check "it ends" virsh -q destroy plain

step "uninstalled"
check_run "uninstall" 0 "$GPUPASS_BIN" hook uninstall
check_equal "the file is gone" "" "$(find /etc/libvirt/hooks -type f 2>/dev/null)"
check_run "status says so" 1 "$GPUPASS_BIN" hook status
check_equal "as it was, byte for byte" "$before" "$(sysfs_state $gpu $audio)"
finish
