import Foundation

extension LibvirtError {
    /// Whether a volume could not be made or written because its pool, or the disk it is on, has no room.
    ///
    /// libvirt has no number for it; the words are those of the C library and of libvirt's simulation.
    package var isStorageFull: Bool {
        let text = message.lowercased()
        return text.contains("no space left on device") || text.contains("not enough free space in pool")
    }

    /// What an operator can do about it, for the cases that people meet; nil otherwise.
    package var remedy: String? {
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
        if isStorageFull {
            return
                "The disk of the storage pool, or of saved memory, is full: delete what nobody needs, or give it a larger disk"
        }
        if ["load of migration failed", "failed to read domain xml", "failed to read qemu header"]
            .contains(where: text.contains)
        {
            return "The saved memory cannot be read: boot without it (virsh start NAME --force-boot)"
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
        case .operationInvalid where text.contains("storage pool") && text.contains("not active"):
            return "Start the pool: virsh pool-start NAME"
        case .noStoragePool:
            return
                "List the pools with: virsh pool-list --all; make one with: virsh pool-define-as NAME dir --target DIR"
        case .noStorageVolume:
            return
                "List the volumes with: virsh vol-list POOL; files put there by hand are found after: virsh pool-refresh POOL"
        case .volumeExists:
            return "Delete it if nobody needs it (virsh vol-delete NAME --pool POOL), or choose another name"
        default:
            return nil
        }
    }
}
