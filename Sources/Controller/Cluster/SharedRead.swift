/// Something that is costly to read, read once for all who ask while a reading is under way.
///
/// Whoever asks gets a reading that began after it asked.
actor SharedRead<Value: Sendable> {
    private let body: @Sendable () async throws -> Value
    private var running: Task<Value, any Error>?
    private var next: Task<Value, any Error>?

    init(_ body: @escaping @Sendable () async throws -> Value) {
        self.body = body
    }

    func read() async throws -> Value {
        if let next { return try await next.value }
        let (earlier, body) = (running, body)
        // Of no one who asks alone, so that one who gives up ends it for nobody else; the store's own deadline bounds it.
        let task = Task {
            _ = await earlier?.result
            self.begin()
            return try await body()
        }
        next = task
        defer { if running == task { running = nil } }
        return try await task.value
    }

    /// The reading that waited begins: whoever asks from now on needs a later one.
    private func begin() {
        running = next
        next = nil
    }
}
