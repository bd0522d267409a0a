#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Outside the lab: the boots of persist.bash, with one disk between them.
#   persist_boots.bash IOMMU
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
truncate -s 64M "$scratch/disk"
twins=$here/../../scripts/lab/topologies/twins.args
{ cat "$twins"; echo "cmdline gpupass.bind=off"; } >"$scratch/off.args"

# boot IOMMU TOPOLOGY BOOT
boot() {
  echo "=== $3"
  "$GPUPASS_BIN" lab run --iommu "$1" --topology "$2" --disk "$scratch/disk" --timeout 400 -- \
    bash "$here/persist.bash" "$3"
}
boot "$1" "$twins" bind
boot "$1" "$twins" bound
boot "$1" "$here/twins_renumbered.args" renumbered
boot "$1" "$scratch/off.args" switched-off
boot "$1" "$twins" unbind
boot "$1" "$twins" unbound
