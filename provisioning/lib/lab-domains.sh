# shellcheck shell=bash disable=SC2034,SC2154  # names are shared with the scripts that source this
# libvirt's configuration in the lab, its network, and the VMs: disks and definitions.

write_libvirt_configuration() {
    mkdir -p "$lab_directory/etc/qemu" "$lab_directory/log/qemu"
    cat >"$lab_directory/etc/libvirtd.conf" <<END
# Root alone may connect, and needs no polkit for it.
unix_sock_group = "root"
unix_sock_rw_perms = "0700"
auth_unix_ro = "none"
auth_unix_rw = "none"
host_uuid = "$(cat "$lab_directory/host-uuid")"
log_level = 3
log_outputs = "3:file:/var/log/libvirt/libvirtd.log"
# More than 5, or slow calls of one connection hold up its keep-alives.
max_client_requests = 20
END
    # One of several hosts is reached over TLS.
    if [ -n "${CMS_LAB_PKI:-}" ]; then
        cat >>"$lab_directory/etc/libvirtd.conf" <<END
listen_tls = 1
listen_tcp = 0
ca_file = "$CMS_LAB_PKI/cacert.pem"
cert_file = "$CMS_LAB_PKI/servercert.pem"
key_file = "$CMS_LAB_PKI/serverkey.pem"
# A controller that stands still for 3 s is left: what it calls after that does not arrive.
keepalive_interval = 1
keepalive_count = 2
END
    fi
    cat >"$lab_directory/etc/virtlogd.conf" <<END
log_level = 3
log_outputs = "3:file:/var/log/libvirt/virtlogd.log"
max_size = 16777216
END
    # As root: where /dev/kvm exists but the libvirt-qemu user may not open it, libvirtd would examine QEMU anew at
    # each start of a domain, which costs 4 s. The namespaces, not users, keep this lab apart from the host.
    cat >"$lab_directory/etc/qemu.conf" <<END
user = "root"
group = "root"
dynamic_ownership = 0
remember_owner = 0
security_driver = "none"
namespaces = [ ]
cgroup_controllers = [ ]
END
    cat >"$lab_directory/etc/libvirt.conf" <<END
uri_default = "qemu:///system"
END
}

# render TEMPLATE KEY=VALUE…: fills in a template; the VMs' addresses are always among the values.
render() {
    local template=$1 vm
    shift
    {
        printf '%s\0' "$@"
        printf '\0'
        while read -r vm; do
            printf '%s\0' "$vm" "$(vm_mac "$vm")" "$(vm_address "$vm")"
        done < <(lab_vms)
    } | "$python" -c '
import json, sys
head, _, tail = sys.stdin.read().partition("\0\0")
values = dict(pair.split("=", 1) for pair in head.split("\0") if pair)
words = tail.split("\0")[:-1]
values["vms"] = [dict(zip(("name", "mac", "address"), words[i:i + 3])) for i in range(0, len(words), 3)]
print(json.dumps(values))' | "$python" "$provisioning/lib/render.py" "$provisioning/dev/templates/$template"
}

# define_network: makes "default" as the template says; it is made anew only when it is not so already,
# since that takes the bridge away from running guests.
define_network() {
    local wanted="$lab_directory/network.xml"
    # Behind one of several hosts, guests are reached by their own addresses.
    render network.xml "host_address=$lab_host_address" "forward=$([ -n "${CMS_LAB_PKI:-}" ] && echo open || echo nat)" "first=192.168.$lab_subnet.2" \
        "last=192.168.$lab_subnet.149" >"$wanted.new"
    if ! cmp -s "$wanted.new" "$wanted" || ! lab_virsh net-info default >/dev/null 2>&1; then
        lab_virsh net-destroy default >/dev/null 2>&1 || true
        lab_virsh net-undefine default >/dev/null 2>&1 || true
        lab_virsh net-define "$wanted.new" >/dev/null
        mv "$wanted.new" "$wanted"
    fi
    rm -f "$wanted.new"
    if [[ " $(lab_virsh net-list --name | tr '\n' ' ')" != *" default "* ]]; then
        lab_virsh net-start default >/dev/null || fail "the network 'default' did not start" \
            "see $lab_directory/log/libvirtd.log; dnsmasq and iptables must be installed: $provisioning/dependencies"
    fi
}

# kernel_arguments: quiet, since each character on an emulated serial line costs; a shell there only when asked for.
kernel_arguments() {
    printf 'root=/dev/vda rw console=ttyS0 quiet loglevel=3 net.ifnames=0 systemd.show_status=0 panic=1'
    if [ -e "$lab_directory/shell" ]; then
        printf ' cms.console-shell'
    fi
}

# fresh_overlay VM: an empty layer over the image; whatever the VM had written is gone.
fresh_overlay() {
    local image
    image="$(cat "$lab_directory/image")"
    rm -f "$(vm_disk "$1")"
    qemu-img create -q -f qcow2 -F raw -b "$image/base.raw" "$(vm_disk "$1")" \
        || fail "cannot make the disk of $1" "is there room in $lab_directory?"
}

# define_domain VM: defines it, shut off, as the template says.
define_domain() {
    local definition="$lab_directory/$1.xml"
    render domain.xml "name=$1" "uuid=$(vm_uuid "$1")" "mac=$(vm_mac "$1")" "disk=$(vm_disk "$1")" \
        "console_log=$(vm_console_log "$1")" "image=$(cat "$lab_directory/image")" \
        "memory_mib=${CMS_LAB_MEMORY:-512}" "domain_type=$domain_type" "cpu_mode=$cpu_mode" \
        "cmdline=$(kernel_arguments)" >"$definition"
    lab_virsh define "$definition" --validate >/dev/null \
        || fail "libvirt does not take the definition of $1" "it is in $definition"
}

# remove_domain VM: off, and no definition, saved state or snapshot left.
remove_domain() {
    lab_virsh dominfo "$1" >/dev/null 2>&1 || return 0
    lab_virsh destroy "$1" >/dev/null 2>&1 || true
    lab_virsh undefine "$1" --managed-save --snapshots-metadata --checkpoints-metadata >/dev/null
}

# domain_state VM: as virsh words it; nothing when there is no such domain or no libvirtd.
domain_state() {
    local state
    state="$(lab_virsh domstate "$1" 2>/dev/null)" || return 0
    printf '%s' "${state%%$'\n'*}"
}
