#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Inside the lab: a domain is there after one word, a card goes into it, and the word said again changes nothing.
set -u
# shellcheck source=tests/lab/lib.bash
source "$(dirname "$0")/lib.bash"

check_run "make-vm1" 0 "$GPUPASS_LAB/make-vm1"
check_match "says what to do next" "gpupass attach vm1 ADDRESS" "$run_stdout"
check_equal "vm1 is defined and off" "shut off" "$(virsh -q domstate vm1 | head -n 1)"
check_run "it can have a card" 0 "$GPUPASS_BIN" attach vm1 0000:01:00.0 --dry-run
check_run "make-vm1 again" 0 "$GPUPASS_LAB/make-vm1"
check_equal "changes nothing" "vm1 is defined already" "$run_stdout"
finish
