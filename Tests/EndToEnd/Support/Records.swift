import Foundation
import Wire

/// A line of the controller's JSON log.
struct LogRecord: Decodable, Sendable {
    var message: String
    var event: String?
    var instance: String?
    var at: Date?
    var detail: String?
    var revision: String?
    var uuid: String?
    var cause: String?
    var measuredAt: Date?
    var receivedAt: Date?
}

/// A line of the client's events.
struct ClientRecord: Decodable, Sendable {
    var type: String
    var at: Date
    var server: String?
    var kind: String?
    var endpoints: [String]?
    var name: String?
    var error: String?
    var connected: Bool?
    var seconds: Double?
}

/// The lines of a JSON-lines file that are whole; a last one that is being written is left out.
func records<Record: Decodable>(_ type: Record.Type, in path: String) -> [Record] {
    guard let data = FileManager.default.contents(atPath: path) else { return [] }
    let decoder = WireCoding.decoder()
    return data.split(separator: 0x0A).compactMap { try? decoder.decode(type, from: Data($0)) }
}
