# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What `boot` and `make-guest` share: finding programs and the kernel, and packing an initrd.

# Statuses of the lab itself; every other status is COMMAND's. 124 is what timeout(1) uses too.
# shellcheck disable=SC2034  # used by the scripts that source this file
k_status_usage=2 k_status_ended=95 k_status_missing=96 k_status_lab=97 k_status_late=124

# die STATUS TEXT…: one line on stderr, then leave.
die() {
  local status=$1
  shift
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit "$status"
}

# The Debian package that brings a program.
package_of() {
  case $1 in
    qemu-system-x86_64) echo qemu-system-x86 ;;
    busybox) echo busybox-static ;;
    modprobe) echo kmod ;;
    virsh) echo libvirt-clients ;;
    libvirtd | virtlogd) echo libvirt-daemon-system ;;
    udevadm) echo udev ;;
    mformat) echo mtools ;;
    sfdisk) echo fdisk ;;
    mke2fs) echo e2fsprogs ;;
    qemu-img) echo qemu-utils ;;
    kernel) echo linux-image-amd64 ;;
    *) echo "$1" ;;
  esac
}

# need PROGRAM…: leaves with one line that names every missing program and how to get them all.
need() {
  local program missing=() packages=()
  for program in "$@"; do
    [[ $program == kernel ]] && newest_kernel >/dev/null && continue
    command -v "$program" >/dev/null && continue
    missing+=("$program")
    packages+=("$(package_of "$program")")
  done
  ((${#missing[@]} == 0)) ||
    die "$k_status_missing" "missing: ${missing[*]}; install with: apt-get install --no-install-recommends ${packages[*]}"
}

# The release of the newest kernel in /boot that can be a passthrough host. Debian's cloud kernels
# are passed over: they have no vfio-pci.
newest_kernel() {
  local file release
  while read -r file; do
    release=${file#/boot/vmlinuz-}
    if modprobe -S "$release" --show-depends vfio-pci >/dev/null 2>&1; then
      echo "$release"
      return
    fi
  done < <(printf '%s\n' /boot/vmlinuz-* | sort -rV)
  return 1
}

# A folder for what is costly to make and depends only on what is installed.
cache_folder() {
  local folder
  for folder in "${XDG_CACHE_HOME:-/var/cache}/gpupass" "${TMPDIR:-/tmp}/gpupass-cache-$UID"; do
    if mkdir -p "$folder" 2>/dev/null && [[ -w $folder && -O $folder ]]; then
      find "$folder" -maxdepth 1 -name 'lab-*' -mtime +30 -delete
      echo "$folder"
      return
    fi
  done
  return 1
}

# unpacked_kernel RELEASE CACHE: the ELF image inside /boot/vmlinuz-RELEASE, which QEMU starts by the
# PVH entry. Letting the kernel unpack itself costs 3 s in software emulation, and as much again in
# the guest; xz does it in 0.7 s, once. Without xz, or packed otherwise, the kernel is used as it is.
unpacked_kernel() {
  local packed=/boot/vmlinuz-$1 image offset
  image=$2/lab-vmlinux-$1-$(stat -c %Y "$packed")
  if [[ ! -s $image ]]; then
    offset=$(LC_ALL=C grep -abo -m 1 -P '\xfd7zXZ\x00' "$packed" | head -n 1 | cut -d : -f 1) || true
    # What follows the xz stream is not xz: the error at its end is expected, and the size is not
    # known beforehand, so the section table's place is the proof that nothing is missing.
    [[ -z $offset ]] || { tail -c "+$((offset + 1))" "$packed" | xz -dc >"$image.$$" 2>/dev/null; } || true
    if ! whole_elf "$image.$$"; then
      rm -f "$image.$$"
      echo "$packed"
      return
    fi
    mv "$image.$$" "$image"
  fi
  touch "$image"
  echo "$image"
}

# whole_elf FILE: a 64-bit ELF whose section table (at its end) is inside the file.
whole_elf() {
  [[ -s $1 && $(head -c 4 "$1" | tail -c 3) == ELF ]] || return 1
  local table entry count size
  table=$(od -An -t u8 -j 40 -N 8 "$1")
  entry=$(od -An -t u2 -j 58 -N 2 "$1")
  count=$(od -An -t u2 -j 60 -N 2 "$1")
  size=$(stat -c %s "$1")
  ((table + entry * count <= size))
}

# begin_initrd TREE: folders and busybox, with its libraries where it is not the static one.
begin_initrd() {
  local library
  mkdir -p "$1"/{bin,proc,sys,dev,run,tmp,modules}
  cp "$(command -v busybox)" "$1/bin/busybox"
  while read -r library; do
    mkdir -p "$1/$(dirname "$library")"
    cp -L "$library" "$1/$library"
  done < <(ldd "$1/bin/busybox" 2>/dev/null | grep -o '/[^ ]*' || true)
}

# add_modules TREE RELEASE MODULE…: each with what it needs, as modules/NN-name.ko in loading order.
# A module that is built into the kernel adds nothing; one that does not exist is an error.
add_modules() {
  local tree=$1 release=$2 file number=100
  local -A seen=()
  shift 2
  local list
  list=$(for module in "$@"; do modprobe -S "$release" --show-depends "$module" || exit 1; done) ||
    die "$k_status_lab" "kernel $release lacks one of the modules: $*"
  while read -r _ file _; do
    [[ -z ${seen[$file]:-} ]] || continue
    seen[$file]=1
    number=$((number + 1))
    case $file in
      *.xz) xz -dc "$file" >"$tree/modules/$number-$(basename "$file" .xz)" ;;
      *) cp "$file" "$tree/modules/$number-$(basename "$file")" ;;
    esac
  done < <(grep '^insmod ' <<<"$list")
}

# pack_initrd TREE OUT: appears whole or not at all, as two runs may make the same one. Not compressed:
# to unpack it would take longer than to read it.
pack_initrd() {
  (cd "$1" && find . | cpio --quiet -o -H newc) >"$2.$$"
  mv "$2.$$" "$2"
}
