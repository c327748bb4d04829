# shellcheck shell=bash disable=SC2034,SC2154  # names are shared with the scripts that source this
# What every script here begins with: messages, errors with a remedy, and clean-up that also runs on Ctrl-C.
# Source it; it sets `provisioning` and `repository` to absolute folders.

provisioning="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
repository="$(dirname "$provisioning")"

# Debian keeps these out of a plain user's PATH; the scripts need them by name.
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

# Debian's own interpreter: another Python on PATH may lack the modules that apt installs.
python=/usr/bin/python3

if [ -t 2 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
    style_bold=$'\e[1m' style_red=$'\e[31m' style_dim=$'\e[2m' style_none=$'\e[0m'
else
    style_bold='' style_red='' style_dim='' style_none=''
fi

# step TEXT: the start of something that takes a while. Progress goes to standard error; results to standard output.
step() { printf '%s==>%s %s\n' "$style_bold" "$style_none" "$*" >&2; }

# note TEXT: one detail below a step.
note() { printf '    %s%s%s\n' "$style_dim" "$*" "$style_none" >&2; }

# warn TEXT: something odd that does not end the run.
warn() { printf '%swarning:%s %s\n' "$style_red" "$style_none" "$*" >&2; }

# fail WHAT [REMEDY]: says what failed and what to do about it, and ends the script with status 1.
fail() {
    printf '%serror:%s %s\n' "$style_red" "$style_none" "$1" >&2
    if [ -n "${2:-}" ]; then
        printf '       %s\n' "$2" >&2
    fi
    exit 1
}

# usage_error TEXT: wrong arguments; status 64 (EX_USAGE of sysexits.h).
usage_error() {
    printf '%serror:%s %s\n       see %s --help\n' "$style_red" "$style_none" "$1" "$0" >&2
    exit 64
}

# need_value OPTION COUNT: fails when OPTION is the last word, that is, COUNT of words left is below 2.
need_value() {
    [ "$2" -ge 2 ] || usage_error "$1 needs a value"
}

# require_root PURPOSE: most of this handles namespaces, packages and disk images.
require_root() {
    [ "$(id -u)" -eq 0 ] || fail "$1 needs root" "run it as root: sudo $0 …"
}

# require_commands NAME…: names what is missing, and who installs it.
require_commands() {
    local command missing=()
    for command in "$@"; do
        command -v "$command" >/dev/null || missing+=("$command")
    done
    [ ${#missing[@]} -eq 0 ] || fail "not installed: ${missing[*]}" "run $provisioning/dependencies"
}

cleanup_commands=()

# at_exit COMMAND ARGUMENTS…: runs at the end of the script however it ends, last one first.
at_exit() {
    cleanup_commands+=("$(printf '%q ' "$@")")
}

run_cleanup() {
    local status=$? index
    trap - EXIT
    trap '' INT TERM HUP
    set +e
    for ((index = ${#cleanup_commands[@]} - 1; index >= 0; index--)); do
        eval "${cleanup_commands[index]}"
    done
    exit "$status"
}
trap run_cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

# seconds_since START: whole and tenth seconds since START (a value of $EPOCHREALTIME).
seconds_since() {
    local now=$EPOCHREALTIME
    local micros=$((${now/./} - ${1/./}))
    printf '%d.%d' $((micros / 1000000)) $((micros / 100000 % 10))
}

# retry_until SECONDS COMMAND…: runs COMMAND ten times a second until it succeeds; status 1 when the time is over.
retry_until() {
    local deadline=$((SECONDS + $1 + 1))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$deadline" ] || return 1
        sleep 0.1
    done
}
