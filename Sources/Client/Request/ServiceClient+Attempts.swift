import Wire

extension ServiceClient {
    /// One attempt's result.
    private enum Attempt<Value: Sendable>: Sendable {
        case value(Value, Balancer.Lease)
        case failure(AttemptFailure, Balancer.Lease)
        case cancelled
        /// The endpoint keeps silent; this other one may be asked as well.
        case silent(other: Balancer.Lease)
    }

    /// Tries endpoints until one serves, the deadline passes or no other would do better.
    func serve<Value: Sendable>(
        timeout: Duration?,
        _ operation: @Sendable (Endpoint, ContinuousClock.Instant) async throws -> Value
    ) async throws -> Served<Value> {
        let deadline = ContinuousClock.now.advanced(by: timeout ?? settings.timeout)
        var policy = RetryPolicy(deadline: deadline)
        var generator = SystemRandomNumberGenerator()
        var avoided: Set<String> = []
        var attempts = 0
        var last: RequestFailure?
        while true {
            try Task.checkCancellation()
            guard let lease = await pool.lease(avoiding: avoided, until: deadline) else {
                try Task.checkCancellation()
                throw last ?? RequestFailure(last: nil, endpoint: nil, attempts: attempts)
            }
            attempts += 1
            let (result, extra) = await attempt(lease, deadline: deadline, operation)
            attempts += extra
            switch result {
            case .value(let value, let lease):
                return Served(value: value, endpoint: lease.endpoint, attempts: attempts)
            case .failure(var failure, let lease):
                try Task.checkCancellation()
                if failure.kind == .timedOut, let before = last?.last {
                    // What was wrong all along says more than that time ran out.
                    failure.reason += "; before: \(before.reason)"
                }
                last = RequestFailure(last: failure, endpoint: lease.endpoint, attempts: attempts)
                avoided = [lease.endpoint.id]
                let decision = policy.decide(
                    after: failure,
                    hasOther: pool.hasOther(than: avoided),
                    now: .now,
                    using: &generator
                )
                guard case .retry(let wait) = decision else {
                    throw last ?? RequestFailure(last: failure, endpoint: lease.endpoint, attempts: attempts)
                }
                if wait > .zero { try await ContinuousClock().sleep(for: wait) }
            case .cancelled, .silent: throw CancellationError()
            }
        }
    }

    /// Sends to one endpoint and, when that keeps silent, to a second one: the first answer counts.
    private func attempt<Value: Sendable>(
        _ first: Balancer.Lease,
        deadline: ContinuousClock.Instant,
        _ operation: @Sendable (Endpoint, ContinuousClock.Instant) async throws -> Value
    ) async -> (Attempt<Value>, extra: Int) {
        await withoutActuallyEscaping(operation) { operation in
            await withTaskGroup(of: Attempt<Value>.self) { group in
                group.addTask { await Self.send(first, deadline: deadline, operation) }
                group.addTask { await watch(first) }
                var open = [first]
                var asked = [first]
                var failure: Attempt<Value>?
                while let result = await group.next() {
                    switch result {
                    case .silent(let other):
                        open.append(other)
                        asked.append(other)
                        group.addTask { await Self.send(other, deadline: deadline, operation) }
                    case .value(_, let lease):
                        for other in open where other != lease {
                            // The second was asked late and may well be about to answer; the first has kept silent.
                            pool.finish(other, other == first ? .unreachable : .abandoned)
                        }
                        pool.finish(lease, .answered)
                        group.cancelAll()
                        return (result, asked.count - 1)
                    case .failure(let reason, let lease):
                        pool.finish(lease, Self.outcome(of: reason))
                        open.removeAll { $0 == lease }
                        failure = failure ?? result
                        guard open.isEmpty, let failure else { continue }
                        group.cancelAll()
                        return (failure, asked.count - 1)
                    case .cancelled:
                        guard Task.isCancelled else { continue }
                        for lease in open { pool.finish(lease, .abandoned) }
                        group.cancelAll()
                        return (.cancelled, asked.count - 1)
                    }
                }
                for lease in open { pool.finish(lease, .abandoned) }
                return (failure ?? .cancelled, asked.count - 1)
            }
        }
    }

    private static func send<Value: Sendable>(
        _ lease: Balancer.Lease,
        deadline: ContinuousClock.Instant,
        _ operation: @escaping @Sendable (Endpoint, ContinuousClock.Instant) async throws -> Value
    ) async -> Attempt<Value> {
        do {
            let value = try await withThrowingTaskGroup(of: Value?.self) { group in
                group.addTask { try await operation(lease.endpoint, deadline) }
                group.addTask {
                    try await ContinuousClock().sleep(until: deadline)
                    return nil
                }
                defer { group.cancelAll() }
                return try await group.next().flatMap { $0 }
            }
            guard let value else { return .failure(AttemptFailure(.timedOut, "no answer in time"), lease) }
            return .value(value, lease)
        } catch {
            if Task.isCancelled { return .cancelled }
            return .failure(AttemptFailure(classifying: error), lease)
        }
    }

    /// Returns another endpoint once that of `lease` has kept silent for too long, or when cancelled.
    private func watch<Value: Sendable>(_ lease: Balancer.Lease) async -> Attempt<Value> {
        let allowed = settings.silence ?? settings.timeout / 3
        while !Task.isCancelled {
            do { try await ContinuousClock().sleep(for: settings.silenceCheck) } catch { break }
            let silence = pool.silence(of: lease)
            guard silence.duration >= (silence.inService ? allowed : settings.silenceAfterLeaving) else { continue }
            if let other = pool.leaseOther(than: [lease.endpoint.id]) { return .silent(other: other) }
        }
        return .cancelled
    }

    private static func outcome(of failure: AttemptFailure) -> Balancer.Outcome {
        switch failure.kind {
        case .unreachable: .unreachable
        case .broken: .broken
        case .busy, .serverError, .final: .answered
        case .timedOut: .abandoned
        }
    }
}
