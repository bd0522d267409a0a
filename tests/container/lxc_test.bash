#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Do containers of LXC start from the configuration that gpupass edits? On a machine whose cards are stand-ins.
#
#   lxc_test.bash GPUPASS MAKE-GPU-HOST
set -uo pipefail
# shellcheck source=tests/container/machine.bash
source "$(dirname "$0")/machine.bash"

# Of an LXC that is unpacked somewhere: GPUPASS_LXC names the folder that has usr/bin/lxc-start.
lxc=${GPUPASS_LXC-}
[[ -n $lxc || -n $(type -P lxc-start) ]] || skip "LXC is not installed"
[[ ${1-} == inside ]] || begin "$0" "$@"
make_machine "$2" "$3" "$4"

gpupass() { chroot "$root" "/program/${gpupass_name}" "$@" 2>&1; }
gpupass_name=${2##*/}
config=$root/var/lib/lxc/web/config
allow=lxc.cgroup.devices.allow
[[ ! -e /sys/fs/cgroup/cgroup.controllers ]] || allow=lxc.cgroup2.devices.allow
mkdir -p "${config%/*}" "$root/lxc-root" "$root/lxc"
cat > "$config" <<END
lxc.uts.name = web
lxc.rootfs.path = dir:/image
lxc.net.0.type = none
lxc.apparmor.profile = unconfined
${allow%allow}deny = a
$allow = c 1:* rwm
$allow = c 5:* rwm
END
[[ $allow != *2.* ]] || { mkdir -p "$root/sys/fs/cgroup" && touch "$root/sys/fs/cgroup/cgroup.controllers"; }
before=$(cat "$config")

check_match "a card goes into the configuration" "web has 0000:01:00.0 from its next start on" "$(gpupass container attach lxc:web 01:00.0)"
check_match "and a second" "web has 0000:02:00.0" "$(gpupass container attach lxc:web 02:00.0)"
check_match "the same again changes nothing" "unchanged" "$(gpupass container attach lxc:web 02:00.0)"

add_kernel
[[ -z $lxc ]] || mount --bind "$lxc" "$root/lxc"
# in_container WORD…: what a shell in it says
in_container() {
  : > "$root/image/tmp/said"
  chroot "$root" env ${lxc:+LD_LIBRARY_PATH=/lxc/usr/lib/$(uname -m)-linux-gnu} timeout 30 "${lxc:+/lxc/usr/bin/}lxc-start" -n web -F \
    -o /tmp/lxc.log -s lxc.rootfs.mount=/lxc-root -- /bin/busybox sh -c "{ $*; } > /tmp/said 2>&1" >/dev/null 2>&1
  cat "$root/image/tmp/said"
}
[[ $(in_container /bin/busybox echo works) == works ]] || skip "LXC cannot start a container here: $(grep ERROR "$root/tmp/lxc.log" | head -1)"

check_equal "nodes of both" "/dev/dri/renderD129 e2:81
/dev/kfd ec:0
/dev/nvidia-uvm 1fb:0
/dev/nvidia-uvm-tools 1fb:1
/dev/nvidia0 c3:0
/dev/nvidiactl c3:ff" "$(in_container '/bin/busybox stat -c "%n %t:%T" /dev/dri/* /dev/kfd /dev/nvidia*')"
check_match "which may be opened: no driver is behind it, and that is all" "No such device" "$(in_container '/bin/busybox head -c1 /dev/nvidia0')"
check_match "a library under the name that programs ask for" "libcuda.so.580.159.04" "$(in_container '/bin/busybox tail -n 1 /usr/lib64/libcuda.so.1')"
umount -R "$root/sys" "$root/proc" # what gpupass looks at is the machine's again
check_match "taken out" "web no longer has" "$(gpupass container detach lxc:web)"
check_equal "the configuration is as it was" "$before" "$(cat "$config")"
finish
