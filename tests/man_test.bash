#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Do the man pages say what the program does? Each command has a page, each page's options are those of
# --help with the same values and defaults, groff finds nothing wrong, and the exit codes are those of
# docs/exit-codes.md.
#
#   man_test.bash GPUPASS GPUPASS-BENCH
set -euo pipefail

gpupass=$1 bench=$2
root=$(dirname "$(readlink -f "$0")")/..
pages=$root/docs/man
failures=0

# same WHAT PROGRAM PAGE
same() {
  [[ "$2" != "$3" ]] || return 0
  echo "FAIL: $1 (< the program, > the page):"
  diff <(echo "$2") <(echo "$3") | grep '^[<>]' || true
  failures=$((failures + 1))
}

# Both print lines like "-c, --connect URI" and "--timeout S = 60", sorted.
# options_of_help PROGRAM [COMMAND]
options_of_help() {
  "$@" --help | sed -nE \
    -e 's/^  -(.) \[ (--[a-z-]+) \]/  -\1, \2/' \
    -e 's/^  ((-., )?--[a-z-]+( [^ (]+)?)( \(=([^)]*)\))?.*$/\1 = \5/p' | sed 's/ = $//' | sort
}

options_of_page() {
  sed -n '/^\.SH OPTIONS/,/^\.SH EX/p' "$1" | awk '
    function plain(text) {
      sub(/^\.B[IR]? /, "", text)
      gsub(/"|\\f[A-Z]/, "", text); gsub(/\\-/, "-", text); gsub(/ +/, " ", text); gsub(/ ,/, ",", text)
      return text
    }
    function flush() { if (option != "") print option (value == "" ? "" : " = " value); option = value = "" }
    tag { option = plain($0); tag = 0; next }
    /^\.TP/ { flush(); tag = 1 }
    match($0, /\[default: [^]]*\]/) { value = plain(substr($0, RSTART + 10, RLENGTH - 11)) }
    END { flush() }' | sort
}

# "5 refused", a line for each code.
codes_of_page() {
  sed -nE 's/^\.BR ([0-9]+) " \(([a-z-]+)\)"$/\1 \2/p' "$1"
}

# shellcheck disable=SC2016  # the backquotes are the table's
codes_of_table() {
  sed -nE 's/^\| ([0-9]+) \| `?([a-z-]+)`? .*/\1 \2/p' "$1"
}

# Pages of `gpupass bench` are those of its actions, beside that of the program gpupass-bench.
commands=$("$gpupass" --help | sed -nE 's/^  ([a-z]+) .*/\1/p' | grep -vx bench)
same "pages and commands" "$(for command in $commands; do echo "gpupass-$command.1"; done | sort)" \
  "$(cd "$pages" && printf '%s\n' gpupass-*.1 | grep -v '^gpupass-bench' | sort)"

# What a command does is said in the same words by --help, in one line or two, and by its page.
summary_of_help() {
  "$gpupass" --help | awk -v name="$1" '
    $1 == name { found = 1; sub(/^  [a-z]+ +([A-Z\[][^ ]* ?(SELECTOR…|VM|…)?\]?|run\|shell\|list)? +/, ""); text = $0; next }
    found && /^   / { sub(/^ +/, ""); text = text " " $0; next }
    found { exit }
    END { print text }'
}

for command in $commands; do
  page=$pages/gpupass-$command.1
  [[ -e $page ]] || continue
  same "what $command does" "$(summary_of_help "$command")" \
    "$(sed -nE '/^\.SH NAME/{n;s/^gpupass-[a-z]+ \\- //;s/\\-/-/g;p;q}' "$page")"
  same "options of $command" "$(options_of_help "$gpupass" "$command")" "$(options_of_page "$page")"
done
for action in $("$gpupass" bench --help | sed -nE 's/^  ([a-z]+) .*/\1/p'); do
  page=$pages/gpupass-bench-$action.1
  same "options of bench $action" "$(options_of_help "$gpupass" bench "$action")" "$(options_of_page "$page")"
done
same "options of gpupass-bench" "$(options_of_help "$bench")" "$(options_of_page "$pages/gpupass-bench.1")"
same "exit codes" "$(codes_of_table "$root/docs/exit-codes.md")" "$(codes_of_page "$pages/gpupass.1")"

same "help attach" "$("$gpupass" attach --help)" "$("$gpupass" help attach)"
same "help" "$("$gpupass" --help)" "$("$gpupass" help)"
same "a slip of the keys" "did you mean \`gpupass list\`?" \
  "$({ "$gpupass" lst 2>&1 || true; } | grep -o 'did you mean `gpupass list`?')"
absent=$root/there-is-none
refusal="gpupass: --root $absent: there is no such directory"
same "--root before the command" "$refusal" "$("$gpupass" --root "$absent" list 2>&1 || true)"
same "--root behind the command" "$refusal" "$("$gpupass" list --root "$absent" 2>&1 || true)"
same "--root= behind the command" "$refusal" "$("$gpupass" list --all --root="$absent" 2>&1 || true)"
same "--root behind --" "" "$("$gpupass" lab run -- --root "$absent" --help 2>&1 | grep 'no such directory' || true)"
same "no such command" "" "$({ "$gpupass" frobnicate 2>&1 || true; } | grep 'did you mean')"

# Of the programs themselves; cli/help_test.cpp looks at each command's.
# too_wide PROGRAM: the lines of its --help that 80 columns do not hold
too_wide() {
  local LC_ALL=C.UTF-8 line
  while IFS= read -r line; do
    ((${#line} <= 80)) || echo "$line"
  done < <("$1" --help)
}
same "--help of gpupass fits 80 columns" "" "$(too_wide "$gpupass")"
same "--help of gpupass-bench fits 80 columns" "" "$(too_wide "$bench")"

for page in "$pages"/*.1; do
  same "groff on ${page##*/}" "" "$(groff -man -Tutf8 -rLL=78n -ww -z "$page" 2>&1)"
done

((failures == 0)) && echo "the man pages agree with the program"
exit $((failures > 0))
