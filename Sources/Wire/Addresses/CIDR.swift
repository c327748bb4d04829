/// An address range in prefix notation, such as `192.168.122.0/24`.
public struct CIDR: Sendable, Hashable {
    /// The lowest address of the range.
    public let base: IPAddress
    /// The number of leading bits all addresses share, 0 to 32 (IPv4) or 128 (IPv6).
    public let prefix: Int

    /// The range of `prefix` leading bits around `address`; `nil` when the prefix does not fit the family.
    public init?(around address: IPAddress, prefix: Int) {
        guard (0...address.family.bits).contains(prefix) else { return nil }
        self.base = IPAddress(family: address.family, value: address.value & Self.mask(address.family, prefix))
        self.prefix = prefix
    }

    /// Parses `ADDRESS/PREFIX`.
    ///
    /// - Parameter text: The range, for example `192.168.122.0/24`.
    /// - Throws: ``CIDRError`` that says what is wrong and what would be right.
    public init(parsing text: String) throws {
        let several = text.split { ",; ".contains($0) }
        guard several.count < 2 else { throw CIDRError(several: several.map(String.init), text: text) }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw CIDRError(text: text, reason: "it has no prefix length", remedy: nil) }
        guard let address = IPAddress(String(parts[0])) else {
            throw CIDRError(text: text, reason: "'\(parts[0])' is not an IP address", remedy: nil)
        }
        // IPv4 addresses in IPv6 clothing (`::ffff:192.0.2.0/120`) are counted from the 96 bits that they all share.
        let shared = parts[0].contains(":") && address.family == .v4 ? 96 : 0
        guard parts[1].allSatisfy(\.isASCIIDigit), let prefix = Int(parts[1]),
            let range = CIDR(around: address, prefix: prefix - shared)
        else {
            let bits = address.family.bits + shared
            throw CIDRError(
                text: text,
                reason: "the prefix length '\(parts[1])' is not a number from \(shared) to \(bits)",
                remedy: nil
            )
        }
        guard range.base == address else {
            throw CIDRError(text: text, reason: "the address has bits set behind its prefix", remedy: range.description)
        }
        self = range
    }

    /// The highest address of the range.
    public var last: IPAddress {
        let width = UInt128.max >> UInt128(128 - base.family.bits)
        return IPAddress(family: base.family, value: base.value | (~Self.mask(base.family, prefix) & width))
    }

    /// Whether `address` lies in the range; addresses of the other family never do.
    public func contains(_ address: IPAddress) -> Bool {
        address.family == base.family && address.value & Self.mask(base.family, prefix) == base.value
    }

    /// Whether all addresses of `other` lie in the range.
    public func covers(_ other: CIDR) -> Bool {
        contains(other.base) && prefix <= other.prefix
    }

    /// Whether the ranges share an address.
    public func overlaps(_ other: CIDR) -> Bool {
        contains(other.base) || other.contains(base)
    }

    /// The smallest range that holds both; `nil` for ranges of different families.
    func spanning(_ other: CIDR) -> CIDR? {
        guard other.base.family == base.family else { return nil }
        var prefix = min(prefix, other.prefix)
        while prefix > 0,
            base.value & Self.mask(base.family, prefix) != other.base.value & Self.mask(base.family, prefix)
        {
            prefix -= 1
        }
        return CIDR(around: base, prefix: prefix)
    }

    private static func mask(_ family: IPAddress.Family, _ prefix: Int) -> UInt128 {
        guard prefix > 0 else { return 0 }
        let width = UInt128.max >> UInt128(128 - family.bits)
        return (width << UInt128(family.bits - prefix)) & width
    }
}

extension CIDR: CustomStringConvertible {
    /// The prefix notation.
    public var description: String { "\(base)/\(prefix)" }
}

/// Why a text is not an address range.
public struct CIDRError: Error, CustomStringConvertible, Equatable {
    /// What was given.
    public let text: String
    /// What is wrong with it.
    public let reason: String
    /// The range that was probably meant, where one can be told.
    public let remedy: String?
    /// What to do instead, where no range can be told; `nil` for how a range is written.
    public let advice: String?

    /// An error.
    public init(text: String, reason: String, remedy: String?, advice: String? = nil) {
        self.text = text
        self.reason = reason
        self.remedy = remedy
        self.advice = advice
    }

    /// Several ranges were given in place of one.
    package init(several: [String], text: String) {
        let ranges = several.compactMap { try? CIDR(parsing: $0) }
        let span = ranges.dropFirst().reduce(ranges.first) { $0?.spanning($1) }
        // Far apart, what holds them all holds half the Internet, too.
        let isNear = ranges.count == several.count && span.map { $0.prefix * 4 >= $0.base.family.bits } ?? false
        let wide = span.flatMap { isNear ? "one wider range that holds them all, \($0)," : nil } ?? "one wider range"
        self.init(
            text: text,
            reason: "these are \(several.count) values, and it is one range",
            remedy: nil,
            advice: "give \(wide) or each range a group of its own, under 'groups' in the configuration file"
        )
    }

    /// One sentence with the fault and the remedy.
    public var description: String {
        let hint =
            remedy.map { "did you mean \($0)?" } ?? advice
            ?? "write it as ADDRESS/PREFIX, for example 192.168.122.0/24 or fd00:1::/64"
        return "'\(text)' is not a valid address range: \(reason); \(hint)"
    }
}

extension Character {
    var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}
