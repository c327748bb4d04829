# shellcheck shell=bash disable=SC2034,SC2154  # names are shared with the scripts that source this
# Things that are dear to make are kept under the hash of all that went into them.

# cache_root: the folder of everything kept between runs.
cache_root() {
    printf '%s' "${CMS_CACHE_DIR:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/cms}"
}

# content_hash FILE_OR_TEXT…: one hash over the named files' contents, and over the words that are no files.
content_hash() {
    local item
    for item in "$@"; do
        if [ -f "$item" ]; then
            sha256sum <"$item"
        else
            printf '%s\n' "$item"
        fi
    done | sha256sum | cut -c1-16
}

# with_lock FILE: waits until no other run holds FILE, then holds it until this shell ends.
# The descriptor's number is left in lock_descriptor, so that long-lived children can be started without it.
with_lock() {
    mkdir -p "$(dirname "$1")"
    exec {lock_descriptor}>"$1"
    if ! flock --nonblock "$lock_descriptor"; then
        note "waiting for another run that holds $1"
        flock --timeout 900 "$lock_descriptor" || fail "another run still holds $1 after 15 minutes" \
            "see who: fuser $1"
    fi
}
