#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# make_serving_guest.bash LAB GPUPASS_BENCH OUT: a guest that serves the channel org.gpupass.bench.0. Its gpupass-bench
# is the host's with a byte behind it: it runs, and is another one.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$2" "$work/gpupass-bench"
echo >>"$work/gpupass-bench"
"$1/make-guest" "$3" --with "$work/gpupass-bench" --serve
