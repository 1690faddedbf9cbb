# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Completion for bash: commands and options from fairleadctl itself, names from the running daemon.

_fairleadctl() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command='' i
    local ctl=("${COMP_WORDS[0]}")
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        -s) ctl+=(-s "${COMP_WORDS[++i]}") ;;
        -o) ((i++)) ;;
        -*) ;;
        *)
            # The names of some commands have two words.
            [[ -z $command ]] || command+=" ${COMP_WORDS[i]}"
            command=${command:-${COMP_WORDS[i]}}
            [[ $command != *" "* ]] || break
            ;;
        esac
    done
    local words
    case $before in
    -s)
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        return
        ;;
    -o) words="wide json table" ;;
    --group) words=$("${ctl[@]}" complete groups 2>/dev/null) ;;
    --state) words="healthy unhealthy initial draining unused held ejected" ;;
    --kind) words="target group task provider problem process configuration key" ;;
    *) words=$("${ctl[@]}" complete "${command:-commands}" ":$word" 2>/dev/null) ;;
    esac
    # What a daemon names is taken as words, never run.
    mapfile -t COMPREPLY < <(compgen -W "${words//[\$\`\\]/}" -- "$word")
    if [ ${#COMPREPLY[@]} = 0 ] && [[ $command == check* || $command == task-event* ]]; then
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
    fi
}
complete -F _fairleadctl fairleadctl
