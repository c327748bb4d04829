import Testing

@testable import GuestAgent

@Suite("Readers of /proc")
struct ProcParsersTests {
    @Test("the cpu line sums work, rest and steal, and leaves the guest columns out")
    func cpuLine() throws {
        let text = """
            cpu  100 20 30 4000 50 6 7 8 9 10
            cpu0 100 20 30 4000 50 6 7 8 9 10
            intr 12345
            """
        let times = try #require(CPUTimes(stat: text))
        #expect(times == CPUTimes(busy: 163, idle: 4050, steal: 8))
        #expect(times.total == 4221)
    }

    @Test("a line cut off in the middle of the file is enough, for it is the first one")
    func cutOff() {
        #expect(CPUTimes(stat: "cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 1 2 3 4 5 6 7 8") != nil)
    }

    @Test("an old kernel without steal has none", arguments: ["cpu 1 2 3 4", "cpu  1 2 3 4 5 6 7"])
    func oldKernel(text: String) throws {
        #expect(try #require(CPUTimes(stat: text)).steal == 0)
    }

    @Test(
        "what is no cpu line gives nothing",
        arguments: [
            "", "\n", "cpu", "cpu 1 2", "cpu0 1 2 3 4 5 6 7 8", "cpu a b c d e f g h", "cpu 1 2 -3 4 5 6 7 8",
            "cpu 1 2 3 4 5 6 7 x", "\u{0}\u{1}\u{2}", "cpu 18446744073709551615 1 1 1 1 1 1 1",
            "cpu 99999999999999999999 1 1 1 1 1 1 1", "cpu 1 1 1 18446744073709551615 1 1 1 1",
        ]
    )
    func noCPULine(text: String) {
        #expect(CPUTimes(stat: text) == nil)
    }

    @Test("pressure is the total of the some line")
    func pressure() {
        let text = """
            some avg10=12.50 avg60=3.00 avg300=1.00 total=123456789
            full avg10=0.00 avg60=0.00 avg300=0.00 total=42
            """
        #expect(ProcParsers.pressureMicroseconds(text) == 123_456_789)
    }

    @Test(
        "a kernel without pressure information gives nothing",
        arguments: ["", "full avg10=0.00 total=42", "some avg10=1", "some total=", "some total=-1", "some total=1e9"]
    )
    func noPressure(text: String) {
        #expect(ProcParsers.pressureMicroseconds(text) == nil)
    }

    @Test("runnable tasks are counted without the reader", arguments: [("1/200", 0), ("4/200", 3), ("0/200", 0)])
    func runnable(field: String, expected: Int) {
        #expect(ProcParsers.runnable("0.10 0.20 0.30 \(field) 4242\n") == expected)
    }

    @Test(
        "garbage in loadavg gives nothing",
        arguments: ["", "0.1 0.2 0.3", "0.1 0.2 0.3 x/9 1", "0.1 0.2 0.3 / 1", "0.1 0.2 0.3 -4/9 1"]
    )
    func noRunnable(text: String) {
        #expect(ProcParsers.runnable(text) == nil)
    }

    @Test("memory in use is what is not available")
    func memory() throws {
        let text = "MemTotal:         500000 kB\nMemFree:   100 kB\nMemAvailable:   200000 kB\n"
        let memory = try #require(ProcParsers.memory(text))
        #expect(memory.total == 512_000_000)
        #expect(memory.used == 307_200_000)
    }

    @Test(
        "memory that does not add up gives nothing",
        arguments: [
            "", "MemTotal: 5 kB", "MemAvailable: 5 kB", "MemTotal: 5 kB\nMemAvailable: 6 kB",
            "MemTotal: 5\nMemAvailable: 4", "MemTotal: x kB\nMemAvailable: 4 kB",
            "MemTotal: 18446744073709551615 kB\nMemAvailable: 4 kB",
        ]
    )
    func noMemory(text: String) {
        #expect(ProcParsers.memory(text) == nil)
    }

    @Test("this machine's own files can be read, and missing ones give nothing")
    func realFiles() async throws {
        #expect(ProcReader().cpuTimes() != nil)
        #expect(ProcReader().memory() != nil)
        #expect(ProcReader().runnable() != nil)
        try await withTemporaryDirectory { directory in
            let reader = ProcReader(root: directory)
            #expect(reader.cpuTimes() == nil)
            #expect(reader.pressure() == nil)
            #expect(reader.runnable() == nil)
            #expect(reader.memory() == nil)
        }
    }
}
