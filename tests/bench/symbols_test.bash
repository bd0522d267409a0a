#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# gpupass-bench is copied into guests: it may ask for no C library newer than 2.34, and for no library that
# a minimal system does not have.
#
#   symbols_test.bash GPUPASS-BENCH
set -euo pipefail
bench=$1 newest=2.34 status=0

needed=$(objdump -p "$bench" | awk '$1 == "NEEDED" { print $2 }')
grep -q '^libc\.so\.6$' <<<"$needed" || { echo "objdump says nothing of libc: $needed"; exit 1; }
while read -r library; do
  case $library in
    libc.so.6 | libm.so.6 | libgcc_s.so.1 | ld-linux-x86-64.so.2) ;;
    *)
      echo "it needs $library"
      status=1
      ;;
  esac
done <<<"$needed"

versions=$(objdump -T "$bench" | grep -o 'GLIBC_[0-9.]*' | sort -u)
[[ -n $versions ]] || { echo "objdump shows no versions"; exit 1; }
for version in $versions; do
  if [[ $(printf '%s\n' "${version#GLIBC_}" "$newest" | sort -V | tail -n 1) != "$newest" ]]; then
    echo "it needs $version, for:"
    objdump -T "$bench" | grep -F "$version" | awk '{ print "  " $NF }'
    status=1
  fi
done
((status != 0)) || echo "needs $(tr '\n' ' ' <<<"$needed")and nothing newer than $(sort -V <<<"$versions" | tail -n 1)"
exit "$status"
