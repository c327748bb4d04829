/// One volume of a storage pool.
public struct VolumeInfo: Hashable, Sendable {
    /// Where it is and what it is called there.
    public var reference: VolumeReference
    /// Its path on the host.
    public var path: String
    /// `qcow2`, `raw` and so on; nil where the pool's kind has none.
    public var format: String?
    /// What a guest sees, in bytes.
    public var capacity: UInt64
    /// What it takes on the host, in bytes.
    public var allocation: UInt64
    /// The image it is a layer over.
    public var backing: VolumeBacking?

    /// Memberwise.
    public init(
        reference: VolumeReference,
        path: String,
        format: String? = nil,
        capacity: UInt64,
        allocation: UInt64,
        backing: VolumeBacking? = nil
    ) {
        self.reference = reference
        self.path = path
        self.format = format
        self.capacity = capacity
        self.allocation = allocation
        self.backing = backing
    }
}

/// A volume by pool and name.
public struct VolumeReference: Hashable, Sendable, CustomStringConvertible {
    /// The pool's name.
    public var pool: String
    /// The volume's name, unique in its pool; a file name in most kinds of pools.
    public var name: String

    /// Memberwise.
    public init(pool: String, name: String) {
        self.pool = pool
        self.name = name
    }

    /// `POOL/NAME`.
    public var description: String { "\(pool)/\(name)" }
}

/// An image that others are layers over: never written any more while they exist.
public struct VolumeBacking: Hashable, Sendable {
    /// Its path on the host; it need not be in a pool.
    public var path: String
    /// `raw`, `qcow2` and so on; never guessed from the contents, which a guest may have written.
    public var format: String

    /// Memberwise.
    public init(path: String, format: String) {
        self.path = path
        self.format = format
    }
}
