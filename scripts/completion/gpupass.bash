# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Completion of gpupass for bash: commands and options from --help, so that it never falls behind; PCI
# addresses from sysfs, domains from virsh, topologies from the lab.

_gpupass_commands() {
  gpupass --help 2>/dev/null | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p'
}

# _gpupass_options COMMAND [ACTION]
_gpupass_options() {
  gpupass "$@" --help 2>/dev/null | grep -oE -- '--[a-z][a-z-]*' | sort -u
}

_gpupass_devices() {
  local path
  for path in /sys/bus/pci/devices/*; do echo "${path##*/}"; done
}

# The word that the command at hand expects here, as a list of candidates.
_gpupass_candidates() {
  local command=$1 previous=$2 position=$3
  case $previous in
    --format) echo text json ;;
    --iommu) echo intel amd none ;;
    --topology) gpupass lab list 2>/dev/null | cut -d ' ' -f 1 ;;
    --with | --gpu) _gpupass_devices ;;
    --profile) echo compute desktop windows minimal ;;
    --driver) echo distribution repository none ;;
    --for) echo ready address ;;
    *)
      case $command:$position in
        attach:2 | detach:2) virsh list --all --name 2>/dev/null ;;
        bench:2) echo run compare report experiment import export ;;
        guest:2) echo create list start stop bench delete console ssh wait ;;
        guest:3) virsh list --all --name 2>/dev/null ;;
        hook:2) echo install uninstall status check run ;;
        lab:2) echo run shell list ;;
        list:* | groups:* | doctor:* | attach:* | detach:* | bind:* | unbind:* | xml:*) _gpupass_devices ;;
      esac
      ;;
  esac
}

_gpupass() {
  local command=${COMP_WORDS[1]:-} cword=$COMP_CWORD candidates
  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  # An address is one word, although readline breaks words at colons; bash-completion mends that.
  if declare -F _get_comp_words_by_ref >/dev/null; then
    _get_comp_words_by_ref -n : -c word -p previous -i cword
  fi
  if ((cword == 1)); then
    candidates="$(_gpupass_commands) --help --version --root"
  elif [[ $word == -* ]]; then
    local words=("$command")
    [[ $command != bench && $command != guest ]] || words+=("${COMP_WORDS[2]}")
    candidates=$(_gpupass_options "${words[@]}")
  else
    candidates=$(_gpupass_candidates "$command" "$previous" "$cword")
  fi
  readarray -t COMPREPLY < <(compgen -W "$candidates" -- "$word")
  if declare -F __ltrim_colon_completions >/dev/null; then __ltrim_colon_completions "$word"; fi
}

# Where it knows nothing better, a word may be a file.
complete -o default -F _gpupass gpupass
