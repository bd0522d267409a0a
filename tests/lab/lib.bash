# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# For the lab's tests, inside the lab host and outside it: steps, checks, waiting with a deadline, and
# what sysfs says of a PCI function. A test sources this, and ends with `finish`. A program costs 50 ms
# in the emulated host, hence the builtins.

checks_passed=0 checks_failed=0

# step TEXT…: says what comes, and when (seconds since the machine started).
step() {
  local now
  read -r now _ </proc/uptime
  printf '== %s [%s]\n' "$*" "$now"
}

passed() {
  checks_passed=$((checks_passed + 1))
  printf 'ok    %s\n' "$1"
}

# failed WHAT [DETAIL]: DETAIL, of any number of lines, is shown below it.
failed() {
  checks_failed=$((checks_failed + 1))
  printf 'FAIL  %s\n' "$1"
  [[ -z ${2:-} ]] || printf '      | %s\n' "${2//$'\n'/$'\n      | '}"
}

# check WHAT COMMAND…: COMMAND succeeds; its output is shown when it does not.
check() {
  local what=$1 output
  shift
  if output=$("$@" 2>&1); then passed "$what"; else failed "$what" "$* ended with $?: $output"; fi
}

# check_equal WHAT EXPECTED GOT
check_equal() {
  if [[ "$2" == "$3" ]]; then passed "$1"; else failed "$1" "$(diff <(echo "$2") <(echo "$3"))"; fi
}

# check_match WHAT REGEX TEXT
check_match() {
  if [[ "$3" =~ $2 ]]; then passed "$1"; else failed "$1" "no match of: $2"$'\n'"in: $3"; fi
}

# check_run WHAT STATUS COMMAND…: COMMAND ends with STATUS; `run_stdout` and `run_stderr` are what it
# said, for checks that follow. In files meanwhile: a stuck child may hold a pipe open for ever.
run_stdout='' run_stderr=''
check_run() {
  local what=$1 expected=$2 status=0 folder
  shift 2
  folder=$(mktemp -d)
  "$@" >"$folder/stdout" 2>"$folder/stderr" </dev/null || status=$?
  run_stdout=$(<"$folder/stdout")
  run_stderr=$(<"$folder/stderr")
  rm -r "$folder"
  if ((status == expected)); then
    passed "$what"
  else
    failed "$what" "$* ended with $status, not $expected"$'\n'"$run_stdout"$'\n'"$run_stderr"
  fi
}

# wait_until SECONDS COMMAND…: status 1 when COMMAND has not succeeded by then.
wait_until() {
  local limit=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < limit)) || return 1
    sleep 0.3
  done
}

# kill_when CONDITION COMMAND…: kill -9 as soon as CONDITION (a function, of builtins: it is asked all the time,
# beside the work that it waits for) holds.
kill_when() {
  local condition=$1
  shift
  "$@" >/tmp/killed.out 2>&1 &
  local pid=$!
  until "$condition"; do kill -0 $pid 2>/dev/null || break; done
  kill -9 $pid 2>/dev/null
  wait $pid 2>/dev/null
}

# give_up WHY: for what the rest of a test cannot do without.
give_up() {
  failed "$1"
  finish
}

# finish: the summary, and the test's end.
finish() {
  printf '%d passed, %d failed\n' "$checks_passed" "$checks_failed"
  exit $((checks_failed > 0))
}

# --- PCI functions, by full address (0000:01:00.0) ----------------------------------------------------

# link_of ADDRESS driver|iommu_group: the last part of where the link points, or '-'.
link_of() {
  local target
  target=$(readlink "/sys/bus/pci/devices/$1/$2") || target=-
  echo "${target##*/}"
}

driver_of() {
  link_of "$1" driver
}

# as_after_reboot ADDRESS…: each is on the driver that the host has for it, whatever gpupass wrote down.
as_after_reboot() {
  local address
  for address in "$@"; do
    echo "$address" >"/sys/bus/pci/devices/$address/driver/unbind"
    echo >"/sys/bus/pci/devices/$address/driver_override"
    echo "$address" >/sys/bus/pci/drivers_probe
  done
}

on_driver() {
  [[ $(driver_of "$1") == "$2" ]]
}

# sysfs_state ADDRESS…: what must be the same before a card is lent and after it has come back: where it
# is bound, and every attribute that says how it is set up, configuration space included. Left out: what
# counts or measures (power/*_time, aer_*, irq numbers), and `enable` where the driver is aty128fb: that one
# counts up with each unbind and bind, whoever does them.
sysfs_state() {
  local address
  for address in "$@"; do
    (
      cd "/sys/bus/pci/devices/$address" || exit
      echo "== $address $(driver_of "$address") group $(link_of "$address" iommu_group)"
      grep -s '' vendor device subsystem_vendor subsystem_device class revision modalias driver_override \
        resource reset_method boot_vga numa_node msi_bus broken_parity_status d3cold_allowed ari_enabled \
        sriov_numvfs sriov_drivers_autoprobe power/control power_state current_link_speed current_link_width
      [[ $(driver_of "$address") == aty128fb ]] || grep '' enable
      od -A x -t x1 -v config
    )
  done
}

# --- libvirt and its guests -----------------------------------------------------------------------------

start_libvirt() {
  check "libvirt answers" "$GPUPASS_LAB/host-setup"
}

# libvirt's network `default`, as its package defines it, but without rules for a firewall: nothing here leads outside.
# shellcheck disable=SC2317  # called through check
start_network() {
  modprobe -a bridge tun
  cat >/root/network.xml <<'XML'
<network>
  <name>default</name>
  <forward mode='open'/>
  <bridge name='virbr0' stp='off' delay='0'/>
  <ip address='192.168.122.1' netmask='255.255.255.0'>
    <dhcp><range start='192.168.122.2' end='192.168.122.254'/></dhcp>
  </ip>
</network>
XML
  virsh -q net-define /root/network.xml && virsh -q net-start default
}

# make_domain NAME [--ports N]: a domain that starts the guest of GPUPASS_GUEST.
make_domain() {
  local name=$1
  shift
  "$GPUPASS_LAB/make-domain" "$name" "$GPUPASS_GUEST" "$@" >"/root/$name.xml" || give_up "make-domain $name"
  check "define $name" virsh -q define "/root/$name.xml"
}

is_off() {
  [[ $(virsh domstate "$1") == 'shut off' ]]
}

shut_down() {
  virsh -q shutdown "$1" && "$GPUPASS_LAB/guest-events" "$1" bye --timeout 60 >/dev/null
  check "$1 shuts down" wait_until 60 is_off "$1"
}

# other_domain NAME: a connection of libvirt's test driver that has a domain of that name; no daemon.
other_domain() {
  cat >/root/test-node.xml <<XML
<node><domain type='test'><name>$1</name><memory unit='MiB'>64</memory><os><type arch='x86_64' machine='q35'>hvm</type></os></domain></node>
XML
  echo test:///root/test-node.xml
}

# --- what is in the machine -----------------------------------------------------------------------------

# value_of NAME: the first string of that name in the JSON on standard input.
value_of() {
  sed -n 's/.*"'"$1"'": *"\([^"]*\)".*/\1/p' | head -n 1
}

# measurement ID FILE: the first of that case in a result, on one line and without braces.
measurement() {
  tr -d '\n' <"$2" | sed 's/}, *{/\n/g' | grep -m 1 "\"$1\"" | tr -d '{}'
}

first_gpu() {
  basename "$(dirname "$(grep -l '^0x03' /sys/bus/pci/devices/*/class | head -n 1)")"
}

# group_member_with_driver DRIVER: the first function on that driver.
group_member_with_driver() {
  basename "$(find "/sys/bus/pci/drivers/$1" -name '0000:*' | sort | head -n 1)"
}

# gpu_in_group_of ADDRESS
gpu_in_group_of() {
  local member
  for member in "/sys/bus/pci/devices/$1/iommu_group/devices/"*; do
    [[ $(<"$member/class") != 0x03* ]] || basename "$member"
  done
}
