# shellcheck shell=bash disable=SC2034,SC2154  # names are shared with the scripts that source this
# The two layers of a guest image. The base is Debian, configured, with kernel and initial RAM disk; the image is
# the base with the agent and its unit, as a disk. Needs common.sh, cache.sh, image-paths.sh and SOURCE_DATE_EPOCH.

suite=bookworm
# Fixed, so that the same files make the same disk.
root_uuid=636d7300-0000-4000-8000-00000000d15c
root_size=1G

# list_of FILE: the lines of FILE without comments.
list_of() { sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$1"; }

# base_hash: over all that makes the base what it is.
base_hash() {
    local files=() service
    mapfile -t files < <(
        find "$provisioning/guest" -type f ! -name build ! -path "$provisioning/guest/services/*" | LC_ALL=C sort
        for service in "${service_folders[@]}"; do
            [ ! -e "$service/packages" ] || printf '%s\n' "$service/packages"
        done
    )
    content_hash "$suite" "$SOURCE_DATE_EPOCH" "${files[@]#"$provisioning/"}" "${files[@]}"
}

# image_hash BASE AGENT: over the base as it was made, the agent and its unit; an empty AGENT: there is none.
image_hash() {
    local files=() service
    for service in "${service_folders[@]}"; do
        mapfile -t -O ${#files[@]} files < <(find "$service" -type f | LC_ALL=C sort)
    done
    content_hash "$1/identity" "$2" "$provisioning/systemd/cms-agent.service" \
        "$provisioning/lib/image-layers.sh" "$provisioning/guest/add-service" "$root_size" "${files[@]}"
}

# make_base DIR: Debian's packages, configured by guest/configure, as a tar archive beside kernel and RAM disk.
make_base() {
    local started=$EPOCHREALTIME work packages service
    mkdir -p "$(dirname "$1")"
    work="$(mktemp -d "$(dirname "$1")/.making.XXXXXX")"
    at_exit rm -rf "$work"
    packages="$(list_of "$provisioning/guest/packages" | paste -sd,)"
    for service in "${service_folders[@]}"; do
        [ ! -e "$service/packages" ] || packages+=",$(list_of "$service/packages" | paste -sd,)"
    done
    step "Guest base: Debian $suite with $packages"
    # INITRD=No: the kernel package shall not make its own RAM disk; guest/initrd makes a smaller one.
    INITRD=No mmdebstrap --mode=root --variant=essential --include="$packages" \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/info/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/man/*' \
        --customize-hook="'$provisioning/guest/initrd' \"\$1\" '$work'" \
        --customize-hook="'$provisioning/guest/configure' \"\$1\"" \
        "$suite" "$work/rootfs.tar" >"$work/log" 2>&1 \
        || fail "Debian's packages did not come together: $(grep -m 3 -iE '^(E:|error|W: .*fail)' "$work/log" | tr '\n' ' ')" \
            "the whole log: $(keep_log "$work/log"); is a Debian mirror reachable (apt-get update)?"
    sha256sum "$work/rootfs.tar" "$work/vmlinuz" "$work/initrd.img" | cut -c1-64 >"$work/identity"
    rm -rf "$1"
    chmod 0755 "$work"
    mv "$work" "$1"
    note "$(basename "$1") made in $(seconds_since "$started") s"
}

# keep_log FILE: moves a log out of a folder that is about to go; prints where to.
keep_log() {
    cp "$1" "$(cache_root)/failed.log"
    printf '%s' "$(cache_root)/failed.log"
}

# make_image BASE AGENT DIR: (an empty AGENT: none goes in) the disk and, beside it, what boots it.
make_image() {
    local started=$EPOCHREALTIME work root service
    mkdir -p "$(dirname "$3")"
    work="$(mktemp -d "$(dirname "$3")/.making.XXXXXX")"
    at_exit rm -rf "$work"
    step "Guest image: the base with ${2:-no agent}"
    root="$work/root"
    mkdir "$root"
    tar --extract --directory "$root" --file "$1/rootfs.tar" --numeric-owner --same-permissions \
        --xattrs --xattrs-include='*'
    if [ -n "$2" ]; then
        add_agent "$root" "$2"
    fi
    for service in "${service_folders[@]}"; do "$provisioning/guest/add-service" "$root" "$service"; done
    find "$root" -newermt "@$SOURCE_DATE_EPOCH" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
    make_disk "$root" "$work/base.raw"
    rm -rf "$root"
    cp "$1/vmlinuz" "$1/initrd.img" "$work/"
    chmod 0444 "$work"/{vmlinuz,initrd.img,base.raw}
    chmod 0755 "$work"
    rm -rf "$3"
    mv "$work" "$3"
    note "$(basename "$3") made in $(seconds_since "$started") s, $(du --block-size=M "$3/base.raw" | cut -f1) on disk"
}

# add_agent ROOT AGENT: the agent and its unit.
add_agent() {
    local root=$1 missing
    install -m 0755 "$2" "$root/usr/bin/cms-agent"
    install -m 0644 "$provisioning/systemd/cms-agent.service" "$root/etc/systemd/system/cms-agent.service"
    chroot "$root" systemctl --quiet enable cms-agent.service
    missing="$(chroot "$root" ldd /usr/bin/cms-agent 2>&1 | grep 'not found' || true)"
    [ -z "$missing" ] || fail "the agent needs what the guest does not have: $missing" \
        "link it statically (provisioning/build does), or add the library's package to guest/packages"
}

# make_disk ROOT FILE: an ext4 file system with the contents of ROOT, without mounting anything.
make_disk() {
    truncate --size="$root_size" "$2"
    E2FSPROGS_FAKE_TIME="$SOURCE_DATE_EPOCH" mkfs.ext4 -q -F -L cms-guest -U "$root_uuid" -J size=4 -m 0 \
        -E "hash_seed=$root_uuid,root_owner=0:0,lazy_itable_init=1,lazy_journal_init=1,nodiscard" -d "$1" "$2" \
        || fail "cannot make the guest's disk" "is there room in $(dirname "$2")?"
    # mkfs takes over ROOT's times of change and of access, which can hardly be set there: set them in the disk.
    local inodes
    inodes="$(find "$1" -printf . | wc -c)"
    seq 2 $((inodes + 16)) | while read -r inode; do
        [ "$inode" -gt 2 ] && [ "$inode" -lt 11 ] && continue
        printf 'set_inode_field <%d> %s %s\n' "$inode" ctime "@$SOURCE_DATE_EPOCH" "$inode" ctime_extra 0 \
            "$inode" atime "@$SOURCE_DATE_EPOCH" "$inode" atime_extra 0
    done | E2FSPROGS_FAKE_TIME="$SOURCE_DATE_EPOCH" debugfs -w -f - "$2" >/dev/null 2>&1
}

# mark_newest IMAGE: this is the image that "lab up" takes.
mark_newest() {
    touch "$1"
    ln -sfn "$(basename "$1")" "$(dirname "$1")/newest"
}

# remove_stale_images BASE: those that nothing asked for during three days, and the bases of old scripts.
remove_stale_images() {
    touch "$1"
    find "$(cache_root)/images" "$(cache_root)/bases" -mindepth 1 -maxdepth 1 -type d -mmin +4320 \
        -exec rm -rf {} +
}

# hand_out IMAGE DIR: links to the three files, or copies on another file system.
hand_out() {
    local file
    mkdir -p "$2"
    for file in vmlinuz initrd.img base.raw; do
        rm -f "$2/$file"
        ln "$1/$file" "$2/$file" 2>/dev/null || cp --sparse=always "$1/$file" "$2/$file"
    done
}
