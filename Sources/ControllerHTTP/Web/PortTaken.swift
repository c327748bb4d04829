import Foundation
import NIOCore
import Shared
import Wire

/// A port on which the controller should listen is taken.
package struct PortTaken: Error, CustomStringConvertible {
    /// Where it should have listened.
    package let address: HostPort
    /// The option that says where.
    package let option: String

    /// One sentence with the remedy.
    package var description: String {
        "port \(address.port) on \(address.host) is taken; stop what listens there, or choose another with \(option)"
    }

    package static func wrap(_ error: any Error, _ address: HostPort, option: String) -> any Error {
        if let error = error as? IOError, error.errnoCode == EADDRINUSE {
            return PortTaken(address: address, option: option)
        }
        return ListenFailure(error, address: address, option: option) ?? error
    }
}
