#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What only looks works for an ordinary user of the host, and ends as it does for root, also once something is
# held and a journal is there that the user cannot read.
#
#   user_test.bash GPUPASS MACHINE    MACHINE: a folder of tests/hosts that was made
set -euo pipefail
gpupass=$(readlink -f "$1")
machine=$(readlink -f "$2")
user=(setpriv --reuid 65534 --regid 65534 --clear-groups --)

skip() {
  echo "SKIPPED: $1"
  exit 125
}
[[ $(id -u) == 0 ]] || skip "only root can become another user"
[[ -n $(type -P setpriv) ]] || skip "setpriv is not installed"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
cp -a "$machine/root" "$work/root"
cp "$gpupass" "$work/gpupass"  # what is built may lie where others cannot go
if ! "${user[@]}" "$work/gpupass" --version >"$work/said" 2>&1; then
  skip "an ordinary user cannot run programs of $work: $(cat "$work/said")"
fi

state=$work/root/var/lib/gpupass
mkdir -p "$state/holds"
install -d -m 0755 "$state/journal"
cat >"$state/holds/0000:01:00.1.json" <<'END'
{"schema":"gpupass.hold/1","device":"0000:01:00.1","vendor":4318,"device_id":6895,"original_driver":"snd_hda_intel","original_override":"","bound":true,"domain":"","uri":"","since":"2026-11-22T12:00:00Z","boot_id":"before"}
END
echo '{"nobody": "reads this"}' >"$state/journal/20261122T120000Z-1-0.jsonl"
chmod 0600 "$state/journal/"*

failed=0
complain() {
  printf 'FAILED: %s\n' "$*"
  sed 's/^/    /' "$work"/root.out "$work"/root.err "$work"/user.out "$work"/user.err
  failed=1
}

# both ARGUMENT…: for root and for a user; leaves what each said and its status.
both() {
  of_root=0
  of_user=0
  "$work/gpupass" --root "$work/root" "$@" >"$work/root.out" 2>"$work/root.err" </dev/null || of_root=$?
  "${user[@]}" "$work/gpupass" --root "$work/root" "$@" >"$work/user.out" 2>"$work/user.err" </dev/null || of_user=$?
}

# same ARGUMENT…: ends alike and says the same.
same() {
  both "$@"
  ((of_root == of_user)) || complain "$* ends with $of_user for a user, with $of_root for root"
  cmp -s "$work/root.out" "$work/user.out" || complain "$* says another thing to a user"
}

tried=0
everything() {
  local words
  for words in "list" "list --all" "groups" "doctor 01:00" "xml 01:00" "hook status" "bind 01:00 --dry-run --yes" \
    "bind 01:00.1 --dry-run" "bind 02:00.0 --dry-run --yes" "unbind 01:00.1 --dry-run --yes"; do
    # shellcheck disable=SC2086  # words
    same $words
    tried=$((tried + 1))
  done
}

everything
both status
((of_user == 0)) || complain "status ends with $of_user for a user"
grep -q "0000:01:00.1" "$work/user.out" || complain "status does not show a user what is held"

# A journal that only root reads. For root it blocks its devices; a user is not told.
echo '{"nobody": "reads this of 0000:02:00.0"}' >"$state/journal/20261122T120000Z-1-0.jsonl"
chmod 0600 "$state/journal/"*
both status
((of_user == 0)) || complain "status ends with $of_user for a user while there is a journal"
grep -q "0000:01:00.1" "$work/user.out" || complain "status does not show a user what is held"
grep -q "only root can read" "$work/user.out" || complain "status does not tell a user that a command did not end"
both bind 01:00 --dry-run --yes
((of_user == 0)) || complain "a dry run ends with $of_user for a user while there is a journal"
both recover --dry-run
((of_user == 0)) || complain "recover --dry-run ends with $of_user for a user who cannot read the journals"
grep -q "started 20261122T120000Z.*only root can" "$work/user.out" || complain "recover --dry-run does not tell what it knows"
! grep -q "nothing was left" "$work/user.out" || complain "recover --dry-run says that nothing was left"

# Folders that are closed to others, as an earlier gpupass or an admin made them: what can be seen without is told.
looks() {
  local words
  for words in "list" "list --all" "groups" "xml 01:00" "status" "status --format json" "hook status" "guest list" \
    "bind 01:00 --dry-run --yes" "unbind 01:00.1 --dry-run --yes" "recover --dry-run" "recover --dry-run --format json" \
    "recover --dry-run --forget" "bind 01:00 --persist --dry-run --yes" "unbind 01:00 --persist --dry-run" \
    "bench report --help"; do
    # shellcheck disable=SC2086  # words
    both $words
    ((of_user != 4 && of_user != 70)) || complain "$words ends with $of_user for a user, $1"
    tried=$((tried + 1))
  done
}
chmod 0700 "$state/journal"
looks "with journals that are closed"
chmod 0600 "$state/holds/"*
looks "with holds that are closed"
both status
grep -q "holds/0000:01:00.1.json.*Permission denied" "$work/user.err" || complain "status does not tell a user what it cannot read"
chmod 0700 "$state"
looks "with a folder that is closed"
both status
grep -q "Permission denied" "$work/user.err" || complain "status does not tell a user what it cannot read"
both recover --dry-run
! grep -q "nothing was left" "$work/user.out" || complain "recover --dry-run says that nothing was left"

echo "user_test: $tried commands end for an ordinary user as for root"
exit "$failed"
