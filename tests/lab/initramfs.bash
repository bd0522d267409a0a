#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Boots an initramfs as initramfs-tools or dracut makes it, with gpupass's hook and a graphics driver in it,
# on two cards of equal ids, of which one is bound; and one without the hook, which shows that the driver
# would have had both. Nothing of this machine is changed: /etc and /usr are overlays meanwhile.
#
#   initramfs.bash LAB-FOLDER initramfs-tools|dracut
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
lab=$1 tool=$2 boot=$here/../../scripts/boot
# shellcheck source=scripts/lab/common.bash
source "$lab/common.bash"
readonly bound=0000:02:00.0
readonly identity="0x1234 0x1111 0x1af4 0x1100 0x038000 0x02 pci0000:00/0000:00:05.0/$bound"

PATH=$PATH:/usr/sbin:/sbin
maker=mkinitramfs
[[ $tool != dracut ]] || maker=dracut
if ! command -v "$maker" >/dev/null; then
  echo "skipped: there is no $tool here"
  exit 77
elif ((EUID != 0)); then
  echo "skipped: overlays on /etc and /usr, and so $tool with a configuration of the test's, need root"
  exit 77
elif ! unshare --mount true; then
  echo "skipped: no mounts of the test's own can be made here, as in a chroot whose root is no mount point"
  exit 77
fi
need qemu-system-x86_64 modprobe kernel
release=$(newest_kernel)
scratch=$(mktemp -d /var/tmp/gpupass-initramfs.XXXXXX)
trap 'rm -rf "$scratch"' EXIT
kernel=$(unpacked_kernel "$release" "$scratch")

# report OUT: a script for the end of an initramfs, which says what drives the cards and ends the machine.
report() {
  mkdir -p "$(dirname "$1")"
  cat >"$1" <<'SCRIPT'
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
  chmod +x "$1"
}

# configure TREE: a small initramfs with the driver, as a machine has it that shows its boot on a graphics
# card. TREE lies over this machine's own files while it is made.
configure_initramfs-tools() {
  local tools=$1/etc/initramfs-tools
  mkdir -p "$tools"/{conf.d,hooks}
  printf 'MODULES=list\nRESUME=none\nKEYMAP=n\n' >"$tools/conf.d/test"
  printf '#!/bin/sh\n[ "$1" != prereqs ] || exit 0\n. /usr/share/initramfs-tools/hook-functions\nmanual_add_modules bochs\n' \
    >"$tools/hooks/test"
  chmod +x "$tools/hooks/test"
  report "$tools/scripts/init-premount/test"
}

configure_dracut() {
  local module=$1/usr/lib/dracut/modules.d/99test
  report "$module/report.sh"
  echo 'root=test rootok=1' >"$module/no-root.sh"
  cat >"$module/module-setup.sh" <<'MODULE'
#!/bin/bash
install() {
  inst_hook cmdline 99 "$moddir/no-root.sh"
  inst_hook pre-mount 99 "$moddir/report.sh"
}
MODULE
}

# install_hook TREE: as `gpupass bind --persist --apply` does.
install_hook() {
  local modules=usr/lib/dracut/modules.d/90gpupass
  install -D -m 644 "$boot/boot-bind" "$1/etc/gpupass/boot-bind"
  echo "$bound $identity" >"$1/etc/gpupass/boot-bindings"
  if [[ $tool == dracut ]]; then
    install -D -m 755 "$boot/dracut/module-setup.sh" "$1/$modules/module-setup.sh"
    install -D -m 755 "$boot/dracut/boot-bind.sh" "$1/$modules/boot-bind.sh"
  else
    install -D -m 755 "$boot/initramfs-tools/hook" "$1/etc/initramfs-tools/hooks/gpupass"
    install -D -m 755 "$boot/initramfs-tools/init-top" "$1/etc/initramfs-tools/scripts/init-top/00-gpupass"
  fi
}

# make_initramfs TREE OUT
make_initramfs() {
  local command=(mkinitramfs -o "$2" "$release")
  [[ $tool != dracut ]] || command=(dracut --quiet --no-hostonly --no-compress --kver "$release"
    --modules "base udev-rules test $([[ ! -d $1/etc/gpupass ]] || echo gpupass)" --add-drivers bochs "$2")
  mkdir -p "$1"/{etc,usr} "$1.work"/{etc,usr}
  # shellcheck disable=SC2016  # they are the inner shell's
  unshare --mount bash -ec '
    for folder in etc usr; do
      mount -t overlay overlay -o "lowerdir=/$folder,upperdir=$1/$folder,workdir=$1.work/$folder" "/$folder"
    done
    shift
    "$@"' bash "$1" "${command[@]}"
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

"configure_$tool" "$scratch/without"
make_initramfs "$scratch/without" "$scratch/without.img"
expect "without the hook the initramfs gives both to their driver" \
  $'0000:01:00.0 bochs-drm none\n0000:02:00.0 bochs-drm none' "$(boot_it "$scratch/without.img")"

"configure_$tool" "$scratch/with"
install_hook "$scratch/with"
make_initramfs "$scratch/with" "$scratch/with.img"
expect "with it, the one that is bound is vfio-pci's before that" \
  $'0000:01:00.0 bochs-drm none\n0000:02:00.0 vfio-pci bound' "$(boot_it "$scratch/with.img")"
expect "and the kernel's log says so" 1 "$(grep -c "gpupass: $bound is on vfio-pci" "$scratch/console" || true)"
exit $((failures > 0))
