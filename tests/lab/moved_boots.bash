#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Outside the lab: the two boots of moved.bash, with one disk between them.
#   moved_boots.bash IOMMU
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
disk=$(mktemp --suffix=.img)
trap 'rm -f "$disk"' EXIT
truncate -s 64M "$disk"

# boot IOMMU TOPOLOGY BOOT
boot() {
  echo "=== $3"
  "$GPUPASS_BIN" lab run --iommu "$1" --topology "$2" --disk "$disk" --timeout 540 -- bash "$here/moved.bash" "$3"
}
boot "$1" pcie-card attach
boot "$1" "$here/moved_card.args" moved
