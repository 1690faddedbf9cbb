#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A terminal session as people have it, under tmux: what --watch and top draw at any size, keys and
# ^C, and what bash and zsh complete.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"
command -v tmux >/dev/null || skip "tmux is missing"
zsh --version >/dev/null 2>&1 || skip "zsh is missing"

port=$(free_port)
DIR=$work "$support/config" -n "$port" -t "1001 1002" -g api -t 1003
fairlead_start

export LC_ALL=C.UTF-8
unset TMUX
# At its end, so does the process namespace, and whatever runs in the session.
on_tmux() {
    tmux -S "$work/tmux" -f /dev/null "$@"
}
screen() {
    on_tmux capture-pane -p
}
shows() {
    screen | grep -E -- "$1" >/dev/null
}
shows_not() {
    ! shows "$1"
}
# What a listing prints for that width, without ages.
plain() {
    COLUMNS=$1 "$fairleadctl" -s "$work/admin.sock" "${@:2}" | head -n "$lines" | without_ages
}
without_ages() {
    sed -E 's/\b[0-9]+[smhd]\b/N/g; s/ +/ /g; s/ $//' | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}'
}
is_as_printed() {
    [ "$(screen | without_ages)" = "$(plain "$@")" ]
}
# press KEYS...: as send-keys names them.
press() {
    on_tmux send-keys "$@"
}

lines=24
on_tmux new-session -d -x 80 -y $lines "$BASH --norc --noprofile"
press "PS1='ready> '; clear" Enter
wait_for 10 shows '^ready>$'

step "a listing that is drawn again"
press "$fairleadctl -s $work/admin.sock targets --watch 0.1" Enter
wait_for 10 is_as_printed 80 targets
ctl drain web 127.0.0.1:1001 >/dev/null
wait_for 10 shows '127.0.0.1:1001 +held'
ctl ready web 127.0.0.1:1001 >/dev/null
wait_for 10 is_as_printed 80 targets

step "at another size"
for size in "50 10" "120 40" "80 3" "80 24"; do
    read -r width lines <<<"$size"
    on_tmux resize-window -x "$width" -y "$lines"
    wait_for 10 is_as_printed "$width" targets
done

step "ended by q, and by ^C, with the screen as it was"
press q
wait_for 10 shows '^ready>$'
shows_not FLIGHT || fail "the listing is still there"
press "$fairleadctl -s $work/admin.sock groups --watch" Enter
wait_for 10 shows '^web'
press C-c
wait_for 10 shows_not '^web'
press 'echo "ended with $?"' Enter
wait_for 10 shows '^ended with 0$'

step "top, sorted by a key"
press "clear; $fairleadctl -s $work/admin.sock top" Enter
wait_for 10 shows '^sorted by requests'
for key in "n name" "e 5xx" "f in flight" "r requests"; do
    press "${key%% *}"
    wait_for 10 shows "^sorted by ${key#* }"
done
for _ in 1 2 3 4; do curl -s -o /dev/null "http://127.0.0.1:$port/"; done
wait_for 10 shows '^web +[0-9.]*[1-9]'
shows '^TARGET +GROUP +REQ/S +5XX/S' || fail "$(screen)"
press q
wait_for 10 shows_not '^sorted by'

# completes_in SHELL: what Tab makes of beginnings.
completes_in() {
    step "$1 completes"
    wait_for 10 shows '^ready>$'
    while read -r typed shown; do
        press -l "fairleadctl -s $work/admin.sock ${typed//_/ }"
        press Tab
        wait_for 10 shows " $shown\$" || fail "$1: $typed: $(screen)"
        press C-c
        press "clear" Enter
        wait_for 10 shows '^ready>$'
    done <<END
tar targets
targets_w targets web
targets_--state_unh targets --state unhealthy
drain_a drain api
drain_web_127.0.0.1:1002 drain web 127.0.0.1:1002
END
}

completion=$(cd "$(dirname "$0")/../../tools/fairleadctl/completion" && pwd)
path="PATH=$builddir:\$PATH"
press "$path; . /usr/share/bash-completion/bash_completion 2>/dev/null; . $completion/fairleadctl.bash; clear" Enter
completes_in bash
press "exec zsh -f" Enter
press "$path; PS1='ready> '; fpath=($completion \$fpath); autoload -U compinit; compinit -D; clear" Enter
completes_in zsh
fairlead_stop
