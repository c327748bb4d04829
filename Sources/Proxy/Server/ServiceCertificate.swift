import Logging
import NIOCertificateReloading
import ServiceLifecycle
import Synchronization

/// A certificate of the service's own, which follows its files: PEM, the chain in one and the key in the other.
///
/// A pair that cannot be read, because it is being written or does not belong together, changes nothing: the last good
/// one stays, and the next look finds the whole.
package struct ServiceCertificate: Service {
    /// The certificate or its key cannot be used.
    package struct Unusable: Error, CustomStringConvertible {
        /// The files, the reason and the remedy.
        package let description: String
    }

    let reloader: TimedCertificateReloader
    private let interval: Duration

    /// Reads the files.
    ///
    /// - Parameters:
    ///   - certificate: The chain's file, the server's own certificate first.
    ///   - key: The private key's file.
    ///   - interval: The time between two looks at them.
    ///   - logger: Where changes and failures are told.
    /// - Throws: ``Unusable``.
    package init(certificate: String, key: String, interval: Duration = .seconds(10), logger: Logger) throws {
        self.interval = interval
        let told = LastFailure()
        let configuration = TimedCertificateReloader.Configuration(
            refreshInterval: interval,
            certificateSource: .init(location: .file(path: certificate), format: .pem),
            privateKeySource: .init(location: .file(path: key), format: .pem)
        ) { configuration in
            configuration.onCertificateLoaded = { change in
                told.reset()
                guard change.previousCertificateChain != nil else { return }
                logger.notice("the certificate was read anew", metadata: ["certificate": "\(certificate)"])
            }
            configuration.onCertificateLoadFailed = { failure in
                guard told.isNew("\(failure.error)") else { return }
                logger.warning(
                    "the certificate cannot be read; the last good one stays",
                    metadata: ["certificate": "\(certificate)", "key": "\(key)", "reason": "\(failure.error)"]
                )
            }
        }
        do {
            reloader = try TimedCertificateReloader.makeReloaderValidatingSources(configuration: configuration)
        } catch {
            throw Unusable(
                description: "the certificate \(certificate) with the key \(key) cannot be used: \(error); "
                    + "both must be PEM, belong together, and be readable for this user"
            )
        }
    }

    /// Looks at the files until the group shuts down.
    package func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { [reloader, interval] in
                while true {
                    try await Task.sleep(for: interval)
                    // What went wrong was told.
                    try? reloader.reload()
                }
            }
        } catch is CancellationError {}
    }

    private final class LastFailure: Sendable {
        private let text = Mutex<String?>(nil)

        func isNew(_ failure: String) -> Bool {
            text.withLock { text in
                defer { text = failure }
                return text != failure
            }
        }

        func reset() { text.withLock { $0 = nil } }
    }
}
