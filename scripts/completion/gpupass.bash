# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Completion of gpupass for bash: commands, actions and options from --help, so that it never falls behind; PCI
# addresses from sysfs, domains from virsh, topologies from the lab.

# _gpupass_names [COMMAND]: the commands, or the actions of one
_gpupass_names() {
  gpupass "$@" --help 2>/dev/null | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p'
}

# _gpupass_options PROGRAM [COMMAND [ACTION]]
_gpupass_options() {
  "$@" --help 2>/dev/null | grep -oE -- '--[a-z][a-z-]*' | sort -u
}

_gpupass_devices() {
  local path
  for path in /sys/bus/pci/devices/*; do echo "${path##*/}"; done
}

_gpupass_domains() {
  virsh list --all --name 2>/dev/null
}

_gpupass_lxc() {
  local config
  for config in /var/lib/lxc/*/config; do
    config=${config%/config}
    [[ $config == *'*' ]] || echo "lxc:${config##*/}"
  done
}

_gpupass_has_actions() {
  [[ $1 == bench || $1 == container || $1 == guest || $1 == hook ]]
}

# What --driver names, which is not the same everywhere.
_gpupass_drivers() {
  case $1 in
    bind) echo vfio-pci ;;
    hook) echo qemu lxc libxl ;;
    *) echo distribution repository none ;;
  esac
}

# The candidates for the word at this place. Place 1 is the word after the command.
# _gpupass_candidates COMMAND ACTION PREVIOUS PLACE
_gpupass_candidates() {
  local command=$1 action=$2 previous=$3 place=$4
  case $previous in
    --format)
      echo text json
      [[ $command:$action != bench:compare ]] || echo markdown csv
      ;;
    --group) echo latency transfer device application pci processor start ;;
    --iommu) echo intel amd none ;;
    --topology) gpupass lab list 2>/dev/null | cut -d ' ' -f 1 ;;
    --with | --gpu | --pci) _gpupass_devices ;;
    --domain) _gpupass_domains ;;
    --arm) echo host docker: podman: lxc: && _gpupass_domains | sed '/./s/^/vm:/' ;;
    --profile) echo compute desktop windows minimal ;;
    --driver) _gpupass_drivers "$command" ;;
    --for) echo ready address ;;
    --engine)
      if [[ $action == write ]]; then echo docker podman containerd cri-o; else echo docker podman compose lxc libvirt-lxc systemd-nspawn; fi
      ;;
    *)
      case $command:$place in
        bench:1 | container:1 | guest:1 | hook:1) _gpupass_names "$command" ;;
        lab:1) echo run shell list ;;
        attach:1 | detach:1) _gpupass_domains ;;
        guest:2) [[ $action == create || $action == list ]] || _gpupass_domains ;;
        hook:2) [[ $action != check ]] || _gpupass_domains ;;
        container:2) if [[ $action == [ad]*tach ]]; then _gpupass_lxc; elif [[ $action != remove ]]; then _gpupass_devices; fi ;;
        container:*) [[ $action == remove ]] || _gpupass_devices ;;
        list:* | groups:* | doctor:* | attach:* | detach:* | bind:* | unbind:* | xml:*) _gpupass_devices ;;
      esac
      ;;
  esac
}

# What `gpupass help` is followed by: a command, and its action.
# _gpupass_help COMMAND PLACE
_gpupass_help() {
  case $2 in
    0) _gpupass_names ;;
    1) ! _gpupass_has_actions "$1" || _gpupass_names "$1" ;;
  esac
}

_gpupass() {
  local words=("${COMP_WORDS[@]}") cword=$COMP_CWORD
  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  # An address is one word, although readline breaks words at colons; bash-completion mends that.
  if declare -F _get_comp_words_by_ref >/dev/null; then
    _get_comp_words_by_ref -n : -c word -p previous -i cword -w words
  fi
  # Where the command is: after --root DIR, or --root=DIR, which readline breaks.
  local at=1 help=no
  while ((at < cword)) && [[ ${words[at]} == -* || ${words[at]} == help ]]; do
    [[ ${words[at]} != help ]] || help=yes
    if [[ ${words[at]} == --root ]]; then
      ((++at))
      [[ ${words[at]} != = ]] || ((++at))
    fi
    ((++at))
  done
  ((at <= cword)) || return 0 # a folder
  local place=$((cword - at)) command=${words[at]} action='' candidates
  ! _gpupass_has_actions "$command" || action=${words[at + 1]:-}
  if [[ $help == yes ]]; then
    candidates=$(_gpupass_help "$command" "$place")
  elif ((place == 0)); then
    candidates="$(_gpupass_names) help --help --version --root"
  elif [[ $word == -* ]]; then
    candidates=$(_gpupass_options gpupass "$command" ${action:+"$action"})
    [[ $command:$action != bench:run ]] || candidates+=" $(_gpupass_options gpupass-bench)"
  else
    candidates=$(_gpupass_candidates "$command" "$action" "$previous" "$place")
  fi
  readarray -t COMPREPLY < <(compgen -W "$candidates" -- "$word")
  if declare -F __ltrim_colon_completions >/dev/null; then __ltrim_colon_completions "$word"; fi
}

# Where it knows nothing better, a word may be a file.
complete -o default -F _gpupass gpupass
