# shellcheck shell=bash disable=SC2034,SC2154  # names are shared with the scripts that source this
# The lab's name and where its things lie. Several labs stand side by side, each under its own name.

lab_name="${CMS_LAB_NAME:-cms}"
[[ $lab_name =~ ^[a-z0-9][a-z0-9-]{0,23}$ ]] \
    || fail "CMS_LAB_NAME is '$lab_name'" "use 1 to 24 of a-z, 0-9 and '-' (it names a network namespace)"

lab_root="${CMS_LAB_ROOT:-/var/tmp}"
lab_directory="$lab_root/cms-lab-$lab_name"
lab_namespace="cms-$lab_name"
lab_socket="$lab_directory/run/libvirt-sock"
lab_subnet="${CMS_LAB_SUBNET:-122}"
[[ $lab_subnet =~ ^1[0-9][0-9]$ ]] || fail "CMS_LAB_SUBNET is '$lab_subnet'" "it is the third number of 192.168.x.0/24: 122"
lab_host_address=192.168.$lab_subnet.1
lab_hosts=192.168.$lab_subnet.0/24

# The kernel allows 107 characters in the path of a Unix socket.
[ ${#lab_socket} -le 107 ] || fail "the path of libvirt's socket is too long: $lab_socket" \
    "give a shorter folder in CMS_LAB_ROOT or a shorter CMS_LAB_NAME"

lab_uri="qemu+unix:///system?socket=$lab_socket"
# The five folders libvirt uses, as "name in the lab's folder:where libvirt looks".
lab_mounts=(etc:/etc/libvirt run:/run/libvirt lib:/var/lib/libvirt cache:/var/cache/libvirt log:/var/log/libvirt)

# vm_number VM: the N of vmN, 1 to 99.
vm_number() {
    [[ $1 =~ ^vm([1-9][0-9]?)$ ]] || fail "'$1' is no name of a VM here" "they are called vm1, vm2, … vm99"
    printf '%d' "${BASH_REMATCH[1]}"
}

vm_address() { printf '192.168.%d.%d' "$lab_subnet" $((149 + $(vm_number "$1"))); }
vm_mac() { printf '52:54:00:63:6d:%02x' "$(vm_number "$1")"; }
vm_uuid() { printf '636d7300-0000-4000-8000-%012d' "$(vm_number "$1")"; }
vm_disk() { printf '%s/disks/%s.qcow2' "$lab_directory" "$1"; }
vm_console_log() { printf '%s/log/qemu/%s-console.log' "$lab_directory" "$1"; }

# lab_vms: the names of this lab's VMs, one a line, as the last "lab up" made them.
lab_vms() { cat "$lab_directory/vms" 2>/dev/null || true; }

# prepare_lab_directory: makes the folder, for root alone; refuses one that somebody else has put there.
prepare_lab_directory() {
    if [ -L "$lab_directory" ] || { [ -e "$lab_directory" ] && [ "$(stat -c %u "$lab_directory")" -ne 0 ]; }; then
        fail "$lab_directory is not root's own folder" "remove it, or choose another place with CMS_LAB_ROOT"
    fi
    mkdir -p "$lab_root"
    [ -d "$lab_directory" ] || mkdir -m 0700 "$lab_directory"
    chmod 0700 "$lab_directory"
}
