#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# gpupass-bench as a user meets it: exit codes, streams, files.
#
#   program_test.bash GPUPASS-BENCH
set -uo pipefail
# shellcheck source=tests/lab/lib.bash
source "$(dirname "$0")/../lab/lib.bash"
bench=$1
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT

check_run "the cases are listed" 0 "$bench" --list
check_match "with those of CUDA, built with it or not" 'h2d\.pinned' "$run_stdout"
check_run "one that fits nothing is an error" 3 "$bench" --filter 'no.such*'
check_match "which says what to do" -- '--list' "$run_stderr"
check_run "so is an option that is not there" 2 "$bench" --fast
check_run "and a file that cannot be written, before anything is measured" 3 "$bench" --out "$folder/none/run.json"

check_run "a run" 0 "$bench" --quick --filter cpu.timer --seed 7 --role me --inject 1% --out "$folder/run.json"
check_match "shows its figure" 'cpu\.timer +passed' "$run_stdout"
check_equal "and nothing on standard error, which is no terminal" "" "$run_stderr"
check_match "the file has who" '"role": "me"' "$(<"$folder/run.json")"
check_match "with which seed" '"seed": 7' "$(<"$folder/run.json")"
check_match "how much slower it was made" '"inject": 0.01' "$(<"$folder/run.json")"
check_equal "and which program it was" "$(sha256sum "$bench" | cut -d ' ' -f 1)" "$(value_of sha256 <"$folder/run.json")"

check_run "is not overwritten" 5 "$bench" --quick --filter cpu.timer --out "$folder/run.json"
check_match "which says what to do" 'name another file' "$run_stderr"
check_match "and is what it was" '"role": "me"' "$(<"$folder/run.json")"
: >"$folder/empty.json"
check_run "an empty file is no result" 0 "$bench" --quick --filter cpu.timer --out "$folder/empty.json"

check_run "JSON goes to standard output" 0 "$bench" --quick --filter cpu.timer --format json
check_match "alone" '^\{.*"schema": "gpupass.bench/1"' "${run_stdout//$'\n'/ }"
check_run "a device can be written to" 0 "$bench" --quick --filter cpu.timer --out /dev/null
check "and is one afterwards" test -c /dev/null

check_run "without a PCI device named, its cases are waived" 0 "$bench" --quick --filter 'pci.*' --filter cpu.timer
check_match "and say why" 'waived: no PCI device was named' "$run_stdout"
check_run "what measured nothing is no success" 9 "$bench" --filter 'pci.*' --out "$folder/nothing.json"
check_match "which says so" 'nothing was measured, and no run is written' "$run_stderr"
check_match "and why" 'no PCI device was named' "$run_stderr"
check "and writes no run" test ! -e "$folder/nothing.json"
: >"$folder/mine.json"
check_run "over no file" 9 "$bench" --filter 'pci.*' --out "$folder/mine.json"
check "and removes none" test -e "$folder/mine.json"
check_run "nor prints one" 9 "$bench" --filter 'pci.*' --format json
check_equal "for programs" "" "$run_stdout"
check_run "nor do several runs" 9 "$bench" --filter 'pci.*' --runs 2 --out "$folder/none"
check_equal "write one" "" "$(ls "$folder/none")"
check_equal "which the first shows, and no second is begun" "run 1 of 2: no result" "$(grep '^run' <<<"$run_stdout")"

check_run "several runs" 0 "$bench" --quick --filter cpu.timer --runs 2 --seed 7 --out "$folder/runs"
check_equal "are a file each" "run-001.json run-002.json" "$(cd "$folder/runs" && echo *)"
check_match "with seeds in a row" '"seed": 8' "$(<"$folder/runs/run-002.json")"
check_equal "from processes of their own" 2 "$(grep -hoE '"id": "[0-9a-f]{8}-[0-9a-f-]{27}"' "$folder"/runs/*.json | sort -u | wc -l)"
check_run "that are not overwritten" 5 "$bench" --quick --filter cpu.timer --runs 2 --out "$folder/runs"
finish
