# shellcheck shell=bash disable=SC2034,SC2154  # names are shared with the scripts that source this
# Where built guest images are kept. Needs cache.sh.

# newest_image: the folder of the image that was asked for last; status 1 when there is none.
newest_image() {
    local link
    link="$(cache_root)/images/newest"
    [ -e "$link/base.raw" ] || return 1
    readlink -f "$link"
}

# check_image DIR: fails unless DIR holds a whole image.
check_image() {
    local file
    for file in vmlinuz initrd.img base.raw; do
        [ -r "$1/$file" ] || fail "no guest image in $1: $file is missing" \
            "build one: $provisioning/guest/build --agent PATH --out DIR"
    done
}
