#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Is everything there after `cmake --install`, and does the installed program use what was installed with it?
#
#   install_test.bash BUILD-FOLDER
set -euo pipefail

build=$1
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT
failures=0

expect() {
  local what=$1
  shift
  "$@" >/dev/null 2>&1 && return
  echo "FAIL: $what ($*)"
  failures=$((failures + 1))
}

cmake --install "$build" --prefix "$prefix" >/dev/null
gpupass=$prefix/bin/gpupass share=$prefix/share/gpupass

for file in "$share"/xml-templates/{hostdev,root-port,profiles/compute}.xml "$share"/scripts/lab/topologies/desktop.args \
  "$share"/scripts/boot/{gpupass-boot.service,dracut/module-setup.sh,mkinitcpio/conf} "$prefix"/share/man/man1/gpupass.1 "$prefix"/share/bash-completion/completions/gpupass \
  "$prefix"/share/doc/gpupass/{guests.md,benchmark.md,schemas/gpupass.bench-1.json}; do
  expect "is installed" test -s "$file"
done
for file in "$gpupass" "$prefix/bin/gpupass-bench" "$share"/scripts/capture-host "$share"/scripts/boot/boot-bind "$share"/scripts/lab/{boot,make-guest,make-domain,make-vm1,host-setup,guest-events}; do
  expect "is installed as a program" test -x "$file"
done
expect "the program runs" "$gpupass" --version
for command in $("$gpupass" --help | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p'); do
  expect "has a man page" test -s "$prefix/share/man/man1/gpupass-$command.1"
done

# A build finds its data in the source tree. The installed program must not: it sees what changes here.
echo '# made by the install test' >"$share/scripts/lab/topologies/installed-here.args"
expect "lab uses the installed topologies" grep -q '^installed-here' <("$gpupass" lab list)
rm "$share/xml-templates/hostdev.xml"
expect "attach uses the installed templates" \
  grep -qF "$share/xml-templates/hostdev.xml" <("$gpupass" attach --connect test:///default test 01:00.0 2>&1)

((failures == 0)) && echo "installed and found: all"
exit $((failures > 0))
