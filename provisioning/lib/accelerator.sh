# shellcheck shell=bash disable=SC2034,SC2154  # names are shared with the scripts that source this
# KVM or software emulation (TCG). /dev/kvm may exist where it cannot run a stock kernel, so three things must agree.

# choose_accelerator COMMAND…: sets accelerator (kvm or tcg), accelerator_reason, domain_type and cpu_mode.
# COMMAND… runs virsh on the libvirt in question.
choose_accelerator() {
    accelerator=tcg
    case ${CMS_ACCELERATOR:-auto} in
        kvm) accelerator=kvm accelerator_reason="CMS_ACCELERATOR says so" ;;
        tcg) accelerator_reason="CMS_ACCELERATOR says so" ;;
        auto)
            if ! [ -c /dev/kvm ]; then
                accelerator_reason="there is no /dev/kvm"
            elif ! [ -r /dev/kvm ] || ! [ -w /dev/kvm ]; then
                accelerator_reason="/dev/kvm may not be opened"
            elif ! grep -qwE 'vmx|svm' /proc/cpuinfo; then
                accelerator_reason="/proc/cpuinfo shows neither vmx nor svm, so /dev/kvm would not run a guest"
            elif ! "$@" domcapabilities --virttype kvm --machine q35 >/dev/null 2>&1; then
                accelerator_reason="libvirt offers no kvm domains"
            else
                accelerator=kvm accelerator_reason="libvirt offers it, the CPU has it, and /dev/kvm opens"
            fi
            ;;
        *) fail "CMS_ACCELERATOR is '$CMS_ACCELERATOR'" "set it to kvm, tcg or auto" ;;
    esac
    if [ "$accelerator" = kvm ]; then
        domain_type=kvm cpu_mode=host-passthrough
    else
        domain_type=qemu cpu_mode=maximum
    fi
}
