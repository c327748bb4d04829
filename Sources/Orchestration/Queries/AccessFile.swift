import Foundation
import NIOSSL
import Shared

/// Files of which a query shows the content, or trusts it: read for each question, so that a new one is taken at once.
enum AccessFile {
    /// The most bytes of a secret, and of a file with certificates.
    private static let secretLimit = 64 << 10
    private static let certificatesLimit = 4 << 20

    /// The first line of a file, without blanks around it.
    static func secret(_ path: String) throws(QueryFailure) -> String {
        let text =
            String(decoding: try read(path, limit: secretLimit), as: UTF8.self)
            .split(whereSeparator: \.isNewline).first?.trimmingCharacters(in: .whitespaces) ?? ""
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw QueryFailure(.access, "\(path): it must hold one line of printable characters")
        }
        return text
    }

    /// The certificates of a PEM file.
    static func certificates(_ path: String) throws(QueryFailure) -> [NIOSSLCertificate] {
        let bytes = try read(path, limit: certificatesLimit)
        guard let certificates = try? NIOSSLCertificate.fromPEMBytes([UInt8](bytes)), !certificates.isEmpty else {
            throw QueryFailure(.access, "\(path): it holds no certificate in PEM form")
        }
        return certificates
    }

    private static func read(_ path: String, limit: Int) throws(QueryFailure) -> Data {
        let place = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        let facts = try? FileManager.default.attributesOfItem(atPath: place)
        // A pipe would keep the question waiting.
        guard let facts else {
            throw QueryFailure(.access, "\(path): there is no such file, or it may not be looked at")
        }
        guard facts[.type] as? FileAttributeType == .typeRegular, let handle = FileHandle(forReadingAtPath: place),
            let data = try? handle.read(upToCount: limit + 1)
        else { throw QueryFailure(.access, "\(path): it cannot be read") }
        guard data.count <= limit else { throw QueryFailure(.access, "\(path): it has more than \(limit) bytes") }
        return data
    }
}
