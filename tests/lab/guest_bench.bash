#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Inside the lab with a PCIe card: gpupass guest bench runs the suite in a guest that has the card, over the
# guest's channel, and compares it with the host's. GPUPASS_GUEST serves the channel and has another
# gpupass-bench than the host's.
set -u
# shellcheck source=tests/lab/lib.bash
source "$(dirname "$0")/lib.bash"
gpu=0000:01:00.0
results=${GPUPASS_RESULTS:-/root/results}
mkdir -p "$results"

step "the host's run"
check_run "it" 0 "$GPUPASS_BENCH" --quick --group processor --role host --out "$results/host.json"

step "a guest that is off"
start_libvirt
make_domain vm1 --ports 1 --memory 384
before=$(sysfs_state $gpu)
check_run "attach" 0 "$GPUPASS_BIN" attach vm1 $gpu
check_run "guest bench" 0 "$GPUPASS_BIN" guest bench vm1 --quick --group pci --group processor \
  --program "$GPUPASS_BENCH" --timeout 240 --out "$results/guest"
check_match "came over the channel" 'it answers \(channel org\.gpupass\.bench\.0\)' "$run_stderr"
check_match "with the host's gpupass-bench in place of its own" "has another gpupass-bench: copying the host's" "$run_stderr"
check_equal "one run" "$results/guest/run-001.json" "$(ls -d "$results"/guest/*)"
check_equal "the guest is off, as it was" "shut off" "$(virsh domstate vm1)"
check_equal "the same program" "$(value_of sha256 <"$results/host.json")" \
  "$(value_of sha256 <"$results/guest/run-001.json")"
check_match "found the card by its ids" '"id": *"pci.mmio.read"[^}]*"mapping": *"direct"' \
  "$(tr -d '\n' <"$results/guest/run-001.json")"

step "a guest that runs"
check "it starts" virsh -q start vm1
check_run "guest bench, two runs, compared" 14 "$GPUPASS_BIN" guest bench vm1 --quick --group processor --runs 2 \
  --program "$GPUPASS_BENCH" --timeout 240 --out "$results/two" --compare-with "$results/host.json" \
  -o "$results/report.html"
check_equal "two runs" 2 "$(find "$results/two" -name '*.json' | wc -l)"
check_match "an answer" 'oo uncertain to tell' "$run_stdout"
check "and a report" test -s "$results/report.html"
check_equal "the guest runs, as it did" "running" "$(virsh domstate vm1)"
shut_down vm1

step "a guest that never answers"
"$GPUPASS_LAB/make-domain" silent "$GPUPASS_SILENT_GUEST" >/root/silent.xml
check "define silent" virsh -q define /root/silent.xml
check_run "is told of in time" 7 "$GPUPASS_BIN" guest bench silent --program "$GPUPASS_BENCH" --timeout 60 \
  --out "$results/silent"
check_match "with what was seen of it" 'nothing in the guest has opened its channel org\.gpupass\.bench\.0' "$run_stderr"
check_equal "and is off again" "shut off" "$(virsh domstate silent)"
check_equal "with nothing left of it" "" "$(ls -d "$results/silent" 2>/dev/null)"
check_run "detach" 0 "$GPUPASS_BIN" detach vm1 $gpu
check_equal "the card is as it was, byte for byte" "$before" "$(sysfs_state $gpu)"
finish
