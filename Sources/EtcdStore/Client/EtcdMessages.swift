import Foundation

/// The messages of etcd's v3 gateway: JSON in which 64-bit numbers are texts, bytes are base64, and what is zero, false or
/// empty is left out.
enum EtcdMessages {
    struct Header: Decodable {
        @EtcdNumber var cluster_id: Int64
        @EtcdNumber var revision: Int64
    }

    struct ErrorAnswer: Decodable {
        struct Detail: Decodable {
            var message: String?
            var grpc_code: Int?
        }
        var error: String?
        var message: String?
        var code: Int?
    }

    /// An answer in a stream: a message, or an error.
    struct Streamed<Message: Decodable>: Decodable {
        var result: Message?
        var error: ErrorAnswer.Detail?
    }

    struct KeyValue: Decodable {
        var key: Data
        var value: Data?
        @EtcdNumber var create_revision: Int64
        @EtcdNumber var mod_revision: Int64
        @EtcdNumber var lease: Int64
    }

    struct RangeRequest: Encodable {
        var key: Data
        var range_end: Data?
        var limit: Int?
        var revision: String?
        var keys_only: Bool?
        var count_only: Bool?
    }

    struct RangeAnswer: Decodable {
        var header: Header
        var kvs: [KeyValue]?
        var more: Bool?
        @EtcdNumber var count: Int64
    }

    struct PutRequest: Encodable {
        var key: Data
        var value: Data
        var lease: String?
    }

    struct DeleteRequest: Encodable {
        var key: Data
        var range_end: Data?
    }

    struct Compare: Encodable {
        var target: String
        var result: String
        var key: Data
        var range_end: Data?
        var create_revision: String?
        var mod_revision: String?
    }

    struct Operation: Encodable {
        var request_range: RangeRequest?
        var request_put: PutRequest?
        var request_delete_range: DeleteRequest?
    }

    struct TransactionRequest: Encodable {
        var compare: [Compare]
        var success: [Operation]
        var failure: [Operation]
    }

    struct TransactionAnswer: Decodable {
        struct Response: Decodable {
            var response_range: Range?
        }
        struct Range: Decodable {
            var kvs: [KeyValue]?
        }
        var header: Header
        var succeeded: Bool?
        var responses: [Response]?
    }

    struct HeaderAnswer: Decodable {
        var header: Header
    }

    struct GrantRequest: Encodable {
        var TTL: String
    }

    struct LeaseRequest: Encodable {
        var ID: String
    }

    struct LeaseAnswer: Decodable {
        var header: Header
        @EtcdNumber var ID: Int64
        @EtcdNumber var TTL: Int64
    }

    struct AuthenticateRequest: Encodable {
        var name: String
        var password: String
    }

    struct AuthenticateAnswer: Decodable {
        var token: String
    }

    struct WatchRequest: Encodable {
        struct Create: Encodable {
            var key: Data
            var range_end: Data
            var start_revision: String
            var progress_notify = true
            var fragment = true
        }
        var create_request: Create
    }

    struct WatchAnswer: Decodable {
        struct Event: Decodable {
            var type: String?
            var kv: KeyValue
        }
        var header: Header
        var created: Bool?
        var canceled: Bool?
        var cancel_reason: String?
        var fragment: Bool?
        @EtcdNumber var compact_revision: Int64
        var events: [Event]?
    }
}

/// A 64-bit number as the gateway writes it: a text, or nothing for zero. Unsigned ones keep their bits.
@propertyWrapper
struct EtcdNumber: Decodable {
    var wrappedValue: Int64 = 0

    init(wrappedValue: Int64) { self.wrappedValue = wrappedValue }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Int64.self) {
            wrappedValue = number
            return
        }
        let text = try container.decode(String.self)
        guard let number = Int64(text) ?? UInt64(text).map({ Int64(bitPattern: $0) }) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a 64-bit number")
        }
        wrappedValue = number
    }
}

extension KeyedDecodingContainer {
    /// What is left out is zero.
    func decode(_ type: EtcdNumber.Type, forKey key: Key) throws -> EtcdNumber {
        try decodeIfPresent(type, forKey: key) ?? EtcdNumber(wrappedValue: 0)
    }
}
