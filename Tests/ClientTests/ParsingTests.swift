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

    @Test func theTableOfFibonacciNumbersIsRight() {
        #expect(Fibonacci.number(0) == 0)
        #expect(Fibonacci.number(1) == 1)
        #expect(Fibonacci.number(20) == 6765)
        #expect(Fibonacci.number(93) == 12_200_160_415_121_876_738)
        #expect(Fibonacci.number(94) == nil)
        #expect(Fibonacci.number(-1) == nil)
    }
}
