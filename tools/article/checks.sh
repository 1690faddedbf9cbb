# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# Commands that are printed, answers that are checked. Sourced by demo-article.

checks=0 failures=0
failed=()

title() {
    printf '\n=== %s\n' "$*"
}

say() {
    printf '%s\n' "$*"
}

# A check: WHAT COMMAND...; what the command prints is shown where it fails.
check() {
    local what=$1 out
    shift
    checks=$((checks + 1))
    if out=$("$@" 2>&1); then
        printf '  ok   %s\n' "$what"
        return 0
    fi
    failures=$((failures + 1))
    failed+=("$what")
    printf '  NOT  %s\n' "$what"
    [ -z "$out" ] || printf '%s\n' "$out" | head -n 20 | sed 's/^/       /'
}

# is WHAT JQ-EXPRESSION: of the last answer.
is() {
    check "$1" holds "$2"
}

holds() {
    jq -e "$1" "$work/answer" >/dev/null 2>"$work/jq.err" && return 0
    printf 'not %s of: ' "$1"
    cat "$work/jq.err" "$work/answer"
    return 1
}

# of JQ-EXPRESSION: a text of the last answer.
of() {
    jq -r "$1 // \"\"" "$work/answer" 2>/dev/null || true
}

# A command as somebody would type it, and then itself; its answer is kept.
run() {
    printf '\n$ %s\n' "$(command_text "$@")"
    ask "$@"
}

# The same, unsaid. Debian 12's aws knows no AWS_ENDPOINT_URL.
ask() {
    local -a words=("$@")
    [ "$1" != aws ] || words=(aws --endpoint-url "$endpoint" --output json "${@:2}")
    "${words[@]}" >"$work/answer" 2>"$work/error" && return 0
    cat "$work/error" >>"$work/answer"
    return 0
}

command_text() {
    local word text=''
    for word in "$@"; do
        case $word in
        *[!A-Za-z0-9_./:=,@%+-]* | '') text="$text '$word'" ;;
        *) text="$text $word" ;;
        esac
    done
    echo "${text# }"
}

# refused CODE: whether the last call was refused with it.
refused() {
    grep -F "($1)" "$work/error" && return 0
    cat "$work/error" "$work/answer"
    return 1
}

# The same with words of its message.
said() {
    grep -F "$1" "$work/error" && return 0
    cat "$work/error"
    return 1
}

# within SECONDS COMMAND...: until it succeeds; quietly.
within() {
    local end=$((SECONDS + $1))
    shift
    until "$@" >"$work/within" 2>&1; do
        if [ $SECONDS -ge $end ]; then
            printf 'not within the time: %s\n' "$*"
            cat "$work/within"
            return 1
        fi
        sleep 1
    done
}

# --- clients that go on asking while something changes

load_begin() {
    local number
    load_pids=''
    rm -f "$work"/load.*
    for number in 1 2 3; do
        (
            exec >"$work/load.$number"
            while [ ! -e "$work/load.end" ]; do
                curl -s -o /dev/null -m 10 -w '%{http_code}\n' "$site$1" || true
                sleep 0.1
            done
        ) &
        load_pids="$load_pids $!"
    done
}

load_end() {
    touch "$work/load.end"
    # shellcheck disable=SC2086
    wait $load_pids
    load_pids=''
    cat "$work"/load.[0-9] >"$work/codes"
}

# all_answered LEAST: so many requests at least, and each with 200.
all_answered() {
    local lost count
    count=$(wc -l <"$work/codes")
    lost=$(grep -cvx 200 "$work/codes" || true)
    echo "$count requests, $lost lost"
    sort "$work/codes" | uniq -c
    [ "$lost" = 0 ] && [ "$count" -ge "$1" ]
}

sum_up() {
    local what
    title "$checks checks, $failures failed ($SECONDS s)"
    for what in "${failed[@]}"; do
        say "  failed: $what"
    done
    [ "$failures" = 0 ]
}
