# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Shows elapsed seconds to a person who waits. With PROGRESS_IN_PLACE=yes (a terminal) they are counted in
# place; otherwise the line grows, every ten seconds at first and then every minute.

# tick TEXT SECONDS [HOW-FAR]
next_word=0
tick() {
  if [[ ${PROGRESS_IN_PLACE:-} == yes ]]; then
    printf '\r  %s … %d s%s\e[K' "$1" "$2" "${3:-}"
  elif (($2 == 0)); then
    printf '  %s …' "$1"
    next_word=10
  elif (($2 >= next_word)); then
    printf ' %d s%s …' "$2" "${3:-}"
    local every=$(($2 < 60 ? 10 : 60))
    next_word=$(($2 / every * every + every))
  fi
}

# tock TEXT SECONDS WORD: the same line, ended.
tock() {
  if [[ ${PROGRESS_IN_PLACE:-} == yes ]]; then
    printf '\r  %s … %s (%d s)\e[K\n' "$1" "$3" "$2"
  else
    printf ' %s (%d s)\n' "$3" "$2"
  fi
}

# how_far LOG: ninja's last progress, as " (12 of 249)". Builtins only: starting a program is slow in the lab.
how_far() {
  local lines
  mapfile -t lines <"$1"
  [[ ! ${lines[*]: -1} =~ ^\[([0-9]+)/([0-9]+)\]\  ]] || printf ' (%d of %d)' "${BASH_REMATCH[@]:1}"
}

# progress TEXT COMMAND…: runs COMMAND and counts. Its output is shown only if it fails.
progress() {
  local text=$1 begin=$SECONDS log status=0 worker
  shift
  log=$(mktemp)
  "$@" >"$log" 2>&1 </dev/null &
  worker=$!
  tick "$text" 0
  while sleep 1 && kill -0 "$worker" 2>/dev/null; do tick "$text" $((SECONDS - begin)) "$(how_far "$log")"; done
  wait "$worker" || status=$?
  if ((status == 0)); then
    tock "$text" $((SECONDS - begin)) "done"
  else
    tock "$text" $((SECONDS - begin)) FAILED
    grep -v '^\[[0-9]*/[0-9]*\] ' "$log" >&2 || true
  fi
  rm -f "$log"
  return "$status"
}

# progress_until_output TEXT: copies its input, and counts the seconds until the first of it comes.
progress_until_output() {
  local text=$1 begin=$SECONDS first status=0
  tick "$text" 0
  while :; do
    IFS= read -r -d '' -n 1 -t 1 first && break
    status=$?
    ((status > 128)) || { tock "$text" $((SECONDS - begin)) "nothing came"; return; }
    tick "$text" $((SECONDS - begin))
  done
  tock "$text" $((SECONDS - begin)) "done"
  printf %s "$first"
  cat
}
