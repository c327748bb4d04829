import Autoscaling
import Foundation
import Testing
import Wire

@testable import ConfigurationReading
@testable import ConfigurationValues
@testable import Lifecycle

@Suite("The text of the configuration file")
struct ConfigurationTextTests {
    private let text = "hosts: 192.168.122.0/24\nmax: 3\n"

    func load(_ data: Data) throws -> ControllerConfiguration {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("cms-\(UUID()).yaml").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try data.write(to: URL(fileURLWithPath: path))
        return try ControllerConfiguration.load(flags: [:], file: path, environment: [:], isRoot: true)
    }

    @Test("a byte order mark is no part of the first key")
    func mark() throws {
        #expect(try load(Data([0xEF, 0xBB, 0xBF]) + Data(text.utf8)).groups[0].policy.max == 3)
    }

    @Test("UTF-16 is read when its mark says so", arguments: [String.Encoding.utf16LittleEndian, .utf16BigEndian])
    func utf16(encoding: String.Encoding) throws {
        let mark: [UInt8] = encoding == .utf16LittleEndian ? [0xFF, 0xFE] : [0xFE, 0xFF]
        let body = try #require(text.data(using: encoding))
        #expect(try load(Data(mark) + body).groups[0].policy.max == 3)
    }

    @Test("bytes that are no text are refused with their line")
    func damaged() {
        let error = #expect(throws: ConfigurationError.self) {
            try load(Data(text.utf8) + Data([0x23, 0xE9, 0x0A]))
        }
        #expect(error?.description.hasSuffix("line 3: config: it is not UTF-8 text; save the file as UTF-8") == true)
        let control = #expect(throws: ConfigurationError.self) { try load(Data("hosts: \u{0}".utf8)) }
        #expect(control?.description.contains("\n") == false, "\(control?.description ?? "")")
    }

    @Test("a merge key gives a group the keys of another, where it does not give them itself")
    func merge() throws {
        let configuration = try ConfigurationLoading.load(
            """
            groups:
              web: &web
                hosts: 192.168.122.0/25
                max: 3
                health: &health {timeout: 7s}
              api:
                <<: *web
                hosts: 192.168.122.128/26
              jobs:
                <<: [{max: 9}, *web]
                hosts: 192.168.122.192/26
                health:
                  <<: *health
                  interval: 4s
            """
        )
        let (api, jobs) = (try #require(configuration.group("api")), try #require(configuration.group("jobs")))
        #expect(api.policy.max == 3 && api.hosts.description == "192.168.122.128/26")
        #expect(api.health.timeout == .seconds(7))
        #expect(jobs.policy.max == 9 && jobs.health.timeout == .seconds(7) && jobs.health.interval == .seconds(4))
    }

    @Test("keys that were merged are checked as others are, and what cannot be merged is refused")
    func merged() {
        let unknown = ConfigurationLoading.problems("<<: {max: 3, mox: 4}\nhosts: 192.168.122.0/24\n")
        #expect(
            unknown.count == 1 && unknown[0].hasPrefix("line 1: mox: unknown key; did you mean 'max'?"),
            "\(unknown)"
        )
        let scalar = ConfigurationLoading.problems("hosts: 192.168.122.0/24\n<<: web\n")
        #expect(scalar.count == 1 && scalar[0].hasPrefix("line 2: <<: the merge key takes a mapping"), "\(scalar)")
        let inner = ConfigurationLoading.problems("hosts: 192.168.122.0/24\nhealth:\n  <<: [1]\n")
        #expect(inner.count == 1 && inner[0].hasPrefix("line 3: health.<<: the merge key takes"), "\(inner)")
        let quoted = ConfigurationLoading.problems("hosts: 192.168.122.0/24\n\"<<\": {max: 3}\n")
        #expect(quoted.count == 1 && quoted[0].contains("unknown key"), "a quoted key is a key: \(quoted)")
    }

    @Test("merges and aliases that grow without end cost no time", .timeLimit(.minutes(1)))
    func bombs() {
        let merges = (1...40).map { "  g\($0): &g\($0)\n    <<: [*g\($0 - 1), *g\($0 - 1)]\n" }.joined()
        let found = ConfigurationLoading.problems("groups:\n  g0: &g0 {hosts: 192.168.122.0/24}\n\(merges)")
        #expect(found.contains { $0.contains("more than 1000 mappings are merged") }, "\(found.prefix(2))")
        let lists = (1...40).map { "  - &l\($0) [*l\($0 - 1), *l\($0 - 1)]\n" }.joined()
        let other = ConfigurationLoading.problems("hosts: 192.168.122.0/24\nadvertise:\n  - &l0 a\n\(lists)")
        #expect(!other.isEmpty)
    }

    @Test(
        "a key that is a list of lists of aliases is refused before the parser compares it",
        arguments: ["{*l60 : 1, b: 2}", "{? *l60 : 1, b: 2}", "{[*l60]: 1, b: 2}", "{{a: *l60} : 1, b: 2}"]
    )
    func keys(mapping: String) {
        let lists = (1...60).map { "y\($0): &l\($0) [*l\($0 - 1), *l\($0 - 1)]\n" }.joined()
        let text = "hosts: 192.168.122.0/24\ny0: &l0 [a, a]\n\(lists)z: \(mapping)\n"
        #expect(
            ConfigurationLoading.problems(text)
                == ["line 63: config: a key is a list, a mapping or an alias; write it as a word"]
        )
    }

    @Test("many aliases in their places are fine")
    func aliases() throws {
        let groups = (1...40).map { "  g\($0): {<<: *usual, domains: \"[\($0)]-*\", drain: *drain}\n" }.joined()
        let configuration = try ConfigurationLoading.load(
            "groups:\n  g0: &usual {hosts: 192.168.122.0/24, domains: a, drain: &drain {timeout: 9s}}\n\(groups)"
        )
        #expect(configuration.groups.count == 41)
        #expect(configuration.groups.allSatisfy { $0.drain.timeout == .seconds(9) })
    }

    @Test("several ranges for one group are called that, and there is a way out")
    func ranges() {
        let expected =
            "these are 2 values, and it is one range; give one wider range that holds them all, 10.0.0.0/23, or each range a "
            + "group of its own, under 'groups' in the configuration file"
        let flag = ConfigurationLoading.problems("max: 3\n", flags: [.hosts: "10.0.0.0/24,10.0.1.0/24"])
        #expect(flag == ["--hosts: '10.0.0.0/24,10.0.1.0/24' is not a valid address range: \(expected)"])
        let list = ConfigurationLoading.problems("hosts: [10.0.0.0/24, 10.0.1.0/24]\n")
        #expect(list == ["line 1: hosts: '10.0.0.0/24,10.0.1.0/24' is not a valid address range: \(expected)"])
        let far = ConfigurationLoading.problems("hosts: 10.0.0.0/24 192.168.0.0/24\n")
        #expect(far.count == 1 && far[0].contains("give one wider range or each range a group"), "\(far)")
        #expect(ConfigurationLoading.problems("hosts: 10.0.0.0/24\nlisten: '0.0.0.0:7000,[::]:7000'\n").count == 1)
    }
}
