#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What bash offers after the words of a command line.
#
#   completion_test.bash GPUPASS GPUPASS-BENCH
set -uo pipefail
# shellcheck source=tests/lab/lib.bash
source "$(dirname "$0")/lab/lib.bash"
# shellcheck source=scripts/completion/gpupass.bash
source "$(dirname "$0")/../scripts/completion/gpupass.bash"
program=$1 program_bench=$2
gpupass() { "$program" "$@"; }
# shellcheck disable=SC2317  # the completion calls it
gpupass-bench() { "$program_bench" "$@"; }
virsh() { echo vm1; }

# offered WORD…: candidates for the last word
offered() {
  local COMP_WORDS=(gpupass "$@") COMP_CWORD=$# COMPREPLY=()
  _gpupass
  echo "${COMPREPLY[*]}"
}

check_equal "a command" attach "$(offered att)"
check_equal "help is one" help "$(offered hel)"
check_equal "which is followed by a command" "doctor" "$(offered help doc)"
check_equal "and by its action" "export" "$(offered help bench expo)"
check_equal "after --root a folder" "" "$(offered --root x)"
check_equal "and then a command" "doctor" "$(offered --root x doc)"
check_equal "however it is written" "doctor" "$(offered --root = x doc)"
check_equal "and its options" --format "$(offered --root x doctor --fo)"
check_equal "actions of guest" "start stop" "$(offered guest st)"
check_equal "of hook" "install" "$(offered hook ins)"
check_equal "of container" "write" "$(offered container wr)"
check_equal "engines" "docker podman compose lxc libvirt-lxc systemd-nspawn" "$(offered container flags 01:00.0 --engine '')"
check_equal "engines that read CDI files" "docker podman containerd cri-o" "$(offered container write --engine '')"
check_equal "what container remove removes is no device" "" "$(offered container remove '')"
check_equal "options of an action of hook" "--driver --dry-run --format --help --hooks --timeout --yes" "$(offered hook install --)"
check_equal "another action has others" "--connect --help" "$(offered hook check --)"
check_match "bench run has those of gpupass-bench" '--filter .*--inject .*--runs' "$(offered bench run --)"

check_equal "domains" vm1 "$(offered attach '')"
check_equal "domains of an action" vm1 "$(offered guest stop '')"
check_equal "hook check asks for one" vm1 "$(offered hook check '')"
check_equal "hook install does not" "" "$(offered hook install '')"
check_equal "a guest to be created has a name of its own" "" "$(offered guest create '')"
check_equal "--domain is one" vm1 "$(offered bench experiment --domain '')"
check_equal "arms of an experiment" "host docker: podman: lxc: vm:vm1" "$(offered bench experiment --arm '')"
check_equal "the driver to bind to" vfio-pci "$(offered bind --driver '')"
check_equal "libvirt's drivers" "qemu lxc libxl" "$(offered hook install --driver '')"
check_equal "where a guest has its driver from" "distribution repository none" "$(offered guest create --driver '')"
check_equal "what compare prints" "text json markdown csv" "$(offered bench compare --format '')"
check_equal "what others print" "text json" "$(offered doctor --format '')"
check_equal "groups of cases" "latency" "$(offered bench compare --group l)"
finish
