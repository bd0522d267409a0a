#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Inside the lab: what must be refused before anything is touched. Which refusal is looked at depends on
# the machine: stranger (a network card in the group), boot-display, or one without an IOMMU.
#   refusals.bash stranger|boot-display|no-iommu
set -u
# shellcheck source=tests/lab/lib.bash
source "$(dirname "$0")/lib.bash"
connection=$(other_domain vm1)

all_devices() { (cd /sys/bus/pci/devices && echo *); }
# shellcheck disable=SC2046
before=$(sysfs_state $(all_devices))

unchanged() {
  # shellcheck disable=SC2046
  check_equal "nothing was changed" "$before" "$(sysfs_state $(all_devices))"
  check_equal "nothing is held" "" "$(find /var/lib/gpupass -type f 2>/dev/null)"
}

# refused STATUS REGEX ARG…: `gpupass attach` is refused so, and changes nothing.
refused() {
  local status=$1 regex=$2
  shift 2
  check_run "attach $*" "$status" "$GPUPASS_BIN" attach vm1 "$@" --connect "$connection" --config
  check_match "says why" "$regex" "$run_stderr"
  unchanged
}

case $1 in
  stranger)
    stranger=$(group_member_with_driver e1000e)
    card=$(gpu_in_group_of "$stranger")
    refused 5 "$stranger.*--with $stranger" "$card"
    check_run "groups names it too" 1 "$GPUPASS_BIN" groups "$card"
    check_match "as the one in the way" "$stranger" "$run_stdout"
    ip link set "$(ls "/sys/bus/pci/devices/$stranger/net")" up
    ip address add 192.0.2.1/24 dev "$(ls "/sys/bus/pci/devices/$stranger/net")"
    ip route add default via 192.0.2.2
    # shellcheck disable=SC2046
    before=$(sysfs_state $(all_devices))
    refused 5 "default route" "$card" --with "$stranger" --yes
    ip route del default
    check_run "named, it goes along" 0 "$GPUPASS_BIN" attach vm1 "$card" --with "$stranger" --connect "$connection" --config --yes --dry-run
    check_match "to vfio-pci" "bind $stranger to vfio-pci" "$run_stdout"

    step "libvirt's hook, where somebody else gave a domain the card"
    ip link set "$(ls "/sys/bus/pci/devices/$stranger/net")" down
    # shellcheck disable=SC2046
    before=$(sysfs_state $(all_devices))
    check_run "the hook is installed" 0 "$GPUPASS_BIN" hook install
    start_libvirt
    "$GPUPASS_LAB/make-domain" lent "$GPUPASS_GUEST" >/root/lent.xml
    check_run "a domain with the card" 0 "$GPUPASS_BIN" xml --domain /root/lent.xml "$card"
    check "define it" virsh -q define <(echo "$run_stdout")
    check_run "virsh start is refused" 1 virsh start lent
    check_match "for what has no record" "gpupass: .*no record of $card in lent" "$run_stderr"
    check_run "hook check says so before" 5 "$GPUPASS_BIN" hook check lent
    unchanged
    check_run "the stranger is taken from its driver" 0 "$GPUPASS_BIN" bind "$stranger"
    check_run "the card is recorded" 0 "$GPUPASS_BIN" attach lent "$card" --config
    check_run "the stranger is given back" 0 "$GPUPASS_BIN" unbind "$stranger"
    check_run "virsh start is refused" 1 virsh start lent
    check_match "for the stranger" "gpupass: .*$stranger.*e1000e" "$run_stderr"
    check_run "hook check says so before" 5 "$GPUPASS_BIN" hook check lent
    check_run "the stranger is taken from its driver" 0 "$GPUPASS_BIN" bind "$stranger"
    check "and the domain starts" virsh -q start lent
    check_equal "with the card" vfio-pci "$(driver_of "$card")"
    check "it ends" virsh -q destroy lent
    check_run "the card comes home" 0 "$GPUPASS_BIN" detach lent "$card"
    check_run "and the stranger" 0 "$GPUPASS_BIN" unbind "$stranger"
    unchanged
    ;;
  boot-display)
    card=$(grep -lx 1 /sys/bus/pci/devices/*/boot_vga)
    card=$(basename "$(dirname "$card")")
    refused 5 "$card drives the screen.*--yes" "$card"
    check_run "with consent it is taken" 0 "$GPUPASS_BIN" bind "$card" --yes
    check_equal "from the screen" vfio-pci "$(driver_of "$card")"
    check_run "and given back" 0 "$GPUPASS_BIN" unbind "$card"
    ;;
  no-iommu)
    refused 5 "IOMMU" 0000:01:00.0
    check_run "groups says why there are none" 1 "$GPUPASS_BIN" groups
    check_run "doctor blocks" 1 "$GPUPASS_BIN" doctor 01:00
    check_match "and says how to switch it on" "intel_iommu=on|amd_iommu=on|VT-d|AMD-Vi" "$run_stdout"
    check_run "bind is refused as well" 5 "$GPUPASS_BIN" bind 01:00
    unchanged
    ;;
esac

step "bad input, everywhere the same"
check_run "no such device" 3 "$GPUPASS_BIN" attach vm1 77:00.0 --connect "$connection"
check_run "nonsense" 3 "$GPUPASS_BIN" attach vm1 nonsense --connect "$connection"
check_run "no such domain" 3 "$GPUPASS_BIN" attach no-such-vm "$(first_gpu)" --connect "$connection"
check_run "no such connection" 10 "$GPUPASS_BIN" attach vm1 "$(first_gpu)" --connect nonsense:///
check_run "nothing to give back" 0 "$GPUPASS_BIN" unbind "$(first_gpu)"
[[ $1 == boot-display ]] || unchanged
finish
