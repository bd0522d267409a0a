#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Inside the lab host: are the functions there that the topology FILE claims (its lines `expect ADDRESS
# DRIVER GROUP`), on those drivers, and grouped so? GROUP is a label: equal for members of one group,
# different for different groups. The function in the group `screen` is the boot display.
set -uo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.bash
. "$(dirname "$0")/lib.bash"

declare -A number_of=() label_of=()
while read -r keyword address driver label; do
  [[ $keyword == expect ]] || continue
  check_equal "$address is on $driver" "$driver" "$(driver_of "$address")"
  number=$(link_of "$address" iommu_group)
  if [[ $number == - ]]; then
    failed "$address has an IOMMU group"
    continue
  fi
  check_equal "$address is in the group '$label'" "${label_of[$number]:-$label} ${number_of[$label]:-$number}" "$label $number"
  number_of[$label]=$number label_of[$number]=$label
  [[ $label != screen ]] || check_equal "$address is the boot display" 1 "$(<"/sys/bus/pci/devices/$address/boot_vga")"
done <"$1"
((checks_passed)) || failed "$1 claims anything"
finish
