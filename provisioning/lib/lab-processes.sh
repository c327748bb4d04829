# shellcheck shell=bash disable=SC2034,SC2154  # names are shared with the scripts that source this
# The lab's namespaces and the processes in them. One process that only sleeps holds the mount namespace, so that
# libvirtd may be killed and started again. Everything of the lab lives in its network namespace and nothing else
# does: that is how a later run finds what an earlier one left.

# lab_holder: prints the holder's process id; status 1 when the lab is not up.
lab_holder() {
    local holder
    holder="$(cat "$lab_directory/holder.pid" 2>/dev/null)" || return 1
    in_lab_namespace "$holder" || return 1
    printf '%s' "$holder"
}

# in_lab_namespace PID: whether this process lives, and in the lab's network namespace.
in_lab_namespace() {
    [[ $1 =~ ^[1-9][0-9]*$ ]] && [ "/proc/$1/ns/net" -ef "/run/netns/$lab_namespace" ]
}

# Fails early inside a lab, where taking it down would take down the caller.
refuse_inside_lab() {
    ! in_lab_namespace "$$" || fail "'$1' was called inside the lab $lab_name" "call it from outside"
}

# lab_pids: the processes in the lab's network namespace, one a line.
lab_pids() { ip netns pids "$lab_namespace" 2>/dev/null || true; }

start_holder() {
    [ -e "/run/netns/$lab_namespace" ] || ip netns add "$lab_namespace" \
        || fail "cannot make the network namespace $lab_namespace" "namespaces need root and a kernel that has them"
    ip -n "$lab_namespace" link set lo up

    local pair
    mkdir -p "$lab_directory/empty" "$lab_directory/disks"
    for pair in "${lab_mounts[@]}"; do
        mkdir -p "$lab_directory/${pair%%:*}" "${pair#*:}"
        chmod 0755 "$lab_directory/${pair%%:*}"
    done
    rm -f "$lab_directory/holder.pid"
    # The host's D-Bus is hidden: libvirt would tell the host's firewalld, machined and logind about this lab.
    # shellcheck disable=SC2016  # expanded by the inner shell
    setsid ip netns exec "$lab_namespace" unshare --mount --propagation private bash -c '
        set -euo pipefail
        directory=$1
        shift
        for pair in "$@"; do
            mount --bind "$directory/${pair%%:*}" "${pair#*:}"
        done
        if [ -d /run/dbus ]; then
            mount --bind "$directory/empty" /run/dbus
        fi
        echo $$ >"$directory/holder.pid.new"
        mv "$directory/holder.pid.new" "$directory/holder.pid"
        exec -a "cms-lab-holder" sleep infinity
    ' cms-lab "$lab_directory" "${lab_mounts[@]}" </dev/null >"$lab_directory/holder.log" 2>&1 \
        {lock_descriptor}>&- &
    disown
    retry_until 10 lab_holder >/dev/null || fail "the lab's namespaces did not come up" \
        "see $lab_directory/holder.log: $(tail -n 1 "$lab_directory/holder.log")"
}

# inside COMMAND…: runs COMMAND in the lab's namespaces, in the present folder.
inside() {
    local holder
    holder="$(lab_holder)" || fail "the lab '$lab_name' is not up" "$provisioning/lab up"
    nsenter --target "$holder" --net --mount -- env --chdir="$PWD" "$@"
}

# exec_inside COMMAND…: the same in place of this shell, so that signals and the exit status are COMMAND's own.
exec_inside() {
    local holder
    holder="$(lab_holder)" || fail "the lab '$lab_name' is not up" "$provisioning/lab up"
    trap - EXIT INT TERM HUP
    exec nsenter --target "$holder" --net --mount -- env --chdir="$PWD" "$@"
}

# lab_virsh ARGUMENTS…: virsh on the lab's libvirtd.
lab_virsh() { virsh --quiet --connect "$lab_uri" "$@" </dev/null; }

# daemon_pid NAME: the process id of libvirtd or virtlogd of this lab; status 1 when it does not run.
daemon_pid() {
    local pid
    pid="$(cat "$lab_directory/run/$1.pid" 2>/dev/null)" || return 1
    in_lab_namespace "$pid" && [ "$(cat "/proc/$pid/comm")" = "$1" ] || return 1
    printf '%s' "$pid"
}

start_daemon() {
    local name=$1
    shift
    ! daemon_pid "$name" >/dev/null || return 0
    inside "$name" --daemon --pid-file "/run/libvirt/$name.pid" --config "/etc/libvirt/$name.conf" "$@" \
        </dev/null >>"$lab_directory/log/$name.out" 2>&1 {lock_descriptor}>&- \
        || fail "$name did not start" "see $lab_directory/log/$name.log and $name.out beside it"
}

start_libvirtd() {
    start_daemon virtlogd
    start_daemon libvirtd ${CMS_LAB_PKI:+--listen}
    retry_until 20 lab_virsh uri >/dev/null 2>&1 \
        || fail "libvirtd runs but does not answer at $lab_socket" "see $lab_directory/log/libvirtd.log"
}

# kill_libvirtd SIGNAL: ends libvirtd alone; the guests go on.
kill_libvirtd() {
    local pid
    pid="$(daemon_pid libvirtd)" || fail "libvirtd of the lab '$lab_name' does not run" "$provisioning/lab libvirtd start"
    kill -s "$1" "$pid"
    retry_until 20 process_is_gone "$pid" || fail "libvirtd ($pid) did not end within 20 s" "kill it with -9"
}

# A zombie counts as gone: its parent has not fetched the status yet, but it does nothing any more.
process_is_gone() {
    local state
    state="$(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null)" || return 0
    [ -z "$state" ] || [ "${state%% *}" = Z ]
}

no_lab_pids() {
    local pid
    for pid in $(lab_pids); do
        process_is_gone "$pid" || return 1
    done
}

# stop_lab_processes: ends every process of the lab, politely first, and then the namespaces.
stop_lab_processes() {
    local signal seconds pid
    for signal in TERM:5 KILL:10; do
        seconds=${signal#*:} signal=${signal%:*}
        no_lab_pids && break
        for pid in $(lab_pids); do
            kill -s "$signal" "$pid" 2>/dev/null || true
        done
        retry_until "$seconds" no_lab_pids || true
    done
    no_lab_pids || fail "these processes of the lab do not end: $(lab_pids | tr '\n' ' ')" "see what they wait for: ps -o pid,stat,wchan,cmd"
    if [ -e "/run/netns/$lab_namespace" ]; then
        ip netns delete "$lab_namespace" || fail "cannot remove the network namespace $lab_namespace" \
            "umount /run/netns/$lab_namespace && rm /run/netns/$lab_namespace"
    fi
    rm -f "$lab_directory"/holder.pid "$lab_directory"/run/*.pid
}
