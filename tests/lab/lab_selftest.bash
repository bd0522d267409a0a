#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Does the lab keep its promises? Runs outside, starts seventeen hosts, two minutes of processor time.
#
#   lab_selftest.bash [PART…]     parts: errors streams groups endings topologies
#
# shellcheck disable=SC2317  # the parts are called by name
set -uo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source-path=SCRIPTDIR source=lib.bash
. "$here/lib.bash"
boot=$(readlink -f "$here/../../scripts/lab/boot")
topologies=$(dirname "$boot")/topologies

# A temporary folder with nothing else in it shows what a run leaves behind.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export TMPDIR=$scratch/tmp
mkdir "$TMPDIR"

# The smallest host, for what does not depend on its cards.
lab() {
  "$boot" --topology twins "$@"
}

one_line() {
  [[ $1 != *$'\n'* && -n $1 ]]
}

# Every program of this machine but the one named: what `boot` says on a machine that lacks it.
path_without() {
  local folder=$scratch/path-without-$1
  mkdir "$folder"
  ln -sf /usr/bin/* /bin/* /usr/sbin/* /sbin/* "$folder/"
  rm -f "$folder/$1"
  echo "$folder"
}

errors() {
  step "what is wrong is told in one line, before anything starts"
  check_run "a topology that is not there: status 2" 2 "$boot" --topology nowhere -- true
  check "… in one line" one_line "$run_stderr"
  check_match "… that names it, and those that are there" "nowhere.*desktop.*pcie-card" "$run_stderr"
  check_run "a topology file that is not there: status 2" 2 "$boot" --topology ./nowhere.args -- true
  check "… in one line" one_line "$run_stderr"
  check_run "no COMMAND: status 2" 2 "$boot"
  check_run "an IOMMU that does not exist: status 2" 2 "$boot" --iommu arm -- true
  check_match "… and those that do" "intel, amd or none" "$run_stderr"
  check_run "a shell without a terminal: status 2" 2 "$boot" --shell
  check_run "a disk that is not there: status 2" 2 "$boot" --disk "$scratch/nowhere.img" -- true
  check_match "… and how to make one" "truncate" "$run_stderr"
  PATH=$(path_without qemu-system-x86_64) check_run "no QEMU: status 96" 96 "$boot" -- true
  check_equal "… and the packages to install" \
    "boot: missing: qemu-system-x86_64; install with: apt-get install --no-install-recommends qemu-system-x86" "$run_stderr"
  printf '# A device that QEMU does not have\n-device no-such-card\n' >"$scratch/odd.args"
  check_run "QEMU does not start: status 97" 97 "$boot" --topology "$scratch/odd.args" -- true
  check_match "… and what it said" "no-such-card" "$run_stderr"
  check_run "the list" 0 "$boot" --list
  check_equal "… has every topology" "$(cd "$topologies" && printf '%s\n' *.args | sed 's/\.args$//')" \
    "$(cut -d ' ' -f 1 <<<"$run_stdout")"
}

# Runs in the host, in the folder $scratch, by a relative path.
write_talker() {
  cat >"$scratch/talker" <<'TALKER'
#!/bin/bash
echo "arguments: $# <$1> <$2>"
echo "folder: $PWD"
echo "home: $HOME"
echo "variables: ${GPUPASS_TOLD-unset} ${TOLD_TOO-unset} ${NOT_TOLD-unset}"
echo "input: $(wc -c)"
echo "substitution: $(cat <(echo works))"
echo "to stderr" >/dev/stderr
head -c 1000000 /dev/zero | tr '\0' x
echo
echo "last line of stderr" >&2
sleep 1000 &
printf 'no newline at the end'
exit 42
TALKER
  chmod +x "$scratch/talker"
}

# COMMAND has ended when the reader starts.
late_reader() {
  # shellcheck disable=SC2094  # its stderr is not what the pipeline carries
  lab -- bash -c 'head -c 350000 /dev/zero; echo written >&2' 2>"$scratch/late" | {
    wait_until 100 grep -q written "$scratch/late"
    sleep 2
    wc -c
  }
}

streams() {
  step "COMMAND, its surroundings and its streams"
  write_talker
  export GPUPASS_TOLD=yes NOT_TOLD=no
  cd "$scratch" || exit
  check_run "COMMAND's exit status is the lab's" 42 lab --env "TOLD_TOO=a b" -- ./talker "one 'and' a half" $'two\nlines'
  cd / || exit
  check_match "arguments arrive as they are" $'^arguments: 2 <one \'and\' a half> <two\nlines>\n' "$run_stdout"
  check_match "the current folder is kept" $'\n'"folder: $scratch"$'\n' "$run_stdout"
  check_match "HOME is kept" $'\n'"home: $HOME"$'\n' "$run_stdout"
  check_match "GPUPASS_* and --env reach it, nothing else" $'\nvariables: yes a b unset\n' "$run_stdout"
  check_match "its input is empty" $'\ninput: 0\n' "$run_stdout"
  check_match "/dev/fd is there" $'\nsubstitution: works\n' "$run_stdout"
  check_equal "a megabyte arrives whole" 1000000 "$(grep -E '^x+$' <<<"$run_stdout" | tr -d '\n' | wc -c)"
  check_match "the end is not cut, and what it left running does not hold it up" $'\nno newline at the end$' "$run_stdout"
  check_equal "stderr has COMMAND's words alone" $'to stderr\nlast line of stderr' "$run_stderr"
  check_equal "no carriage returns" 0 "$(tr -dc '\r' <<<"$run_stdout" | wc -c)"
  check_equal "a reader that is late gets all" 350000 "$(late_reader)"
  check_run "a COMMAND that is not there: status 127" 127 lab -- ./no-such-program
  check_equal "nothing is left behind" "" "$(ls -A "$TMPDIR")"
}

groups() {
  step "--iommu none"
  # shellcheck disable=SC2016  # for the shell inside
  check_run "a host without an IOMMU runs" 0 "$boot" --iommu none -- bash -c 'ls /sys/kernel/iommu_groups; ls -A /sys/class/iommu'
  check_equal "… and has no groups" "" "$run_stdout"
}

# A host that is still running when this ends a lab: `boot` must take it along.
end_by() {
  local signal=$1 pid
  "$boot" --topology twins -- sleep 300 >"$scratch/ended" 2>&1 &
  pid=$!
  wait_until 60 pgrep -f "qemu-system.*$TMPDIR"
  kill "-$signal" "$pid"
  wait "$pid" 2>/dev/null
}

no_host_runs() {
  ! pgrep -f "qemu-system.*$TMPDIR"
}

endings() {
  step "hosts that do not end well"
  check_run "the time is over: status 124" 124 lab --timeout 3 -- sleep 100
  check_match "… in a clear line" "lab: the time limit was reached \(--timeout 3\)" "$run_stderr"
  truncate -s 64M "$scratch/disk.img"
  check_run "the power fails: status 95" 95 lab --disk "$scratch/disk.img" -- bash -c \
    'echo kept >/persist/word; echo kept too >/var/lib/gpupass/word; sync; echo b >/proc/sysrq-trigger; sleep 10'
  check_match "… in a clear line" "lab: the host rebooted or ended before COMMAND finished" "$run_stderr"
  check_match "… with the console's last lines" "sysrq: Resetting" "$run_stderr"
  check_run "the next host comes up" 0 lab --disk "$scratch/disk.img" -- cat /persist/word /var/lib/gpupass/word
  check_equal "… and what was on the disk is there" $'kept\nkept too' "$run_stdout"
  end_by TERM
  check "SIGTERM takes the host along" wait_until 5 no_host_runs
  check_equal "nothing is left behind" "" "$(ls -A "$TMPDIR")"
  end_by KILL
  check "SIGKILL takes the host along" wait_until 5 no_host_runs
}

# claims IOMMU NAME: the checks inside count here.
claims() {
  check_run "$2 on $1: as its file claims" 0 "$boot" --iommu "$1" --topology "$2" -- \
    "$here/topology_as_claimed.bash" "$topologies/$2.args"
}

topologies() {
  step "topologies"
  local file
  for file in "$topologies"/*.args; do claims intel "$(basename "$file" .args)"; done
  claims amd desktop
  claims amd stranger
}

(($#)) || set -- errors streams groups endings topologies
for part in "$@"; do "$part"; done
finish
