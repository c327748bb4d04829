/// The running HAProxy that a follower works on.
package protocol HAProxyRuntime: Sendable {
    /// The servers of a backend, its own and those of others.
    ///
    /// - Throws: ``HAProxyError``.
    func servers(of backend: String) async throws -> [HAProxyServer]

    /// Carries a command out.
    ///
    /// - Throws: ``HAProxyError``.
    func perform(_ command: HAProxyCommand, backend: String) async throws

    /// Has HAProxy know an authority by a name, under which servers may then be verified.
    ///
    /// - Parameters:
    ///   - name: The name; one that is known already stays as it is.
    ///   - pem: The certificate.
    /// - Throws: ``HAProxyError``.
    func provideAuthority(_ name: String, pem: String) async throws
}
