#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Does Podman read what gpupass writes? On a machine whose cards are stand-ins.
#
#   podman_test.bash GPUPASS MAKE-GPU-HOST
set -uo pipefail
# shellcheck source=tests/container/machine.bash
source "$(dirname "$0")/machine.bash"

[[ -n $(type -P podman) && -n $(type -P runc) ]] || skip "podman and runc are not installed"
[[ ${1-} == inside ]] || begin "$0" "$@"
make_machine "$2" "$3" "$4"

check "gpupass writes the file" chroot "$root" "/program/${2##*/}" container write --yes
written=$(cat "$root/etc/cdi/gpupass.json")
check_match "of the lowest version" '"cdiVersion": "0.5.0"' "$written"

add_kernel
configure_podman "$root/etc/containers/containers.conf"
echo '{"default": [{"type": "insecureAcceptAnything"}]}' > "$root/etc/containers/policy.json"

# in_container DEVICE WORD…
in_container() {
  local device=$1
  shift
  chroot "$root" podman --storage-driver vfs run --rm --net none --device "$device" --rootfs /image /bin/busybox "$@" 2>&1
}
[[ $(chroot "$root" podman --storage-driver vfs run --rm --net none --rootfs /image /bin/busybox echo works 2>&1) == works ]] ||
  skip "podman cannot start a container here: $(chroot "$root" podman --storage-driver vfs run --rm --net none --rootfs /image /bin/busybox true 2>&1 | tail -1)"

card=gpupass/card=0000:01:00.0
check_equal "NVIDIA's nodes" "/dev/nvidia-uvm 1fb:0
/dev/nvidia-uvm-tools 1fb:1
/dev/nvidia0 c3:0
/dev/nvidiactl c3:ff" "$(in_container $card sh -c '/bin/busybox stat -c "%n %t:%T" /dev/nvidia*')"
check_equal "a library under the name that programs ask for" "libcuda.so.580.159.04" \
  "$(in_container $card tail -n 1 /usr/lib64/libcuda.so.1 | tr -d '\177' | sed 's/^ELF.//')"
check_match "and no card of another kind" "No such file" "$(in_container $card ls /dev/kfd)"
check_match "the older runtime is told to do nothing" "NVIDIA_VISIBLE_DEVICES=void" "$(in_container $card env)"
check_equal "AMD's nodes" "/dev/dri/renderD129
/dev/kfd" "$(in_container gpupass/card=0000:02:00.0 sh -c 'echo /dev/dri/*; echo /dev/kfd')"
check_equal "a VFIO group's" "/dev/vfio/14 /dev/vfio/vfio" \
  "$(in_container gpupass/card=vfio-0000:04:00.0 sh -c 'echo /dev/vfio/*')"
check_equal "all that are on the host's drivers" "/dev/dri/renderD129 /dev/dri/renderD130 /dev/nvidia0 /dev/vfio/*" \
  "$(in_container gpupass/card=all sh -c 'echo /dev/dri/* /dev/nvidia0 /dev/vfio/*')"
check_match "what is not in the file" "unresolvable CDI devices" "$(in_container gpupass/card=0000:09:00.0 true)"
finish
