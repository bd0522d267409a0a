#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# cloud_image_run.bash SCRIPT: outside the lab: makes the cloud image, if it is not kept from before, and runs
# SCRIPT, beside this one, with it. Skipped (77) where Debian's packages for the image cannot be had.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")

work=$(mktemp -d "${TMPDIR:-/var/tmp}/gpupass-cloud-image.XXXXXX")
trap 'rm -rf "$work"' EXIT
echo "== the image"
status=0
time "$here/../../scripts/lab/make-cloud-image" "$work/cloud.qcow2" || status=$?
if ((status == 96)); then
  echo "SKIPPED: the image cannot be made here; why is above"
  exit 77
fi
((status == 0)) || exit "$status"
"$GPUPASS_BIN" lab run --steady --topology pcie-card --memory 4G --timeout 2400 \
  --env GPUPASS_CLOUD_IMAGE="$work/cloud.qcow2" -- bash "$here/$1"
