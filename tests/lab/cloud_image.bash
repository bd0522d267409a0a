#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Inside the lab with a PCIe card: from a cloud image to a guest under UEFI that has the card, set itself up from its
# seed and ran the suite, and back. Nothing in the image is of gpupass (scripts/lab/make-cloud-image).
set -u
# shellcheck source=tests/lab/lib.bash
source "$(dirname "$0")/lib.bash"
gpu=0000:01:00.0
images=/var/lib/libvirt/images
before=$(sysfs_state $gpu)

# in_guest COMMAND…: by the shipped command.
in_guest() {
  "$GPUPASS_BIN" guest ssh vm1 --identity /root/key -- "$@"
}

step "create"
start_libvirt
check "a network" start_network
check "a key" ssh-keygen -q -t ed25519 -N '' -f /root/key
cat >/root/user-data <<'YAML'
#cloud-config
ssh_genkeytypes: [ed25519]
runcmd: [[touch, /root/by-the-user]]
YAML
check_run "create" 0 "$GPUPASS_BIN" guest create vm1 --image "$GPUPASS_CLOUD_IMAGE" --gpu $gpu --profile minimal \
  --vcpus 1 --memory 1G --disk-size 6G --ssh-key /root/key.pub --user-data /root/user-data --driver none
check_equal "the card is bound for it" vfio-pci "$(driver_of $gpu)"

step "the first start"
check_run "start" 0 "$GPUPASS_BIN" guest start vm1
cat "$(virsh ttyconsole vm1)" >/root/console 2>/dev/null &
check_run "wait" 0 "$GPUPASS_BIN" guest wait vm1 --identity /root/key --timeout 600
[[ $run_stdout == 192.168.122.* ]] || give_up "no address: $run_stdout; its console: $(tail -n 30 /root/console)"
passed "it has an address"

step "what the seed asked for"
read -rd '' -a words < <(in_guest 'id -un; hostname; sudo -n id -un; sudo ls /root; df --output=size -BG / | tail -n 1
  [ -d /sys/firmware/efi ] && echo UEFI')
check_equal "user, name, sudo, the user's own command, the grown disk, UEFI" \
  'gpupass vm1 root by-the-user 6G UEFI' "${words[*]}"
check "the agent answers" virsh -q qemu-agent-command vm1 '{"execute":"guest-ping"}'
# shellcheck disable=SC2016  # for the guest
check_equal "the card is on its own driver there" bochs-drm \
  "$(in_guest 'basename $(readlink $(dirname $(grep -l 0x1111 /sys/bus/pci/devices/*/device))/driver)')"
check_match "nothing failed" 'status: done' "$(in_guest cloud-init status)"

step "the suite, by the service that the seed made"
bench=("$GPUPASS_BIN" guest bench vm1 --quick --group pci --group processor --program "$GPUPASS_BENCH" --timeout 300)
check_run "guest bench" 0 "${bench[@]}" --out /root/by-channel
check_match "over the channel" 'it answers \(channel org\.gpupass\.bench\.0\)' "$run_stderr"
result=$(</root/by-channel/run-001.json)
check_equal "it is the host's program, which the seed brought" "$(sha256sum <"$GPUPASS_BENCH" | cut -d ' ' -f 1)" \
  "$(tr ',' '\n' <<<"$result" | value_of sha256)"
check_equal "and was not put there again" "$run_stderr" "${run_stderr/putting/}"
check_match "under a hypervisor" '"hypervisor": *"KVM"' "$result"
check_match "the card's own driver is not gone behind" '"reason": *"bochs-drm uses' "$result"
check_equal "nothing failed in it" "" "$(grep -oE '"status": *"(failed|error)"' <<<"$result")"

step "the suite, by the guest's agent"
check "without the service and its program" \
  in_guest 'sudo systemctl stop gpupass-bench && sudo rm /usr/local/bin/gpupass-bench'
check_run "guest bench" 0 "${bench[@]}" --out /root/by-agent
check_match "by its agent" 'it answers \(guest agent\)' "$run_stderr"
check_match "which put the program there" "the guest has no gpupass-bench: copying the host's into it" "$run_stderr"
check_equal "the same program" "$(sha256sum <"$GPUPASS_BENCH" | cut -d ' ' -f 1)" \
  "$(tr ',' '\n' </root/by-agent/run-001.json | value_of sha256)"

step "stop, delete"
check_run "stop" 0 "$GPUPASS_BIN" guest stop vm1 --timeout 600
check_run "delete" 0 "$GPUPASS_BIN" guest delete vm1 --yes
check_equal "no file is left" "" "$(find $images /var/lib/libvirt/qemu -type f)"
check_equal "no domain is left" "" "$(virsh list --all --name)"
check_equal "the card is as it was, byte for byte" "$before" "$(sysfs_state $gpu)"
check_run "nothing is held" 0 "$GPUPASS_BIN" status
check_equal "says status" "gpupass holds no device" "$run_stdout"
finish
