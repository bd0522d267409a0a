#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Does Podman read what gpupass writes? On a machine whose cards are stand-ins: nodes with the numbers of real
# ones, libraries with a word in them. All of it is in a folder that gpupass and Podman take for /.
#
#   podman_test.bash GPUPASS MAKE-GPU-HOST
set -uo pipefail
# shellcheck source=tests/lab/lib.bash
source "$(dirname "$0")/../lab/lib.bash"

skip() {
  echo "skipped: $*"
  exit 125
}

if [[ ${1-} != inside ]]; then
  [[ $EUID == 0 ]] || skip "it takes root"
  [[ -n $(type -P podman) && -n $(type -P runc) ]] || skip "podman and runc are not installed"
  unshare -m true 2>/dev/null || skip "there are no mount namespaces for this user"
  folder=$(mktemp -d)
  trap 'rm -rf --one-file-system "$folder"' EXIT
  mknod "$folder/node" c 195 0 2>/dev/null || skip "nodes cannot be made here"
  unshare -m "$0" inside "$@" "$folder"
  exit
fi
gpupass=$2 make_gpu_host=$3 folder=$4
mount --make-rprivate /

# The machine, with real nodes in the place of their descriptions.
root=$folder/root
"$make_gpu_host" "$root"
mount --bind "$root" "$root" # a container starts from a mount
mkdir -p "$root/proc/sys/kernel/random"
cp /proc/sys/kernel/random/boot_id "$root/proc/sys/kernel/random/"
while IFS= read -r node; do
  read -r _ number mode group < "$node"
  rm "$node"
  mknod -m "$mode" "$node" c "${number%:*}" "${number#*:}" && chgrp "$group" "$node"
done < <(grep -lrE '^c [0-9]+:[0-9]+ [0-7]+ [0-9]+$' "$root/dev")
for library in "$root"/usr/local/nvidia/lib64/*.so.*.*; do echo "${library##*/}" >> "$library"; done

# The programs of this machine, below the folder; its own /usr/local stays.
link_or_mount() {
  if [[ -L /$1 ]]; then
    cp -P "/$1" "$root/$1"
  elif [[ -d /$1 ]]; then
    mkdir "$root/$1"
    mount --rbind "/$1" "$root/$1"
  fi
}
for name in bin sbin lib lib64; do
  [[ ! -d $root/$name ]] || mv "$root/$name" "$root/$name.machine"
  link_or_mount "$name"
done
for name in bin sbin lib lib64 libexec share; do
  [[ -d /usr/$name ]] || continue
  mkdir -p "$root/usr/$name"
  mount --rbind "/usr/$name" "$root/usr/$name"
done
mkdir -p "$root"/{program,tmp,run,var/lib,var/tmp,etc/containers,image/{proc,sys,dev,tmp,etc,run,usr/lib,usr/lib64,bin}}
mount --bind "$(dirname "$(readlink -f "$gpupass")")" "$root/program"
cp /etc/passwd /etc/group "$root/etc/"

check "gpupass writes the file" chroot "$root" "/program/${gpupass##*/}" container write --yes
written=$(cat "$root/etc/cdi/gpupass.json")
check_match "of the lowest version" '"cdiVersion": "0.5.0"' "$written"

# From here on with the true kernel's files, as containers need them.
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mknod -m 666 "$root/dev/urandom" c 1 9
for name in full:1:7 zero:1:5 random:1:8 tty:5:0; do
  IFS=: read -r file major minor <<<"$name"
  mknod -m 666 "$root/dev/$file" c "$major" "$minor"
done
mkdir -p "$root/dev/pts" "$root/dev/shm" "$root/dev/mqueue"
mount -t tmpfs tmpfs "$root/run"
mkdir -p "$root/run/nvidia-persistenced" && touch "$root/run/nvidia-persistenced/socket"
cp "$(readlink -f "$(type -P busybox)")" "$root/image/bin/busybox" 2>/dev/null || skip "busybox is not installed"
cat > "$root/etc/containers/containers.conf" <<'END'
[containers]
default_ulimits = ["nofile=20000:20000", "nproc=30000:30000"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
END
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
