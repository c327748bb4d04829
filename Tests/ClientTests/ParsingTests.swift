import Client
import Testing
import Wire

@Suite struct ParsingTests {
    @Test(arguments: [
        ("500ms", Duration.milliseconds(500)), ("10s", .seconds(10)), ("2m", .seconds(120)), ("1h", .seconds(3600)),
        ("1.5s", .milliseconds(1500)), ("30", .seconds(30)), ("0s", .zero), (".5s", .milliseconds(500)),
    ])
    func readsDurations(text: String, duration: Duration) {
        #expect(DurationText.parse(text, as: .option) == duration)
    }

    @Test(arguments: [
        "", "s", "ms", "-1s", "1d", "1 s", "abc", "1.2.3s", "1e3s", "nan", "inf", "٣s", "800h", "9999999999999s",
    ])
    func refusesWhatIsNoDuration(text: String) {
        #expect(DurationText.parse(text, as: .option) == nil)
    }

    @Test(arguments: [("30...33", 30...33), ("30", 30...30), ("0...93", 0...93), ("15-25", 15...25)])
    func readsRanges(text: String, range: ClosedRange<Int>) {
        #expect(FibonacciRange(parsing: text)?.values == range)
    }

    @Test(arguments: [
        "", "33...30", "-1", "94", "30...94", "a", "1...2...3", "30..33", "...", "30...", "99999999999999999999",
    ])
    func refusesWhatIsNoRange(text: String) {
        #expect(FibonacciRange(parsing: text) == nil)
    }

    @Test(arguments: [
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080", "127.0.0.1:8080"),
        ("https://lb.example", "https://lb.example", "lb.example"),
        ("HTTPS://lb/base/", "https://lb/base", "lb/base"), ("http://[::1]:80//", "http://[::1]:80", "[::1]:80"),
    ])
    func readsAddressesOfServices(text: String, url: String, name: String) throws {
        let address = try ServiceURL(text)
        #expect(address.endpoint == Endpoint(id: url, name: name, url: url))
        #expect(address.isTLS == url.hasPrefix("https"))
    }

    @Test(arguments: [
        ("lb:80", "write http://"), ("ftp://lb", "write http://"), ("http://", "names no host"),
        ("http://lb:0", "port from 1"), ("http://lb:99999", "port from 1"), ("http://lb/?q", "--path"),
        ("http://me@lb", "a user"), ("http://l b", "a character"), ("http://::1", "without brackets"),
        ("http://[fe80::1%25eth0]:80", "link-local"), ("http://" + String(repeating: "l", count: 1024), "longer than"),
    ])
    func refusesWhatIsNoAddressOfAService(text: String, word: String) {
        let invalid = #expect(throws: ServiceURL.Invalid.self) { try ServiceURL(text) }
        #expect(invalid?.description.contains(word) == true, "\(invalid?.description ?? "")")
    }

    @Test(arguments: ["/", "/a/b?c=d&e=%20", "//x"]) func readsPaths(text: String) {
        #expect(PageRequest(path: text)?.path == text)
    }

    @Test(arguments: ["", "a", "/a b", "/a#b", "/ä", "/a\r\nHost: x", "http://x/"]) func refusesWhatIsNoPath(
        text: String
    ) {
        #expect(PageRequest(path: text) == nil)
        #expect(PageRequest(path: "/" + String(repeating: "a", count: 4096)) == nil)
    }

    @Test func theTableOfFibonacciNumbersIsRight() {
        #expect(Fibonacci.number(0) == 0)
        #expect(Fibonacci.number(1) == 1)
        #expect(Fibonacci.number(20) == 6765)
        #expect(Fibonacci.number(93) == 12_200_160_415_121_876_738)
        #expect(Fibonacci.number(94) == nil)
        #expect(Fibonacci.number(-1) == nil)
    }
}
