/// A recommendation on its way through the limits.
struct SizeProposal {
    /// The size as it stands, in instances.
    var size: Int
    /// The present size.
    let capacity: Int
    /// What changed it.
    var clamps: [Clamp] = []

    init(size: Int, capacity: Int) {
        self.size = size
        self.capacity = capacity
    }

    var growth: Int { max(0, size - capacity) }
    var shrinkage: Int { max(0, capacity - size) }

    /// Changes the size to `limit` where that is another one, and records it.
    mutating func clamp(_ name: Clamp.Name, to limit: Int, _ why: @autoclosure () -> String) {
        guard limit != size else { return }
        clamps.append(Clamp(name, from: size, to: limit, why: why()))
        size = limit
    }
}
