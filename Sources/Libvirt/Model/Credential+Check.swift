extension Credential {
    /// Refuses what would not arrive in the guest as it was given.
    func check() throws(LibvirtError) {
        func refuse(_ reason: String) -> LibvirtError {
            LibvirtError(code: .invalidArgument, message: reason, operation: "set the credential '\(name.prefix(64))'")
        }
        guard name.hasPrefix("cms."), (5...255).contains(name.utf8.count),
            name.utf8.allSatisfy({ isNameByte($0) })
        else {
            throw refuse("a name is 'cms.' and then letters, digits, '.', '_' or '-', at most 255 in all")
        }
        guard let value else { return }
        guard value.utf8.count <= 16 << 10 else { throw refuse("its value is larger than 16 KiB") }
        guard value.unicodeScalars.allSatisfy({ isPrintable($0) }) else {
            throw refuse("its value has control characters; encode it, e.g. as base64")
        }
    }
}

private func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
    default: false
    }
}

/// Neither a control character nor one that XML 1.0 cannot hold.
private func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0xFFFE, 0xFFFF: false
    default: true
    }
}
