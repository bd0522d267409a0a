#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Does an experiment start containers for real, leave their root file system as it is, and end what one that was
# killed left running? With Podman, and with LXC where it is installed, in a folder that has what gpupass-bench needs
# and little more; without a card.
#
#   experiment_test.bash GPUPASS GPUPASS-BENCH
set -uo pipefail
# shellcheck source=tests/container/machine.bash
source "$(dirname "$0")/machine.bash"

if [[ ${1-} != inside ]]; then
  [[ $EUID == 0 ]] || skip "it takes root"
  [[ -n $(type -P podman) && -n $(type -P runc) ]] || skip "podman and runc are not installed"
  unshare -m true 2>/dev/null || skip "there are no mount namespaces for this user"
  folder=$(mktemp -d)
  trap 'rm -rf --one-file-system "$folder"' EXIT
  unshare -m "$0" inside "$@" "$folder"
  exit
fi
gpupass=$2 bench=$3 folder=$4

# Podman's containers and gpupass's locks are this test's own.
mount --make-rprivate /
mount -t tmpfs tmpfs /run
export CONTAINERS_CONF=$folder/containers.conf CONTAINERS_STORAGE_CONF=$folder/storage.conf
configure_podman "$CONTAINERS_CONF"
cat > "$CONTAINERS_STORAGE_CONF" <<END
[storage]
driver = "vfs"
graphroot = "$folder/storage"
runroot = "/run/containers"
END

root=$folder/root
mkdir -p "$root"/{proc,sys,dev,tmp,etc,run,bin}
cp "$(type -P sleep)" "$root/bin/sleep"
while read -r library; do
  mkdir -p "$root/$(dirname "$library")"
  cp -L "$library" "$root/$library"
done < <({ ldd "$bench"; ldd "$root/bin/sleep"; } | grep -oE '/[^ ]+')
here() { (cd "$root" && find . -printf '%p %y %s\n' | sort); }
works=$(podman run --rm --network none --volume "$bench:/gpupass-bench:ro" --rootfs "$root:O" /gpupass-bench --version 2>&1)
[[ $works == gpupass-bench* ]] || skip "podman cannot start a container here: ${works##*$'\n'}"
before=$(here)

experiment() {
  local out=$1
  shift
  "$gpupass" bench experiment --program "$bench" --blocks 1 --seed 1 --out "$folder/$out" --group processor "$@" 2>&1
}
# answered STATUS: that of a comparison, whatever this machine's noise made of it
answered() { [[ $1 == 0 || $1 == 13 || $1 == 14 ]] && echo yes; }
# of FILE EXPRESSION
of() { python3 -c 'import json, sys; run = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$folder/$1" "$2"; }

said=$(experiment three --arm host --arm "podman:$root" --arm "podman+runc:$root" --quick --filter cpu.timer)
check_equal "three arms are measured and compared" yes "$(answered $?)"
check_match "in one table" "What does each cost" "$said"
for arm in host podman podman+runc; do
  check_equal "$arm says when it ran" "['start.program', 'cpu.timer']" \
    "$(of "three/block-01-$arm.json" '[one["id"] for one in run["benchmarks"] if one["status"] == "passed"]')"
done
check_equal "the runtime is written down" runc "$(of three/block-01-podman.json 'run["env"]["container"]["runtime"]')"
check_equal "and what the program is kept to" "overlay filter" \
  "$(of three/block-01-podman.json 'run["env"]["root_fs"] + " " + run["env"]["seccomp"]')"
check_equal "the folder is as it was" "$before" "$(here)"
check_equal "no container is left" "" "$(podman ps --all --quiet)"

# Killed while the container runs, which does not notice.
runs_a_container() { [[ -n $(podman ps --quiet --filter name=gpupass-experiment) ]]; }
# killed_when CONDITION WORD…
killed_when() {
  local condition=$1 job pid
  shift
  experiment "$@" > "$folder/killed.txt" &
  job=$!
  wait_until 60 "$condition" || give_up "no container was started: $(cat "$folder/killed.txt")"
  pid=$(pgrep -P "$job" -x gpupass || echo "$job")
  kill -KILL "$pid"
  { wait "$job"; } 2>/dev/null
}
long=(--arm "podman:$root" --arm host --filter cpu.wakeup)
killed_when runs_a_container killed "${long[@]}"
check_equal "its container runs on" gpupass-experiment "$(podman ps --format '{{.Names}}')"
experiment killed "${long[@]}" > "$folder/again.txt"
check_equal "the same command goes on" yes "$(answered $?)"
check_equal "and has ended that container" "" "$(podman ps --all --quiet)"
check_equal "every run is there" "block-01-host.json block-01-podman.json" "$(cd "$folder/killed" && echo block-*)"

[[ -n $(type -P lxc-start) ]] || {
  echo "LXC is not installed: nothing was seen of it"
  finish
}
mkdir -p /var/lib/lxc
mount -t tmpfs tmpfs /var/lib/lxc
mkdir /var/lib/lxc/c1
cat > /var/lib/lxc/c1/config <<END
lxc.uts.name = c1
lxc.rootfs.path = dir:$root
lxc.net.0.type = none
lxc.mount.auto = proc:mixed sys:mixed
lxc.apparmor.profile = unconfined
lxc.init.cmd = /bin/sleep 1000
END
config=$(cat /var/lib/lxc/c1/config)
state() { lxc-info --name c1 --state --no-humanize; }
runs_in_lxc() { [[ $(state) == RUNNING ]]; }
experiment lxc --arm host --arm lxc:c1 --quick --filter cpu.timer > "$folder/lxc.txt"
check_equal "a container of LXC's is measured" yes "$(answered $?)"
check_equal "what it is is written down" "lxc c1" \
  "$(of lxc/block-01-lxc.json 'run["env"]["container"]["engine"] + " " + run["env"]["container"]["from"]')"
check_equal "it is off after" STOPPED "$(state)"
check_equal "its configuration is as it was" "$config" "$(cat /var/lib/lxc/c1/config)"
check_equal "its folder, too" "$before" "$(here)"
long=(--arm lxc:c1 --arm host --filter cpu.wakeup)
killed_when runs_in_lxc lxc-killed "${long[@]}"
check_equal "of a killed one it runs on" RUNNING "$(state)"
experiment lxc-killed "${long[@]}" > "$folder/again.txt"
check_equal "and the same command goes on" yes "$(answered $?)"
check_equal "with it off again" STOPPED "$(state)"
lxc-start --name c1
refused=$(experiment lxc-others --arm lxc:c1 --arm host --quick)
check_match "one that somebody started is refused" 'lxc-stop --name c1' "$refused"
check_equal "and runs on" RUNNING "$(state)"
lxc-stop --name c1 --kill
finish
