#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Outside the lab: builds the module of slow_probe/ for the kernel that the lab boots, and runs slow_probe.bash
# with it. Skipped (77) where that kernel's headers are not installed.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=scripts/lab/common.bash
source "$here/../../scripts/lab/common.bash"
headers=/lib/modules/$(newest_kernel)/build
[[ -d $headers ]] || {
  echo "SKIPPED: $headers is not there (Debian: linux-headers-amd64)"
  exit 77
}
work=$(mktemp -d "${TMPDIR:-/var/tmp}/gpupass-slow-probe.XXXXXX")
trap 'rm -rf "$work"' EXIT
cp "$here/slow_probe/"* "$work/"
make -s -C "$headers" M="$work" modules
"$GPUPASS_BIN" lab run --topology pcie-card --timeout 540 --env SLOW_PROBE="$work/slow_probe.ko" -- \
  bash "$here/slow_probe.bash"
