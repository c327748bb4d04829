# shellcheck shell=bash disable=SC2034,SC2154  # names are shared with the scripts that source this
# Several hosts on one wire: each host is a lab of its own, named after this one (cms-a, cms-b, …), with its own guest
# network; controllers (c1, c2, …) and members of etcd (e1, e2, …) have network namespaces of their own. The wire is a
# bridge in one more namespace. Every node has an address on it, and routes to the guests of every host.

cluster_nodes_file="$lab_directory/nodes"
cluster_pki="$lab_directory/pki"
wire_namespace="cms-$lab_name-wire"
wire_network=10.63.0

# cluster_exists: whether this lab is one of several hosts.
cluster_exists() { [ -s "$cluster_nodes_file" ]; }

# cluster_nodes [KIND]: the names of the nodes, or of those of a kind, one a line.
cluster_nodes() { sed -n "s/ ${1:-.*}\$//p" "$cluster_nodes_file"; }

host_letter() { printf '%b' "\\x$(printf '%x' $((96 + $1)))"; }

# node_kind NODE: host, controller or etcd; fails for what is none of them.
node_kind() {
    local kind
    cluster_exists || fail "the lab '$lab_name' has one host and no nodes" "$provisioning/lab up --hosts 2"
    kind="$(sed -n "s/^$1 //p" "$cluster_nodes_file")"
    [ -n "$kind" ] || fail "the lab '$lab_name' has no node '$1'" "it has: $(cluster_nodes | tr '\n' ' ')"
    printf '%s' "$kind"
}

# host_number LETTER: 1 for a, 2 for b, …
host_number() { printf '%d' $(($(printf '%d' "'$1") - 96)); }

node_namespace() { printf 'cms-%s-%s' "$lab_name" "$1"; }
node_link() { printf 'w-%s' "$1"; }

# node_address NODE: on the wire.
node_address() {
    case $(node_kind "$1") in
        host) printf '%s.%d' "$wire_network" $((10 + $(host_number "$1"))) ;;
        controller) printf '%s.%d' "$wire_network" $((100 + ${1#c})) ;;
        etcd) printf '%s.%d' "$wire_network" $((200 + ${1#e})) ;;
    esac
}

# host_subnet LETTER: the third number of its guests' addresses.
host_subnet() { printf '%d' $((121 + $(host_number "$1"))); }
host_guests() { printf '192.168.%d.0/24' "$(host_subnet "$1")"; }
host_lab() { printf '%s-%s' "$lab_name" "$1"; }
host_uri() { printf 'qemu+tls://%s/system?pkipath=%s' "$(node_address "$1")" "$cluster_pki/client"; }

# node_networks NODE: the addresses that belong to it.
node_networks() {
    node_address "$1"
    [ "$(node_kind "$1")" != host ] || printf '\n%s' "$(host_guests "$1")"
    printf '\n'
}

in_node() {
    local node=$1
    shift
    ip netns exec "$(node_namespace "$node")" "$@"
}

# on_host LETTER COMMAND…: lab COMMAND for that host.
on_host() {
    local letter=$1
    shift
    # The lock of this lab stays with this process.
    env CMS_LAB_NAME="$(host_lab "$letter")" CMS_LAB_ROOT="$lab_root" CMS_LAB_SUBNET="$(host_subnet "$letter")" \
        CMS_LAB_PKI="$cluster_pki/$letter" "$provisioning/lab" "$@" {lock_descriptor}>&-
}

# cluster_up HOSTS CONTROLLERS VMS OPTIONS…: brings up or repairs the nodes. OPTIONS go to each host's "up".
cluster_up() {
    local hosts=$1 controllers=$2 vms=$3 number node started=$EPOCHREALTIME
    shift 3
    [[ $hosts =~ ^[1-9]$ ]] || usage_error "--hosts takes 1 to 9, not '$hosts'"
    [[ $controllers =~ ^[0-9]$ ]] || usage_error "--controllers takes 0 to 9, not '$controllers'"
    [[ $vms =~ ^[1-9]$ ]] || usage_error "--vms takes a number from 1 to 9 with --hosts, not '$vms'"
    [ ${#lab_name} -le 22 ] || fail "CMS_LAB_NAME is '$lab_name'" "with --hosts it has at most 22 characters"
    [ "$controllers" -eq 0 ] || require_commands etcd
    require_commands openssl
    prepare_lab_directory
    {
        for ((number = 1; number <= hosts; number++)); do printf '%s host\n' "$(host_letter "$number")"; done
        for ((number = 1; number <= controllers; number++)); do printf 'c%d controller\n' "$number"; done
        for ((number = 1; number <= controllers; number++)); do printf 'e%d etcd\n' "$number"; done
    } >"$cluster_nodes_file.new"
    if cluster_exists && ! cmp -s "$cluster_nodes_file" "$cluster_nodes_file.new"; then
        fail "the lab '$lab_name' has other nodes" "$provisioning/lab down --purge first"
    fi
    mv "$cluster_nodes_file.new" "$cluster_nodes_file"
    make_certificates
    make_wire
    for node in $(cluster_nodes); do
        start_node "$node" "$vms" "$@"
    done
    start_etcd
    note "the lab of $hosts hosts and $controllers controllers is up after $(seconds_since "$started") s"
}

# start_node NODE VMS OPTIONS…: its namespace or lab, and its end of the wire.
start_node() {
    local node=$1 vms=$2 first names
    shift 2
    if [ "$(node_kind "$node")" = host ]; then
        # Names and UUIDs are of one host alone: vm1 … on a, vm11 … on b.
        first=$((10 * ($(host_number "$node") - 1)))
        names="$(seq -f 'vm%g' -s , $((first + 1)) $((first + vms)))"
        on_host "$node" up --vms "$names" "$@"
    elif [ ! -e "/run/netns/$(node_namespace "$node")" ]; then
        ip netns add "$(node_namespace "$node")"
        ip -n "$(node_namespace "$node")" link set lo up
    fi
    connect_node "$node"
}

make_wire() {
    [ -e "/run/netns/$wire_namespace" ] || ip netns add "$wire_namespace"
    ip -n "$wire_namespace" link show wire >/dev/null 2>&1 || ip -n "$wire_namespace" link add wire type bridge
    ip -n "$wire_namespace" link set wire up
}

# connect_node NODE: puts it on the wire, with routes to every host's guests.
connect_node() {
    local namespace link other
    namespace="$(node_namespace "$1")" link="$(node_link "$1")"
    if ! ip -n "$namespace" link show wire >/dev/null 2>&1; then
        ip -n "$wire_namespace" link delete "$link" 2>/dev/null || true
        ip -n "$wire_namespace" link add "$link" type veth peer name wire netns "$namespace"
        ip -n "$wire_namespace" link set "$link" master wire up
        # The same card after each power on: the others remember where it was.
        ip -n "$namespace" link set wire address "52:54:00:63:77:$(printf '%02x' "$(node_address "$1" | cut -d . -f 4)")"
        ip -n "$namespace" address add "$(node_address "$1")/24" dev wire
        ip -n "$namespace" link set wire up
        retry_until 10 wire_is_up "$1" || fail "the wire of $1 does not come up" "see: ip -n $namespace link"
    fi
    ip netns exec "$namespace" sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
    for other in $(cluster_nodes); do
        if [ "$other" = "$1" ] || [ "$(node_kind "$other")" != host ]; then continue; fi
        ip -n "$namespace" route replace "$(host_guests "$other")" via "$(node_address "$other")"
    done
}

# wire_is_up NODE: whether both of its ends pass frames; the kernel takes up to a second for that.
wire_is_up() {
    [[ $(ip -n "$(node_namespace "$1")" -o link show wire) == *" state UP "* ]] \
        && [[ $(ip netns exec "$wire_namespace" bridge link show dev "$(node_link "$1")" 2>/dev/null) == *" state forwarding "* ]]
}

# make_certificates: one authority; a server's for each host and each member of etcd; one for all clients.
make_certificates() {
    local node
    if [ ! -s "$cluster_pki/ca.pem" ]; then
        mkdir -p "$cluster_pki"
        chmod 0700 "$cluster_pki"
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj "/CN=lab $lab_name" \
            -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign \
            -keyout "$cluster_pki/ca.key" -out "$cluster_pki/ca.pem" 2>/dev/null
    fi
    for node in $(cluster_nodes); do
        make_certificate "$node" "$(node_address "$node")"
    done
    make_certificate client 127.0.0.1
}

# make_certificate NAME ADDRESS: into a folder of that name, as libvirt looks for it.
make_certificate() {
    local folder="$cluster_pki/$1"
    [ ! -s "$folder/clientcert.pem" ] || return 0
    mkdir -p "$folder"
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$1" \
        -keyout "$folder/serverkey.pem" -out "$folder/request.pem" 2>/dev/null
    printf 'subjectAltName=IP:%s,IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\nkeyUsage=critical,digitalSignature,keyEncipherment\n' \
        "$2" >"$folder/extensions"
    openssl x509 -req -in "$folder/request.pem" -CA "$cluster_pki/ca.pem" -CAkey "$cluster_pki/ca.key" -CAcreateserial \
        -days 3650 -extfile "$folder/extensions" -out "$folder/servercert.pem" 2>/dev/null
    cp "$cluster_pki/ca.pem" "$folder/cacert.pem"
    cp "$folder/serverkey.pem" "$folder/clientkey.pem"
    cp "$folder/servercert.pem" "$folder/clientcert.pem"
}

# etcd_pid NODE: the process of a member; status 1 when it does not run.
etcd_pid() {
    local pid
    pid="$(cat "$lab_directory/$1.pid" 2>/dev/null)" || return 1
    [[ $pid =~ ^[1-9][0-9]*$ ]] && [ "/proc/$pid/ns/net" -ef "/run/netns/$(node_namespace "$1")" ] || return 1
    printf '%s' "$pid"
}

# start_etcd [NODE…]: those members that do not run; all of them when none is named.
start_etcd() {
    local node members='' folder chosen=()
    for node in $(cluster_nodes etcd); do
        members+="${members:+,}$node=https://$(node_address "$node"):2380"
    done
    [ $# -gt 0 ] || mapfile -t chosen < <(cluster_nodes etcd)
    [ $# -eq 0 ] || chosen=("$@")
    for node in "${chosen[@]}"; do
        if etcd_pid "$node" >/dev/null; then continue; fi
        folder="$cluster_pki/$node"
        # shellcheck disable=SC2016  # expanded by the inner shell
        in_node "$node" setsid sh -c 'echo $$ >"$1"; shift; exec "$@"' etcd "$lab_directory/$node.pid" \
            etcd --name "$node" --data-dir "$lab_directory/$node.etcd" --logger zap --log-outputs stderr \
            --initial-cluster "$members" --initial-cluster-token "$lab_name" \
            --listen-peer-urls "https://$(node_address "$node"):2380" \
            --initial-advertise-peer-urls "https://$(node_address "$node"):2380" \
            --listen-client-urls "https://$(node_address "$node"):2379" \
            --advertise-client-urls "https://$(node_address "$node"):2379" \
            --cert-file "$folder/servercert.pem" --key-file "$folder/serverkey.pem" \
            --trusted-ca-file "$folder/cacert.pem" --client-cert-auth \
            --peer-cert-file "$folder/servercert.pem" --peer-key-file "$folder/serverkey.pem" \
            --peer-trusted-ca-file "$folder/cacert.pem" --peer-client-cert-auth \
            </dev/null >>"$lab_directory/$node.log" 2>&1 {lock_descriptor}>&- &
        disown
    done
    for node in "${chosen[@]}"; do
        retry_until 20 etcd_answers "$node" || fail "the member $node of etcd does not answer" "see $lab_directory/$node.log"
    done
}

# etcd_answers NODE: whether it has a leader.
etcd_answers() {
    in_node "$1" curl --silent --fail --max-time 2 --cacert "$cluster_pki/ca.pem" --cert "$cluster_pki/client/clientcert.pem" \
        --key "$cluster_pki/client/clientkey.pem" "https://$(node_address "$1"):2379/health" >/dev/null
}

# cluster_down [--purge]: every node and the wire.
# shellcheck disable=SC2120  # called by "lab"
cluster_down() {
    local node
    for node in $(cluster_nodes); do
        if [ "$(node_kind "$node")" = host ]; then
            on_host "$node" down "$@"
        else
            end_namespace "$(node_namespace "$node")"
        fi
    done
    end_namespace "$wire_namespace"
}

# end_namespace NAMESPACE: its processes, politely first, and then itself.
end_namespace() {
    # The loop below ends what lives in the namespace that this name stands for.
    local lab_namespace=$1
    [ -e "/run/netns/$1" ] || return 0
    stop_lab_processes
}

# MARK: faults

# cut_pair NODE NODE: nothing passes between them, nor between the guests of one and the other.
cut_pair() {
    local network
    [ "$1" != "$2" ] || usage_error "'cut' takes two different nodes"
    for network in $(node_networks "$2"); do
        in_node "$1" iptables -w -I INPUT -s "$network" -j DROP -m comment --comment cms-lab-cut
        in_node "$1" iptables -w -I OUTPUT -d "$network" -j DROP -m comment --comment cms-lab-cut
        in_node "$1" iptables -w -I FORWARD -s "$network" -j DROP -m comment --comment cms-lab-cut
        in_node "$1" iptables -w -I FORWARD -d "$network" -j DROP -m comment --comment cms-lab-cut
    done
}

# cluster_cut NODE[,NODE…] [NODE[,NODE…]]: cuts the first from the second, or from everybody.
cluster_cut() {
    local first second other
    case $# in
        1)
            for first in ${1//,/ }; do
                node_kind "$first" >/dev/null
                ip -n "$wire_namespace" link set "$(node_link "$first")" down
                note "$first is cut from everybody"
            done
            ;;
        2)
            for first in ${1//,/ }; do
                for second in ${2//,/ }; do
                    node_kind "$first" >/dev/null
                    node_kind "$second" >/dev/null
                    cut_pair "$first" "$second"
                    cut_pair "$second" "$first"
                    note "$first and $second are cut from each other"
                done
            done
            ;;
        *) usage_error "'cut' takes one or two lists of nodes: cut a, or: cut c1 e1,e2,e3" ;;
    esac
}

# cluster_slow NODE DELAY: what it sends and gets takes that much longer, each way.
cluster_slow() {
    local link pid
    [ $# -eq 2 ] || usage_error "'slow' takes a node and a delay in milliseconds: slow a 200"
    [[ $2 =~ ^[1-9][0-9]{0,3}$ ]] || usage_error "the delay is '$2'; give 1 to 9999 milliseconds"
    node_kind "$1" >/dev/null
    heal_slow "$1"
    link="$(node_link "$1")"
    # The node's end of the wire goes to a program that keeps every frame for a while, and that has another end.
    ip -n "$wire_namespace" link add "s-$1" type veth peer name "t-$1"
    ip -n "$wire_namespace" link set "$link" nomaster
    ip -n "$wire_namespace" link set "t-$1" master wire up
    ip -n "$wire_namespace" link set "s-$1" up
    ip netns exec "$wire_namespace" setsid "$python" "$provisioning/lib/lab-delay.py" "$link" "s-$1" "$2" \
        </dev/null >"$lab_directory/slow-$1.log" 2>&1 {lock_descriptor}>&- &
    pid=$!
    disown
    printf '%d\n' "$pid" >"$lab_directory/slow-$1.pid"
    note "$1 is $2 ms away, each way"
}

# heal_slow NODE: as fast as before.
heal_slow() {
    local pid
    [ -e "$lab_directory/slow-$1.pid" ] || return 0
    pid="$(cat "$lab_directory/slow-$1.pid")"
    if [[ $pid =~ ^[1-9][0-9]*$ ]] && [ "/proc/$pid/ns/net" -ef "/run/netns/$wire_namespace" ]; then
        kill -s TERM "$pid" 2>/dev/null || true
        retry_until 5 process_is_gone "$pid" || kill -s KILL "$pid" 2>/dev/null || true
    fi
    rm -f "$lab_directory/slow-$1.pid"
    ip -n "$wire_namespace" link delete "s-$1" 2>/dev/null || true
    ip -n "$wire_namespace" link set "$(node_link "$1")" master wire 2>/dev/null || true
}

# cluster_heal: all that "cut" and "slow" did is undone.
cluster_heal() {
    local node rule
    for node in $(cluster_nodes); do
        [ -e "/run/netns/$(node_namespace "$node")" ] || continue
        heal_slow "$node"
        ip -n "$wire_namespace" link set "$(node_link "$node")" up 2>/dev/null || true
        while read -r rule; do
            # shellcheck disable=SC2086  # the rule is words
            in_node "$node" iptables -w -D ${rule#-A }
        done < <(in_node "$node" iptables -w -S | grep -F -- '--comment cms-lab-cut' || true)
    done
    note "everybody reaches everybody"
}

# cluster_power on|off NODE: "off" ends every process of it at once; "on" brings it back, guests shut off.
cluster_power() {
    local pid namespace
    [ $# -eq 2 ] || usage_error "'power' takes on or off, and a node"
    node_kind "$2" >/dev/null
    namespace="$(node_namespace "$2")"
    case $1 in
        off)
            for pid in $(ip netns pids "$namespace" 2>/dev/null); do
                kill -s KILL "$pid" 2>/dev/null || true
            done
            [ "$(node_kind "$2")" != host ] || on_host "$2" down
            note "$2 is off"
            ;;
        on)
            case $(node_kind "$2") in
                host)
                    on_host "$2" up --vms "$(tr '\n' , <"$lab_root/cms-lab-$(host_lab "$2")/vms" | sed 's/,$//')" --keep
                    connect_node "$2"
                    ;;
                etcd) start_etcd "$2" ;;
                controller) ;;
            esac
            note "$2 is on"
            ;;
        *) usage_error "'power' takes on or off" ;;
    esac
}

# cluster_status [--json]: the nodes.
cluster_status() {
    local node state
    for node in $(cluster_nodes); do
        case $(node_kind "$node") in
            host) state="$(host_guests "$node") $(host_uri "$node")" ;;
            etcd) state="https://$(node_address "$node"):2379 $(etcd_pid "$node" >/dev/null && echo runs || echo 'does not run')" ;;
            controller) state=$(node_namespace "$node") ;;
        esac
        printf '%-4s %-11s %-14s %s\n' "$node" "$(node_kind "$node")" "$(node_address "$node")" "$state"
    done
}
