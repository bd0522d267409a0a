#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Inside the lab: a disk that is in use without being mounted is refused, and the commands that the
# refusal names, run in their order, are what frees it. The disk is whole again after each.
set -u
# shellcheck source=tests/lab/lib.bash
source "$(dirname "$0")/lib.bash"
disk=0000:02:00.0
node=/dev/$(basename "$(echo /sys/bus/pci/devices/$disk/nvme/nvme*/nvme*n1)")

# in_use REGEX…: bind is refused, with consent, too, for what each REGEX says; nothing is changed. What
# the refusal advises stays in `advice`.
advice=''
in_use() {
  local regex
  "$GPUPASS_BIN" bind "$disk" --yes --dry-run &>/run/said && give_up "the disk is held for free"$'\n'"$(</run/said)"
  check_run "bind is refused" 5 "$GPUPASS_BIN" bind "$disk" --yes
  for regex; do check_match "says why" "$regex" "$run_stderr"; done
  check_equal "the disk stays with its driver" nvme "$(driver_of "$disk")"
  advice=$run_stderr
}

# freed: the commands of the advice, `in backquotes`, free the disk.
freed() {
  local rest=${advice//$'\n'/ } command
  while [[ $rest =~ \`([^\`]*)\`(.*) ]]; do
    command=$(tr -s ' ' <<<"${BASH_REMATCH[1]}")
    rest=${BASH_REMATCH[2]}
    check "$command" bash -c "$command"
  done
  udevadm settle
  check "the disk is free" wait_until 30 "$GPUPASS_BIN" bind "$disk" --yes --dry-run
  wipefs -qa "$node"
}

step "LVM on dm-crypt, not mounted"
modprobe -a dm-crypt md-mod raid1 loop ext4
echo secret >/run/key
cryptsetup luksFormat -q --pbkdf pbkdf2 --pbkdf-force-iterations 1000 "$node" /run/key
cryptsetup open --key-file /run/key "$node" luks-lab
in_use "the encrypted volume /dev/mapper/luks-lab" "cryptsetup close luks-lab"
check "a volume group on it" vgcreate -qy lab /dev/mapper/luks-lab
check "a volume" lvcreate -qy -Wn -Zn -L 8M -n my-data lab
in_use "the LVM volume /dev/mapper/lab-my--data" "vgchange -an lab. and .cryptsetup close luks-lab"

step "and mounted"
check "a file system" mkfs.ext4 -q /dev/lab/my-data
check "mounted" mount /dev/lab/my-data /mnt
in_use "the file system on /mnt" "umount /mnt.*vgchange -an lab.*cryptsetup close luks-lab.*in this order"
freed

step "a RAID array"
check "made of half a mirror" mdadm --create /dev/md/lab --run --force --level=1 --raid-devices=2 --metadata=1.2 "$node" missing
in_use "the RAID array /dev/md[0-9]+" "mdadm --stop /dev/md"
freed

step "a disk that QEMU has open, as a guest's"
qemu-system-x86_64 -name guest=vm9 -machine none -display none -monitor none \
  -blockdev driver=host_device,filename="$node",node-name=disk >/dev/null 2>&1 &
qemu=$!
# shellcheck disable=SC2317  # called through wait_until
has_it() { [[ -n $(find "/proc/$qemu/fd" -lname "$node") ]]; }
check "QEMU has it" wait_until 60 has_it
in_use "the running guest vm9 has a disk of $disk: .*pid $qemu.* has $node open" "virsh shutdown vm9"
kill "$qemu"
wait "$qemu"
advice=''
freed

step "under another name, as a container knows it"
mknod /dev/xvdc b "$((16#$(stat -c %t "$node")))" "$((16#$(stat -c %T "$node")))"
sleep infinity 9</dev/xvdc &
sleeper=$!
in_use "sleep .pid $sleeper. has a disk of $disk open: /dev/xvdc" "kill $sleeper"
freed

step "a mount in another mount namespace"
mkfs.ext4 -q "$node"
unshare --mount --propagation private bash -c "mount $node /srv; exec sleep infinity" &
sleeper=$!
# shellcheck disable=SC2317  # called through wait_until
elsewhere() { grep -q " /srv " "/proc/$sleeper/mountinfo"; }
check "mounted there" wait_until 30 elsewhere
check_match "and not here" "^$" "$(grep " /srv " /proc/self/mountinfo)"
in_use "the file system on /srv of sleep .pid $sleeper" "nsenter -t $sleeper -m umount /srv"
freed
kill "$sleeper"

step "a loop device and swap on files of it"
mkfs.ext4 -q "$node"
check "mounted" mount "$node" /mnt
truncate -s 8M /mnt/image
loop=$(losetup -f --show /mnt/image)
dd if=/dev/zero of=/mnt/swap bs=1M count=4 status=none
chmod 600 /mnt/swap
mkswap -q /mnt/swap
check "swap" swapon /mnt/swap
in_use "swap on /mnt/swap" "swapoff /mnt/swap" "losetup -d $loop" "umount /mnt"
freed

finish
