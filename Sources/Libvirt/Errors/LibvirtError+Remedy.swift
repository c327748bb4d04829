import Foundation

extension LibvirtError {
    /// What an operator can do about it, for the cases that people meet; nil otherwise.
    public var remedy: String? {
        let text = message.lowercased()
        if text.contains("failed to connect socket") {
            if text.contains("permission denied") {
                return
                    "Let the user into the libvirt group (usermod -aG libvirt USER, then log in anew), or run as root"
            }
            if text.contains("no such file") || text.contains("connection refused") {
                return "libvirtd is not running: start it (systemctl start libvirtd), or correct the connection URI"
            }
        }
        switch code {
        case .authFailed, .authUnavailable, .accessDenied, .operationDenied:
            return "The user may not manage libvirt: join the libvirt group, or add a polkit rule"
        case .noConnect where domain != 0:
            return "No driver answers this URI: check its scheme and that the driver's package is installed"
        case .unknownHost:
            return "Check the host name in the connection URI"
        case .tlsError:
            return "Check the certificates under /etc/pki/libvirt and /etc/pki/CA of both hosts"
        case .noDomain:
            return "List the domains with: virsh list --all"
        case .noNetwork:
            return "List the networks with: virsh net-list --all"
        case .noMemory:
            return "Free memory on the host, or give the domains less"
        case .operationInvalid where text.contains("network") && text.contains("not active"):
            return "Start the network: virsh net-start NAME"
        default:
            return nil
        }
    }
}
