import NIOCore
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

    private func forwarded(_ head: HTTPRequestHead, from address: String? = nil, isTrusted: Bool = false) -> HTTPHeaders
    {
        let client = ForwardedClient(address: address, isTrusted: isTrusted)
        var list = FieldList()
        ForwardedRequest(head, MessageFields(head.headers), from: client).write(to: &list)
        return list.headers
    }

    private func fields(of response: ForwardedResponse) -> HTTPHeaders {
        var list = FieldList()
        response.write(to: &list)
        return list.headers
    }

    @Test("fields that Connection names go, but not those that frame the message")
    func connectionField() {
        let head = request([
            ("Host", "a"), ("Connection", "X-Gone, close, Content-Length"), ("x-gone", "1"), ("content-length", "0"),
            ("X-Stays", "2"),
        ])
        let fields = forwarded(head, from: "10.0.0.9")
        #expect(!fields.contains(name: "x-gone"))
        #expect(!fields.contains(name: "connection"))
        #expect(fields.first(name: "content-length") == "0")
        #expect(fields.first(name: "x-stays") == "2")
    }

    @Test("a trusted balancer's word is completed, a stranger's replaced")
    func trust() {
        let head = request([
            ("Host", "a"), ("X-Forwarded-For", "1.2.3.4"), ("X-Forwarded-Proto", "http"), ("X-Forwarded-Host", "www"),
        ])
        let trusted = forwarded(head, from: "10.0.0.9", isTrusted: true)
        #expect(trusted.first(name: "x-forwarded-for") == "1.2.3.4, 10.0.0.9")
        #expect(trusted.first(name: "x-forwarded-proto") == "http")
        #expect(trusted.first(name: "x-forwarded-host") == "www")
        let stranger = forwarded(head, from: "fd00::1")
        #expect(stranger.first(name: "x-forwarded-for") == "fd00::1")
        #expect(stranger.first(name: "x-forwarded-proto") == "https")
        #expect(stranger.first(name: "forwarded") == "for=\"[fd00::1]\";host=\"a\";proto=https")
    }

    @Test("a target with an authority counts as the host")
    func absoluteForm() {
        let head = request([("Host", "other")], uri: "http://real:81/x?y")
        let client = ForwardedClient(address: nil, isTrusted: false)
        #expect(ForwardedRequest(head, MessageFields(head.headers), from: client).target == "/x?y")
        #expect(forwarded(head)["host"] == ["real:81"])
    }

    @Test("cookies that HTTP/2 cut into pieces are joined")
    func cookies() {
        let head = request([("host", "a"), ("cookie", "a=1"), ("accept", "*/*"), ("cookie", "b=2")], version: .http2)
        #expect(forwarded(head)["cookie"] == ["a=1; b=2"])
        #expect(forwarded(request([("host", "a"), ("cookie", "c=3")]))["cookie"] == ["c=3"])
    }

    @Test("another host on one connection is told as another one")
    func hosts() {
        let client = ForwardedClient(address: "10.0.0.9", isTrusted: false)
        #expect(client.element(host: "a") == "for=10.0.0.9;host=\"a\";proto=https")
        #expect(client.element(host: "a") == "for=10.0.0.9;host=\"a\";proto=https")
        #expect(client.element(host: "b") == "for=10.0.0.9;host=\"b\";proto=https")
        #expect(client.element(host: nil) == "for=10.0.0.9;proto=https")
    }

    @Test("bodies are written as their head says, small pieces together with it")
    func writing() {
        let answer = HTTPResponseHead(version: .http1_1, status: .ok, headers: ["x-a": "1", "Keep-Alive": "3"])
        var writer = HTTP1Writer()
        writer.head(ForwardedResponse(answer, to: request([]), isHTTP2: false, keepsAlive: true))
        #expect(writer.body(ByteBuffer()) == nil)
        #expect(writer.body(ByteBuffer(string: "hello, world!!!!")) == nil)
        writer.end(["x-sum": "9"])
        let head = "HTTP/1.1 200 OK\r\nx-a: 1\r\ntransfer-encoding: chunked\r\n\r\n"
        #expect(writer.take().map { String(buffer: $0) } == head + "10\r\nhello, world!!!!\r\n0\r\nx-sum: 9\r\n\r\n")
        #expect(writer.take() == nil)
        let large = ByteBuffer(repeating: 7, count: HTTP1Writer.mostCopied + 1)
        writer.head(HTTPResponseHead(version: .http1_0, status: .notFound, headers: ["content-length": "2049"]))
        let parts = writer.body(large)
        #expect(parts.map { String(buffer: $0.head) } == "HTTP/1.0 404 Not Found\r\ncontent-length: 2049\r\n\r\n")
        #expect(parts?.body == large)
        writer.end(nil)
        #expect(writer.take() == nil)
    }

    @Test("the end of an answer is told as its reader understands it")
    func framing() {
        let plain = HTTPResponseHead(version: .http1_1, status: .ok, headers: ["connection": "close"])
        let new = ForwardedResponse(plain, to: request([]), isHTTP2: false, keepsAlive: true)
        #expect(new.framing == .chunked && fields(of: new).first(name: "transfer-encoding") == "chunked")
        #expect(!fields(of: new).contains(name: "connection"))
        let old = ForwardedResponse(plain, to: request([], version: .http1_0), isHTTP2: false, keepsAlive: true)
        #expect(old.framing == .close && fields(of: old).first(name: "connection") == "close")
        let two = ForwardedResponse(plain, to: request([], version: .http2), isHTTP2: true, keepsAlive: true)
        #expect(two.framing == .known && fields(of: two).isEmpty)
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
