import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import Proxy
import Shared
import SwiftASN1
import TestSupport
import Testing
import Wire
import X509

@testable import GuestAgent

@Suite("A certificate of the service's own")
struct ServiceCertificateTests {
    /// Writes an identity as a pair of PEM files.
    private func write(_ identity: Identity, to directory: String) throws -> (certificate: String, key: String) {
        let files = (certificate: directory + "/chain.pem", key: directory + "/key.pem")
        try identity.certificate.pem().write(toFile: files.certificate, atomically: true, encoding: .utf8)
        try identity.privateKey.serializeAsPEM().pemString.write(toFile: files.key, atomically: true, encoding: .utf8)
        return files
    }

    /// Whether a handshake with `name` (or without one) shows a certificate of `authority`.
    private func isShown(_ authority: TestAuthority, port: Int, name: String?) async -> Bool {
        do {
            var tls = try TLSConfiguration.cmsClient(identity: nil, authority: authority.authority.certificate)
            tls.applicationProtocols = ["http/1.1"]
            let raw = try await RawConnection.open(port: port, tls: tls, name: name)
            try await raw.send("GET /.cms/healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try await raw.read(within: .seconds(2), until: { $0.contains("\r\n\r\n") })
            try await raw.close()
            return true
        } catch {
            return false
        }
    }

    @Test("is shown to whoever asks for a name, and follows its files", .timeLimit(.minutes(1)))
    func follows() async throws {
        try await withTemporaryDirectory { directory in
            let (first, second) = (try TestAuthority(), try TestAuthority())
            let files = try write(first.server(), to: directory)
            let log = RecordedLog()
            let certificate = try ServiceCertificate(
                certificate: files.certificate,
                key: files.key,
                interval: .milliseconds(50),
                logger: log.logger
            )
            try await FakeService().serve { port in
                try await withProxy(port: port, change: { $0.certificate = certificate }) { _, caller in
                    #expect(await isShown(first, port: caller.port, name: "localhost"))
                    #expect(!(await isShown(first, port: caller.port, name: nil)))
                    // Half a file, then a pair that does not belong together: the last good one stays.
                    try Data("-----BEGIN CERT".utf8).write(to: URL(fileURLWithPath: files.certificate))
                    try await eventually("half a file is told") { log.warnings.count == 1 }
                    #expect(await isShown(first, port: caller.port, name: "localhost"))
                    let other = try second.server()
                    try other.certificate.pem().write(toFile: files.certificate, atomically: true, encoding: .utf8)
                    try await eventually("a pair of strangers is told") { log.warnings.count == 2 }
                    #expect(await isShown(first, port: caller.port, name: "localhost"))
                    _ = try write(other, to: directory)
                    try await eventually("the new one is shown") {
                        await isShown(second, port: caller.port, name: "localhost")
                    }
                }
            }
        }
    }

    @Test("that cannot be used is refused at the start, with its files")
    func unusable() async throws {
        try await withTemporaryDirectory { directory in
            let error = #expect(throws: ServiceCertificate.Unusable.self) {
                try ServiceCertificate(certificate: directory + "/a.pem", key: directory + "/b.pem", logger: testLogger)
            }
            let text = "\(try #require(error))"
            #expect(text.contains(directory + "/a.pem"))
        }
    }
}
