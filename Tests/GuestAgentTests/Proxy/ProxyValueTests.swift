import NIOHTTP1
import Synchronization
import Testing
import Wire

@testable import Proxy

@Suite("Values of the proxy")
struct ProxyValueTests {
    @Test(
        "addresses of services",
        arguments: [
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"), ("http://app", "http://app:80"),
            ("http://[::1]:8080/", "http://[::1]:8080"), ("unix:/run/app.sock", "unix:/run/app.sock"),
            ("unix:///run/app.sock", "unix:/run/app.sock"),
        ]
    )
    func addresses(_ text: String, _ meaning: String) throws {
        #expect("\(try UpstreamAddress(text))" == meaning)
    }

    @Test(
        "no addresses of services",
        arguments: [
            "", "127.0.0.1:8080", "https://127.0.0.1:8443", "http://127.0.0.1:8080/app", "unix:app.sock", "http://",
            "http://a:0",
            "http://u@h:80", "unix:/" + String(repeating: "x", count: 108),
        ]
    )
    func noAddresses(_ text: String) {
        #expect(throws: UpstreamAddress.Unreadable.self) { try UpstreamAddress(text) }
    }

    private func request(_ fields: [(String, String)], uri: String = "/", version: HTTPVersion = .http1_1)
        -> HTTPRequestHead
    {
        HTTPRequestHead(version: version, method: .GET, uri: uri, headers: HTTPHeaders(fields))
    }

    @Test("fields that Connection names go, but not those that frame the message")
    func connectionField() {
        let head = request([
            ("Host", "a"), ("Connection", "X-Gone, close, Content-Length"), ("x-gone", "1"), ("content-length", "0"),
            ("X-Stays", "2"),
        ])
        let forwarded = ForwardedRequest(head, from: .init(address: "10.0.0.9", isTrusted: false)).head
        #expect(!forwarded.headers.contains(name: "x-gone"))
        #expect(!forwarded.headers.contains(name: "connection"))
        #expect(forwarded.headers.first(name: "content-length") == "0")
        #expect(forwarded.headers.first(name: "x-stays") == "2")
    }

    @Test("a trusted balancer's word is completed, a stranger's replaced")
    func trust() {
        let head = request([
            ("Host", "a"), ("X-Forwarded-For", "1.2.3.4"), ("X-Forwarded-Proto", "http"), ("X-Forwarded-Host", "www"),
        ])
        let trusted = ForwardedRequest(head, from: .init(address: "10.0.0.9", isTrusted: true)).head.headers
        #expect(trusted.first(name: "x-forwarded-for") == "1.2.3.4, 10.0.0.9")
        #expect(trusted.first(name: "x-forwarded-proto") == "http")
        #expect(trusted.first(name: "x-forwarded-host") == "www")
        let stranger = ForwardedRequest(head, from: .init(address: "fd00::1", isTrusted: false)).head.headers
        #expect(stranger.first(name: "x-forwarded-for") == "fd00::1")
        #expect(stranger.first(name: "x-forwarded-proto") == "https")
        #expect(stranger.first(name: "forwarded") == "for=\"[fd00::1]\";host=\"a\";proto=https")
    }

    @Test("a target with an authority counts as the host")
    func absoluteForm() {
        let forwarded = ForwardedRequest(
            request([("Host", "other")], uri: "http://real:81/x?y"),
            from: .init(address: nil, isTrusted: false)
        ).head
        #expect(forwarded.uri == "/x?y")
        #expect(forwarded.headers["host"] == ["real:81"])
    }

    @Test("the end of an answer is told as its reader understands it")
    func framing() {
        let plain = HTTPResponseHead(version: .http1_1, status: .ok, headers: ["connection": "close"])
        let new = ForwardedResponse(plain, to: request([]), isHTTP2: false, keepsAlive: true)
        #expect(new.framing == .chunked && new.head.headers.first(name: "transfer-encoding") == "chunked")
        #expect(!new.head.headers.contains(name: "connection"))
        let old = ForwardedResponse(plain, to: request([], version: .http1_0), isHTTP2: false, keepsAlive: true)
        #expect(old.framing == .close && old.head.headers.first(name: "connection") == "close")
        let two = ForwardedResponse(plain, to: request([], version: .http2), isHTTP2: true, keepsAlive: true)
        #expect(two.framing == .known && two.head.headers.isEmpty)
    }

    @Test("frames of a WebSocket are followed over any cut", arguments: [1, 2, 3, 7, 100_000])
    func frames(_ step: Int) {
        var bytes: [UInt8] = [0x81, 0x03, 1, 2, 3, 0x82, 0x7E, 0x01, 0x00] + [UInt8](repeating: 9, count: 256)
        bytes +=
            [0x82, 0x7F, 0, 0, 0, 0, 0, 1, 0, 0] + [UInt8](repeating: 9, count: 65536) + [
                0x89, 0x80, 1, 2, 3, 4, 0x8A, 0x00,
            ]
        var frames = WebSocketFrames()
        var ends: Set<Int> = []
        var position = 0
        while position < bytes.count {
            let end = min(position + step, bytes.count)
            frames.consume(bytes[position..<end])
            position = end
            if frames.isBetweenFrames { ends.insert(position) }
        }
        let all: Set<Int> = [5, 265, 65811, 65817, 65819]
        #expect(ends == all.filter { $0 % step == 0 || $0 == bytes.count })
    }

    @Test("a place that is given back goes to whoever waits longest")
    func gate() {
        let gate = RequestGate(limit: 1, queueLimit: 2)
        let order = Order()
        guard case .passed = gate.enter({}) else { return #expect(Bool(false)) }
        guard case .waiting(let first) = gate.enter({ order.add(1) }) else { return #expect(Bool(false)) }
        guard case .waiting = gate.enter({ order.add(2) }) else { return #expect(Bool(false)) }
        guard case .full = gate.enter({}) else { return #expect(Bool(false)) }
        #expect(gate.snapshot == .init(inFlight: 1, queued: 2, tunnels: 0, limit: 1))
        #expect(gate.abandon(first))
        gate.leave()
        #expect(order.all == [2])
        #expect(!gate.abandon(first))
        gate.leave()
        #expect(gate.snapshot.inFlight == 0)
    }
}

private final class Order: Sendable {
    private let state = Mutex<[Int]>([])
    var all: [Int] { state.withLock { $0 } }
    func add(_ number: Int) { state.withLock { $0.append(number) } }
}
