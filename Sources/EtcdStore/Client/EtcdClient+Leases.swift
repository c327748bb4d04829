import Foundation

extension EtcdClient {
    /// Grants a lease.
    ///
    /// - Returns: Its id, and the time that etcd gives it, which may be longer than asked for.
    package func grantLease(_ timeToLive: Duration, within limit: Duration? = nil) async throws
        -> (id: Int64, timeToLive: Duration)
    {
        let seconds = max(1, Int64((timeToLive / .seconds(1)).rounded(.up)))
        let request = EtcdMessages.GrantRequest(TTL: "\(seconds)")
        let answer = try await call("/v3/lease/grant", request, as: EtcdMessages.LeaseAnswer.self, within: limit)
        guard answer.ID != 0, answer.TTL > 0 else { throw EtcdError.unreadable("a lease without an id or a time") }
        return (answer.ID, .seconds(answer.TTL))
    }

    /// Renews a lease once.
    ///
    /// - Returns: The time that it has from when etcd answered.
    /// - Throws: ``EtcdError/leaseNotFound`` when it has ended.
    package func keepAlive(_ lease: Int64, within limit: Duration? = nil) async throws -> Duration {
        let answer = try await call(
            "/v3/lease/keepalive",
            EtcdMessages.LeaseRequest(ID: "\(lease)"),
            as: EtcdMessages.Streamed<EtcdMessages.LeaseAnswer>.self,
            within: limit
        )
        if let error = answer.error { throw EtcdError(code: error.grpc_code, message: error.message ?? "") }
        guard let result = answer.result else { throw EtcdError.unreadable("a renewal without a result") }
        guard result.TTL > 0 else { throw EtcdError.leaseNotFound }
        return .seconds(result.TTL)
    }

    /// The time that a lease has left; `nil` when it has ended.
    package func timeToLive(of lease: Int64) async throws -> Duration? {
        let answer = try await call(
            "/v3/lease/timetolive",
            EtcdMessages.LeaseRequest(ID: "\(lease)"),
            as: EtcdMessages.LeaseAnswer.self
        )
        return answer.TTL < 0 ? nil : .seconds(answer.TTL)
    }

    /// Ends a lease with all its keys; one that has ended already is no error.
    package func revoke(_ lease: Int64, within limit: Duration? = nil) async throws {
        do {
            _ = try await call(
                "/v3/lease/revoke",
                EtcdMessages.LeaseRequest(ID: "\(lease)"),
                as: EtcdMessages.HeaderAnswer.self,
                within: limit
            )
        } catch EtcdError.leaseNotFound {}
    }
}
