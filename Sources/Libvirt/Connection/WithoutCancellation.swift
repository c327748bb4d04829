/// Runs `body` to its end and waits for it, also when the caller is cancelled meanwhile.
///
/// For steps that must not be broken off half-way, and for cleaning up after them. Nothing of it outlives the call; who
/// must not wait for ever bounds the calls in `body`.
func withoutCancellation<Value: Sendable>(
    _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await Task { try await body() }.value
}
