extension LibvirtError {
    /// libvirt's error number (`virErrorNumber` in `virterror.h`), open to numbers this version does not name.
    package struct Code: RawRepresentable, Hashable, Sendable {
        /// The number.
        package let rawValue: Int

        /// Wraps any number.
        package init(rawValue: Int) {
            self.rawValue = rawValue
        }

        /// Something inside libvirt or QEMU failed; the message is all there is.
        package static let internalError = Code(rawValue: 1)
        /// The host has no memory for it.
        package static let noMemory = Code(rawValue: 2)
        /// The driver has no such function.
        package static let noSupport = Code(rawValue: 3)
        /// The host in the URI cannot be resolved.
        package static let unknownHost = Code(rawValue: 4)
        /// No connection to the hypervisor.
        package static let noConnect = Code(rawValue: 5)
        /// The connection object is no longer good.
        package static let invalidConnection = Code(rawValue: 6)
        /// The domain object is not good.
        package static let invalidDomain = Code(rawValue: 7)
        /// An argument is wrong.
        package static let invalidArgument = Code(rawValue: 8)
        /// The hypervisor failed to do it.
        package static let operationFailed = Code(rawValue: 9)
        /// The XML does not describe what it should.
        package static let xmlError = Code(rawValue: 27)
        /// A domain of that name or UUID exists.
        package static let domainExists = Code(rawValue: 28)
        /// The connection is read-only or the user may not.
        package static let operationDenied = Code(rawValue: 29)
        /// A system call failed; libvirt uses it for sockets that cannot be reached.
        package static let systemError = Code(rawValue: 38)
        /// The RPC layer failed.
        package static let rpc = Code(rawValue: 39)
        /// TLS to a remote hypervisor failed.
        package static let tlsError = Code(rawValue: 40)
        /// No such domain.
        package static let noDomain = Code(rawValue: 42)
        /// No such network.
        package static let noNetwork = Code(rawValue: 43)
        /// The hypervisor did not accept who we are.
        package static let authFailed = Code(rawValue: 45)
        /// No such storage pool.
        package static let noStoragePool = Code(rawValue: 49)
        /// No such volume.
        package static let noStorageVolume = Code(rawValue: 50)
        /// Not possible in the state the object is in.
        package static let operationInvalid = Code(rawValue: 55)
        /// The configuration asks for what the hypervisor cannot do.
        package static let configUnsupported = Code(rawValue: 67)
        /// A deadline passed: libvirt's own, or ours for the call (then the connection is dropped).
        package static let timedOut = Code(rawValue: 68)
        /// The driver does not know an argument or flag.
        package static let argumentUnsupported = Code(rawValue: 74)
        /// The domain has no metadata under that URI.
        package static let noDomainMetadata = Code(rawValue: 80)
        /// The function exists, not for this object.
        package static let operationUnsupported = Code(rawValue: 84)
        /// Somebody else uses it; also: too many calls are waiting.
        package static let resourceBusy = Code(rawValue: 87)
        /// The access driver said no.
        package static let accessDenied = Code(rawValue: 88)
        /// A volume of that name exists, or a file at its path.
        package static let volumeExists = Code(rawValue: 90)
        /// The XML does not fit libvirt's schema.
        package static let xmlInvalidSchema = Code(rawValue: 92)
        /// No authentication agent could be asked.
        package static let authUnavailable = Code(rawValue: 94)
        /// Not libvirt's: the call was not made, since its ``CallPermit`` was not granted.
        package static let notPermitted = Code(rawValue: -1)
    }
}

extension LibvirtError.Code: CustomStringConvertible {
    private static let names: [Self: String] = [
        .internalError: "internal error", .noMemory: "out of memory", .noSupport: "not supported by the driver",
        .unknownHost: "unknown host", .noConnect: "no connection", .invalidConnection: "invalid connection",
        .invalidDomain: "invalid domain", .invalidArgument: "invalid argument", .operationFailed: "operation failed",
        .xmlError: "XML error", .domainExists: "domain exists", .operationDenied: "operation denied",
        .systemError: "system error", .rpc: "RPC error", .tlsError: "TLS error", .noDomain: "no such domain",
        .noNetwork: "no such network", .authFailed: "authentication failed", .operationInvalid: "operation invalid",
        .configUnsupported: "configuration unsupported", .timedOut: "timed out",
        .argumentUnsupported: "argument unsupported", .noDomainMetadata: "no metadata",
        .operationUnsupported: "operation unsupported", .resourceBusy: "resource busy",
        .accessDenied: "access denied", .xmlInvalidSchema: "XML does not fit the schema",
        .noStoragePool: "no such storage pool", .noStorageVolume: "no such volume", .volumeExists: "volume exists",
        .authUnavailable: "authentication unavailable", .notPermitted: "not permitted",
    ]

    /// A short name without dynamic values, fit for a metric label.
    package var description: String {
        Self.names[self] ?? "other"
    }
}
