# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A machine for tests of containers: its cards are stand-ins, nodes with the numbers of real ones and libraries with a word
# in them, below a folder that gpupass and the engine take for /. It is made in a mount namespace of its own.
# shellcheck source=tests/lab/lib.bash
source "$(dirname "${BASH_SOURCE[0]}")/../lab/lib.bash"

skip() {
  echo "skipped: $*"
  exit 125
}

# configure_podman FILE: its containers.conf, for a machine on which limits cannot be raised and nothing keeps a journal.
configure_podman() {
  cat > "$1" << 'END'
[containers]
default_ulimits = ["nofile=20000:20000", "nproc=30000:30000"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
END
}

# begin SCRIPT ARGUMENT…: runs the script again with `inside` and a folder, which is removed in the end.
begin() {
  [[ $EUID == 0 ]] || skip "it takes root"
  unshare -m true 2>/dev/null || skip "there are no mount namespaces for this user"
  folder=$(mktemp -d)
  trap 'rm -rf --one-file-system "$folder"' EXIT
  mknod "$folder/node" c 195 0 2>/dev/null || skip "nodes cannot be made here"
  local script=$1
  shift
  unshare -m "$script" inside "$@" "$folder"
  exit
}

# The programs of this machine, below the folder; its own /usr/local stays.
link_or_mount() {
  if [[ -L /$1 ]]; then
    cp -P "/$1" "$root/$1"
  elif [[ -d /$1 ]]; then
    mkdir "$root/$1"
    mount --rbind "/$1" "$root/$1"
  fi
}

# make_machine GPUPASS MAKE-GPU-HOST FOLDER: $root, in which /program has gpupass.
make_machine() {
  local gpupass=$1 make_gpu_host=$2 folder=$3 node library name number mode group
  mount --make-rprivate /
  # With real nodes in the place of their descriptions.
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
  cp "$(readlink -f "$(type -P busybox)")" "$root/image/bin/busybox" 2>/dev/null || skip "busybox is not installed"
}

# With the true kernel's files, as containers need them.
add_kernel() {
  local name file major minor
  mount -t proc proc "$root/proc"
  mount --rbind /sys "$root/sys"
  mknod -m 666 "$root/dev/urandom" c 1 9
  for name in full:1:7 zero:1:5 random:1:8 tty:5:0 ptmx:5:2; do
    IFS=: read -r file major minor <<<"$name"
    mknod -m 666 "$root/dev/$file" c "$major" "$minor"
  done
  mkdir -p "$root/dev/pts" "$root/dev/shm" "$root/dev/mqueue"
  mount --rbind /dev/pts "$root/dev/pts"
  mount -t tmpfs tmpfs "$root/run"
  mkdir -p "$root/run/nvidia-persistenced" && touch "$root/run/nvidia-persistenced/socket"
}
