import NIOCore
import Wire

#if canImport(Glibc)
import Glibc
#endif

/// Why a program cannot listen where it should.
public struct ListenFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// Where, why, and the remedy.
    public let description: String

    /// What an error of binding a socket means; `nil` for any other error.
    ///
    /// - Parameters:
    ///   - error: What was thrown.
    ///   - address: Where the program should listen.
    ///   - option: The option that says where.
    public init?(_ error: any Error, address: HostPort, option: String) {
        let words: String? =
            switch error {
            case let error as IOError: Self.words(error.errnoCode)
            // The resolver does not even read an address of IPv6 where no network card has one.
            case is SocketAddressError.UnknownHost where IPAddress(address.host) != nil: "this host has no IPv6 address"
            case is SocketAddressError.UnknownHost: NetworkFailure(.unknownHost).description
            default: nil
            }
        guard let reason = words else { return nil }
        description = "cannot listen on \(address): \(reason); choose another with \(option)"
    }

    private static func words(_ code: CInt) -> String? {
        switch code {
        case EADDRINUSE: "the port is taken by another program"
        case EACCES, EPERM: "the port is not allowed to this user"
        case EADDRNOTAVAIL: "this host has no such address"
        case EAFNOSUPPORT, EINVAL: String(cString: strerror(code))
        default: nil
        }
    }
}
