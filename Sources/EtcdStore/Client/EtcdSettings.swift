import ConfigurationValues
import Foundation
import NIOSSL

/// Where etcd is and how it is asked.
package struct EtcdSettings: Sendable {
    /// A user with a password.
    package struct User: Sendable {
        package var name: String
        package var password: String

        package init(name: String, password: String) {
            (self.name, self.password) = (name, password)
        }
    }

    /// The members' URLs, `http://` or `https://`, without a path; at least one.
    package var endpoints: [String]
    /// TLS, for `https` members.
    package var tls: TLSConfiguration?
    /// The user, when etcd asks for one.
    package var user: User?
    /// The longest time of one operation over all members.
    package var deadline: Duration
    /// After this time without an answer another member is asked, when there is one.
    package var patience: Duration
    /// How long a watch may be silent before it is made anew.
    package var watchSilence: Duration
    /// The most bytes of one answer.
    package var answerLimit = 32 << 20

    /// Settings.
    package init(
        endpoints: [String],
        tls: TLSConfiguration? = nil,
        user: User? = nil,
        deadline: Duration = .seconds(5),
        patience: Duration = .seconds(1),
        watchSilence: Duration = .seconds(4)
    ) {
        self.endpoints = endpoints
        self.tls = tls
        self.user = user
        self.deadline = deadline
        self.patience = patience
        self.watchSilence = watchSilence
    }

    /// The settings of a configuration, with its files read.
    ///
    /// - Throws: ``EtcdError/settings(_:)``, which names the file.
    package init(_ configuration: EtcdConfiguration) throws {
        self.init(endpoints: configuration.endpoints)
        tls = try Self.tls(configuration)
        if let name = configuration.user, let path = configuration.passwordFile {
            let text = try Self.text(of: path, limit: 4096, key: "store.etcd.password-file")
            let password = text.trimmingCharacters(in: .newlines)
            guard !password.isEmpty else {
                throw EtcdError.settings(
                    "the file \(path) of store.etcd.password-file is empty; write the password into it"
                )
            }
            user = User(name: name, password: password)
        }
    }

    private static func tls(_ configuration: EtcdConfiguration) throws -> TLSConfiguration? {
        guard let authority = configuration.authority else { return nil }
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        tls.certificateVerification = .fullVerification
        tls.trustRoots = .certificates(
            try certificates(text(of: authority, limit: 1 << 20, key: "store.etcd.ca"), authority, "store.etcd.ca")
        )
        if let path = configuration.certificate, let keyPath = configuration.key {
            let key = "store.etcd.certificate"
            tls.certificateChain = try certificates(text(of: path, limit: 1 << 20, key: key), path, key)
                .map { .certificate($0) }
            let pem = try text(of: keyPath, limit: 1 << 20, key: "store.etcd.key")
            do {
                tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: Array(pem.utf8), format: .pem))
            } catch {
                throw EtcdError.settings("the file \(keyPath) of store.etcd.key holds no private key in PEM form")
            }
        }
        return tls
    }

    private static func certificates(_ pem: String, _ path: String, _ key: String) throws -> [NIOSSLCertificate] {
        guard let found = try? NIOSSLCertificate.fromPEMBytes(Array(pem.utf8)), !found.isEmpty else {
            throw EtcdError.settings("the file \(path) of \(key) holds no certificate in PEM form")
        }
        return found
    }

    private static func text(of path: String, limit: Int, key: String) throws -> String {
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw EtcdError.settings(
                "the file \(path) of \(key) cannot be read: \(String(cString: strerror(errno))); see that it is there, and "
                    + "readable by the controller's user"
            )
        }
        defer { try? handle.close() }
        guard let data = try? handle.read(upToCount: limit + 1), data.count <= limit else {
            throw EtcdError.settings("the file \(path) of \(key) cannot be read, or has more than \(limit) bytes")
        }
        return String(decoding: data, as: UTF8.self)
    }
}
