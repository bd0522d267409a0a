#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Outside the lab: the three boots of reboot.bash, with one disk between them. The second ends as the
# power goes, which the lab reports with a status of its own.
#   three_boots.bash IOMMU
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
disk=$(mktemp --suffix=.img)
trap 'rm -f "$disk"' EXIT
truncate -s 64M "$disk"

# boot IOMMU BOOT STATUS
boot() {
  local status=0
  echo "=== $2"
  "$GPUPASS_BIN" lab run --iommu "$1" --topology desktop --disk "$disk" --timeout 400 -- \
    bash "$here/reboot.bash" "$2" || status=$?
  ((status == $3)) || { echo "boot '$2' ended with $status, not $3"; exit 1; }
}
readonly power_went=95
boot "$1" configure 0
boot "$1" start $power_went
boot "$1" after-the-cut 0
