import NIOHTTP1

/// Takes the fields of a head, one after another.
protocol FieldSink {
    mutating func field(_ name: String, _ value: String)
}

/// Fields as a value, for HTTP/2.
struct FieldList: FieldSink {
    private(set) var headers = HTTPHeaders()

    mutating func field(_ name: String, _ value: String) {
        headers.add(name: name, value: value)
    }
}
