#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Inside the lab's twins with a disk that outlasts them, once for each boot: the second twin is vfio-pci's
# from the start of the machine, is not taken for the first when the bus is numbered anew, and is the host's
# again afterwards.
#   persist.bash bind|bound|renumbered|switched-off|unbound
#
# There is no systemd in the lab: it runs the unit's own command where systemd would, before drivers are
# loaded. Nor is an initramfs of the host's made here; tests/lab/initramfs.bash boots one.
set -u
# shellcheck source=tests/lab/lib.bash
source "$(dirname "$0")/lib.bash"
first=0000:01:00.0 second=0000:02:00.0

# What the host's driver says when it takes a card.
taken_by_host_driver() {
  dmesg | grep -c "bochs-drm .* for $1" || true
}


case $1 in
  bind)
    # It would make an initramfs of every kernel of this machine, for minutes, and nobody would boot it.
    mount --bind /bin/true /usr/sbin/update-initramfs
    check_equal "the host's driver takes the card" 1 "$(taken_by_host_driver $second)"
    before=$(sysfs_state $first $second)
    check_run "a dry run" 0 "$GPUPASS_BIN" bind --persist --apply $second --dry-run
    check_equal "changes no file" "" "$(find /etc/gpupass /etc/systemd/system /var/lib/gpupass -type f)"
    check_run "without --apply" 0 "$GPUPASS_BIN" bind --persist $second
    check_match "it prints the steps" "install -D -m 644 .*gpupass-boot.service" "$run_stdout"
    check_equal "and writes gpupass's own record alone" "/var/lib/gpupass/bindings/$second.json" \
      "$(find /etc/gpupass /etc/systemd/system /var/lib/gpupass -type f)"
    check_run "status" 0 "$GPUPASS_BIN" status
    check_match "says that it is not set up" "$second .*recorded only" "$run_stdout"
    check_run "with --apply" 0 "$GPUPASS_BIN" bind --persist --apply $second
    check_match "it says when" "from the next boot on" "$run_stdout"
    check_equal "no driver was touched" "$before" "$(sysfs_state $first $second)"
    check_run "again" 0 "$GPUPASS_BIN" bind --persist --apply $second
    check_equal "no journal is left" "" "$(find /var/lib/gpupass/journal -type f)"
    ;;
  bound)
    check_equal "the card is on vfio-pci" vfio-pci "$(driver_of $second)"
    check_equal "and the host's driver never had it" 0 "$(taken_by_host_driver $second)"
    check_equal "while its twin is as ever" "bochs-drm 1" "$(driver_of $first) $(taken_by_host_driver $first)"
    check_match "the kernel's log says so" "gpupass: $second is on vfio-pci" "$(dmesg)"
    check_run "status" 0 "$GPUPASS_BIN" status
    check_match "says that this boot did it" "$second +1234:1111 +vfio-pci +bound at this boot" "$run_stdout"
    ;;
  renumbered)
    check_equal "the twin at that address is on its own driver" "bochs-drm 1" \
      "$(driver_of $second) $(taken_by_host_driver $second)"
    check_equal "and so is the card itself, at its new one" bochs-drm "$(driver_of 0000:03:00.0)"
    check_match "the kernel's log says why" "gpupass: $second is another device than the one that was bound" "$(dmesg)"
    check_run "status" 0 "$GPUPASS_BIN" status
    check_match "says so too" "$second .*NOT bound at this boot: another device" "$run_stdout"
    ;;
  switched-off)
    check_equal "gpupass.bind=off: the host's driver has it" bochs-drm "$(driver_of $second)"
    check_run "status" 0 "$GPUPASS_BIN" status
    check_match "says why" "$second .*gpupass.bind=off" "$run_stdout"
    ;;
  unbind)
    check_equal "bound again at this boot" vfio-pci "$(driver_of $second)"
    mount --bind /bin/true /usr/sbin/update-initramfs
    check_run "unbind" 0 "$GPUPASS_BIN" unbind --persist --apply $second
    check_equal "not now" vfio-pci "$(driver_of $second)"
    check_equal "nothing is left" "" "$(find /etc/gpupass /etc/systemd/system /var/lib/gpupass -type f)"
    ;;
  unbound)
    check_equal "the host's driver has the card" "bochs-drm 1" "$(driver_of $second) $(taken_by_host_driver $second)"
    check_run "status" 0 "$GPUPASS_BIN" status
    check_equal "knows nothing" "gpupass holds no device" "$run_stdout"
    ;;
esac
finish
