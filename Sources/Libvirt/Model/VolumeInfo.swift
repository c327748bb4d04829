/// One volume of a storage pool.
package struct VolumeInfo: Hashable, Sendable {
    /// Where it is and what it is called there.
    package var reference: VolumeReference
    /// Its path on the host.
    package var path: String
    /// `qcow2`, `raw` and so on; nil where the pool's kind has none.
    package var format: String?
    /// What a guest sees, in bytes.
    package var capacity: UInt64
    /// What it takes on the host, in bytes.
    package var allocation: UInt64
    /// The image it is a layer over.
    package var backing: VolumeBacking?

    /// Memberwise.
    package init(
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
package struct VolumeReference: Hashable, Sendable, CustomStringConvertible {
    /// The pool's name.
    package var pool: String
    /// The volume's name, unique in its pool; a file name in most kinds of pools.
    package var name: String

    /// Memberwise.
    package init(pool: String, name: String) {
        self.pool = pool
        self.name = name
    }

    /// `POOL/NAME`.
    package var description: String { "\(pool)/\(name)" }
}

/// An image that others are layers over: never written any more while they exist.
package struct VolumeBacking: Hashable, Sendable {
    /// Its path on the host; it need not be in a pool.
    package var path: String
    /// `raw`, `qcow2` and so on; never guessed from the contents, which a guest may have written.
    package var format: String

    /// Memberwise.
    package init(path: String, format: String) {
        self.path = path
        self.format = format
    }
}
