#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Boots an initramfs as Debian's own initramfs-tools makes it, with gpupass's hook and a graphics driver in
# it, on two cards of equal ids, of which one is bound; and one without the hook, which shows that the driver
# would have had both. Nothing of this machine is changed: /etc is an overlay meanwhile.
#
#   initramfs.bash LAB-FOLDER
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
lab=$1 boot=$here/../../scripts/boot
# shellcheck source=scripts/lab/common.bash
source "$lab/common.bash"
readonly bound=0000:02:00.0
readonly identity="0x1234 0x1111 0x1af4 0x1100 0x038000 0x02 pci0000:00/0000:00:05.0/$bound"

if ! command -v mkinitramfs >/dev/null; then
  echo "skipped: there is no initramfs-tools here"
  exit 77
elif ((EUID != 0)); then
  echo "skipped: an overlay on /etc, and so initramfs-tools with a configuration of the test's, needs root"
  exit 77
fi
PATH=$PATH:/usr/sbin:/sbin
need qemu-system-x86_64 modprobe kernel
release=$(newest_kernel)
scratch=$(mktemp -d /var/tmp/gpupass-initramfs.XXXXXX)
trap 'rm -rf "$scratch"' EXIT
kernel=$(unpacked_kernel "$release" "$scratch")

# configure ETC: initramfs-tools makes a small one, with the driver as a machine that shows its boot on a
# graphics card has it; and at the end of it, the machine says what drives the cards.
configure() {
  local tools=$1/initramfs-tools
  mkdir -p "$tools"/{conf.d,hooks,scripts/init-premount}
  printf 'MODULES=list\nRESUME=none\nKEYMAP=n\n' >"$tools/conf.d/test"
  cat >"$tools/hooks/test" <<'HOOK'
#!/bin/sh
[ "$1" != prereqs ] || exit 0
. /usr/share/initramfs-tools/hook-functions
manual_add_modules bochs
HOOK
  cat >"$tools/scripts/init-premount/test" <<'SCRIPT'
#!/bin/sh
[ "$1" != prereqs ] || exit 0
udevadm settle
for device in 0000:01:00.0 0000:02:00.0; do
  driver=$(cd -P "/sys/bus/pci/devices/$device/driver" && pwd -P)
  outcome=none
  [ ! -r "/run/gpupass/boot/$device" ] || read -r outcome <"/run/gpupass/boot/$device"
  echo "TEST $device ${driver##*/} $outcome" >/dev/console
done
echo b >/proc/sysrq-trigger
SCRIPT
  chmod +x "$tools/hooks/test" "$tools/scripts/init-premount/test"
}

# install_hook ETC: as `gpupass bind --persist --apply` does.
install_hook() {
  install -D -m 644 "$boot/boot-bind" "$1/gpupass/boot-bind"
  echo "$bound $identity" >"$1/gpupass/boot-bindings"
  install -D -m 755 "$boot/initramfs-tools/hook" "$1/initramfs-tools/hooks/gpupass"
  install -D -m 755 "$boot/initramfs-tools/init-top" "$1/initramfs-tools/scripts/init-top/00-gpupass"
}

# make_initramfs ETC OUT: with these files over this machine's own.
make_initramfs() {
  mkdir "$1.work"
  # shellcheck disable=SC2016  # they are the inner shell's
  unshare --mount bash -ec '
    mount -t overlay overlay -o "lowerdir=/etc,upperdir=$1,workdir=$1.work" /etc
    mkinitramfs -o "$2" "$3"' bash "$1" "$2" "$release"
}

# boot_it INITRAMFS: what the machine said at its end.
boot_it() {
  timeout 300 qemu-system-x86_64 -machine q35,kernel-irqchip=split -accel tcg -cpu EPYC-Milan -m 1G \
    -device intel-iommu,intremap=on -nodefaults -display none -no-reboot -serial "file:$scratch/console" \
    -device cirrus-vga,addr=0x2 \
    -device pcie-root-port,id=rp1,chassis=1,slot=1,addr=0x4 -device bochs-display,bus=rp1 \
    -device pcie-root-port,id=rp2,chassis=2,slot=2,addr=0x5 -device bochs-display,bus=rp2 \
    -kernel "$kernel" -initrd "$1" -append "console=ttyS0 intel_iommu=on no_timer_check panic=-1" </dev/null \
    2>"$scratch/qemu.err" || { cat "$scratch/qemu.err"; tail -n 20 "$scratch/console"; }
  tr -d '\r' <"$scratch/console" | sed -n 's/^.*TEST //p'
}

failures=0
# expect WHAT EXPECTED GOT
expect() {
  if [[ "$2" == "$3" ]]; then echo "ok    $1"; else
    printf 'FAIL  %s\n%s\n' "$1" "$(diff <(echo "$2") <(echo "$3"))"
    tr -d '\r' <"$scratch/console" | tail -n 15
    failures=$((failures + 1))
  fi
}

configure "$scratch/without"
make_initramfs "$scratch/without" "$scratch/without.img"
expect "without the hook the initramfs gives both to their driver" \
  $'0000:01:00.0 bochs-drm none\n0000:02:00.0 bochs-drm none' "$(boot_it "$scratch/without.img")"

configure "$scratch/with"
install_hook "$scratch/with"
make_initramfs "$scratch/with" "$scratch/with.img"
expect "with it, the one that is bound is vfio-pci's before that" \
  $'0000:01:00.0 bochs-drm none\n0000:02:00.0 vfio-pci bound' "$(boot_it "$scratch/with.img")"
expect "and the kernel's log says so" 1 "$(grep -c "gpupass: $bound is on vfio-pci" "$scratch/console" || true)"
exit $((failures > 0))
