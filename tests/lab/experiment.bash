#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Inside the lab with a PCIe card: gpupass bench experiment from end to end, killed in the middle and gone on with,
# interrupted politely, and its refusals. GPUPASS_GUEST serves the channel.
set -u
# shellcheck source=tests/lab/lib.bash
source "$(dirname "$0")/lib.bash"
gpu=0000:01:00.0
results=${GPUPASS_RESULTS:-/root/results}
mkdir -p "$results"
cd "$results" || exit 1

# Always the same one.
experiment=("$GPUPASS_BIN" bench experiment --gpu "$gpu" --domain vm1 --blocks 2 --seed 1 --quick --group pci
  --group processor --program "$GPUPASS_BENCH" --timeout 240 --out two --yes)

results_there() {
  find two -name 'block-*.json' 2>/dev/null | sort
}

# shellcheck disable=SC2317
at_least() {
  (($(results_there | wc -l) >= $1))
}

# shellcheck disable=SC2317
guest_runs() {
  at_least 1 && [[ $(virsh domstate vm1) == running ]]
}

# shellcheck disable=SC2317
without_card() {
  ! virsh dumpxml --inactive vm1 | grep -q '<hostdev'
}

# Every start of the guest has to pass it, while the experiment has the card's locks.
check_run "the hook is installed" 0 "$GPUPASS_BIN" hook install
start_libvirt
make_domain vm1 --ports 2 --memory 384
before=$(sysfs_state $gpu)
driver=$(driver_of $gpu)

step "what it would do"
check_run "a dry run" 0 "${experiment[@]}" --dry-run
check_match "has both blocks" 'block  1: (host, then guest|guest, then host)' "$run_stdout"
check_match "and the time" 'roughly [0-9]+' "$run_stdout"
check "changes nothing" test ! -e two

step "what it refuses"
check_run "an image that is not there" 3 "$GPUPASS_BIN" bench experiment --gpu $gpu --image /none.qcow2 --quick \
  --program "$GPUPASS_BENCH" --out none
check_run "a group that there is not" 2 "$GPUPASS_BIN" bench experiment --gpu "$gpu" --domain vm1 --group none \
  --program "$GPUPASS_BENCH" --out none
check_run "a card that somebody bound" 0 "$GPUPASS_BIN" bind $gpu
check_run "is not measured on its driver" 6 "${experiment[@]}"
check_run "unbind" 0 "$GPUPASS_BIN" unbind $gpu
check "nothing was made" test ! -e none -a ! -e two

step "killed while its first guest runs"
"${experiment[@]}" >first.out 2>first.err </dev/null &
pid=$!
wait_until 240 guest_runs || give_up "no guest was started after a first run: $(tail -n 5 first.err)"
kill -KILL "$pid"
wait "$pid" 2>/dev/null
first=$(results_there)
check_equal "with one run done" 1 "$(wc -l <<<"$first")"
check_equal "the card is away" vfio-pci "$(driver_of $gpu)"
check_equal "the guest runs" running "$(virsh domstate vm1)"
check_run "a command on the card" 6 "$GPUPASS_BIN" bind $gpu
check_match "names what undoes it" 'gpupass recover' "$run_stderr"
check_run "which would be" 0 "$GPUPASS_BIN" recover --dry-run
check_match "all of it" 'shut vm1 down' "$run_stdout"

step "gone on with, and asked politely to stop"
"${experiment[@]}" >second.out 2>second.err </dev/null &
pid=$!
wait_until 300 at_least $(($(results_there | wc -l) + 1)) || give_up "it did not go on: $(tail -n 5 second.err)"
kill -TERM "$pid"
status=0
wait "$pid" || status=$?
check_equal "it says that it was interrupted" 11 "$status"
check_match "and how to go on" 'the same command continues' "$(<second.err)"
check_equal "the guest is off" "shut off" "$(virsh domstate vm1)"
check_equal "the card is as it was, byte for byte" "$before" "$(sysfs_state $gpu)"
check "the guest's configuration, too" without_card

step "another one in the same folder"
check_run "is refused" 5 "${experiment[@]}" --filter 'cpu.*'
check_match "with what is different" 'another experiment: options' "$run_stderr"

step "to its end"
kept=$(cd two && sha256sum block-*.json)
check_run "it ends with an answer" 14 "${experiment[@]}"
check_match "in words" 'oo uncertain to tell' "$run_stdout"
check_equal "with four runs" 4 "$(results_there | wc -l)"
check "those of before are as they were" sha256sum --status -c <(cd two && echo "${kept//  block/  two/block}")
check "the first among them" test -s "${first%%$'\n'*}"
check "and a report" test -s two/report.html
check_match "in blocks" '"in_blocks": *true' \
  "$("$GPUPASS_BIN" bench compare --format json two/block-0?-host.json -- two/block-0?-guest.json)"
check_match "each run has its block" '"block": *2' "$(<two/block-02-guest.json)"
for side in host guest; do
  check_match "the card's memory was read in the $side" '"id": *"pci.mmio.read"[^}]*"status": *"passed"' \
    "$(measurement pci.mmio.read two/block-02-$side.json)"
done
check_equal "the guest is off" "shut off" "$(virsh domstate vm1)"
check "and has no card" without_card
check_equal "the card is as it was, byte for byte" "$before" "$(sysfs_state $gpu)"
check_equal "on its driver" "$driver" "$(driver_of $gpu)"
check_match "nothing is held" 'holds no device' "$("$GPUPASS_BIN" status)"

step "said once more"
check_run "it measures nothing, and answers" 14 "${experiment[@]}"
finish
