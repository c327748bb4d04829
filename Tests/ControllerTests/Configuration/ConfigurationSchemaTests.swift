import Foundation
import Testing
import Yams

@testable import ConfigurationReading
@testable import ConfigurationValues
@testable import Lifecycle

@Suite("The schema of the configuration")
struct ConfigurationSchemaTests {
    /// The text of a file in `provisioning`.
    func provisioned(_ name: String) throws -> String {
        var folder = URL(fileURLWithPath: #filePath)
        while folder.path != "/" {
            folder.deleteLastPathComponent()
            let file = folder.appendingPathComponent("provisioning/\(name)")
            if let data = FileManager.default.contents(atPath: file.path) {
                return String(decoding: data, as: UTF8.self)
            }
        }
        throw CocoaError(.fileNoSuchFile)
    }

    func schemaProblem(_ yaml: String) throws -> String? {
        let value = try #require(try Yams.load(yaml: yaml))
        return try JSONSchemaCheck(ConfigurationSchema.jsonSchema).problem(value)
    }

    @Test("the shipped file is what the code says; if not, 'cms-controller schema' prints it anew")
    func shipped() throws {
        #expect(try provisioned("cms.schema.json") == ConfigurationSchema.jsonSchema)
    }

    @Test("the shipped example loads, and the schema takes it")
    func example() throws {
        let text = try provisioned("cms.example.yaml")
        let configuration = try ConfigurationLoading.load(text)
        #expect(configuration.groups.map(\.name) == ["web", "appliance", "batch"])
        #expect(configuration.groups.first?.standby.paused == 2)
        #expect(try schemaProblem(text) == nil)
    }

    @Test("every key has a place in the example")
    func exampleIsWhole() throws {
        let text = try provisioned("cms.example.yaml")
        func names(_ keys: [KeyDescription]) -> [String] { keys.flatMap { [$0.name] + names($0.kind.keys) } }
        let absent = names(ConfigurationSchema.process + ConfigurationSchema.group).filter { !text.contains("\($0):") }
        #expect(absent == [])
    }

    @Test("every default is a valid value, and every key has a sentence and a name of its own")
    func defaults() throws {
        func check(_ keys: [KeyDescription], _ path: String) {
            #expect(Set(keys.map(\.name)).count == keys.count, "\(path)")
            for key in keys {
                #expect(key.summary.hasSuffix("."), "\(path).\(key.name)")
                if let standard = key.standard {
                    #expect((try? key.parse(standard)) != nil, "\(path).\(key.name)")
                }
                check(key.kind.keys, "\(path).\(key.name)")
            }
        }
        check(ConfigurationSchema.process + ConfigurationSchema.group + ConfigurationSchema.shortcuts, "")
        for key in ConfigurationKey.allCases { #expect(key.definition != nil && !key.help.isEmpty, "\(key)") }
    }

    @Test(
        "what loads is valid by the schema",
        arguments: [
            "hosts: 10.0.0.0/24", "standby: 2", "standby: {saved: 1}", "max: none", "threshold: 60", "mode: on",
            "mode: off", "advertise: a,b", "advertise: [a, b]", "advertise: [\"[fd00::1]:7000\", b:1]", "name: cms-1",
            "policy: {rules: [{threshold: {low: none}}]}",
            "template: {domain: a}", "host: {memory-reserve: 2.5%}", "host: {memory-reserve: 1GiB}",
            "policy: {forecast: {}}", "start-deadline: 1.5m", "groups: {a: {hosts: 10.0.0.0/24, standby: 1}}",
            "policy: {rules: [{metric: {name: in-flight, per-instance: 20}}]}",
            "policy: {rules: [{metric: {name: latency-p99, per-instance: 250ms, tolerance: 0}}]}",
            "policy: {rules: [{metric: {name: memory, per-instance: 70%}}]}",
            "policy: {rules: [{prometheus: {url: \"http://p:9090/a\", query: sum(x), per-instance: 0.5, max-age: 1m}}]}",
            "policy: {rules: [{target: {percent: 62.5}}]}", "connect: test:///default", "listen: \"[::]:7000\"",
            "agent: none\nservice: {probe: {tcp: 443}}", "service: {kind: proxy, port: 8443, slow-start: 30s}",
            "service: {url: \"https://{name}.example\"}", "service: {kind: beside, probe: {http: /up, expect: 204}}",
            "service: {kind: proxy, probe: {http: /up, scheme: https, expect: 200-299, tls-ca: /a}}",
        ]
    )
    func valid(yaml: String) throws {
        let needsHosts = !yaml.hasPrefix("groups") && !yaml.hasPrefix("hosts")
        let problems = ConfigurationLoading.problems(yaml + "\n", flags: needsHosts ? [.hosts: "10.0.0.0/24"] : [:])
        #expect(problems == [])
        #expect(try schemaProblem(yaml) == nil)
    }

    @Test(
        "what the schema refuses does not load either",
        arguments: [
            "host: 1", "hots: 10.0.0.0/24", "name: a/b", "name: \"\"", "advertise: [a/b]", "min: 0", "min: 1.5",
            "standby: -1", "standby: {pased: 1}", "max: all",
            "mode: maybe", "template: {}", "template: {domain: a, image: /b}", "drain: {timeout: 5}",
            "policy: {rules: []}", "policy: {rules: [{}]}", "policy: {rules: [{metric: {name: in-flight}}]}",
            "policy: {rules: [{metric: {name: disk, per-instance: 1}}]}",
            "policy: {rules: [{metric: {name: queued, per-instance: 0}}]}",
            "policy: {rules: [{metric: {name: queued, per-instance: many}}]}",
            "policy: {rules: [{prometheus: {url: \"http://p\", query: x}}]}",
            "policy: {rules: [{prometheus: {url: \"http://u:p@p\", query: x, per-instance: 1}}]}",
            "policy: {rules: [{prometheus: {url: \"p:9090\", query: x, per-instance: 1}}]}",
            "policy: {rules: [{prometheus: {url: \"http://p?a=b\", query: x, per-instance: 1}}]}",
            "policy: {schedule: [{min: 1}]}",
            "policy: {rules: [{target: {percent: 0}}]}", "policy: {rules: [{threshold: {over: 100}}]}",
            "host: {memory-reserve: 5}", "groups: {}", "groups: {a: {}}", "groups: {a b: {hosts: 10.0.0.0/24}}",
            "groups: {a: {hosts: 10.0.0.0/24}}\nmin: 1", "hosts: 10.0.0.0",
            "agent: maybe", "service: {kind: other}", "service: {port: 0}", "service: {probe: {}}", "service: 1",
            "service: {probe: {tcp: 1, http: /}}", "service: {probe: {http: up}}",
            "service: {url: \"ftp://{address}\"}",
            "service: {probe: {http: /, expect: 200-999}}",
        ]
    )
    func invalid(yaml: String) throws {
        #expect(ConfigurationLoading.problems(yaml + "\n", flags: [:]).isEmpty == false)
        #expect(try schemaProblem(yaml) != nil)
    }

    @Test("the reference names every key with its default")
    func reference() {
        let reference = ConfigurationSchema.reference
        #expect(reference.contains("timeout: a time from 1s to 15m (default: 60s)"))
        #expect(reference.contains("--drain-timeout, CMS_DRAIN_TIMEOUT = drain.timeout"))
        #expect(
            reference.contains(
                "    memory-reserve: memory such as 512MiB, or a part of the host's such as 5% (default: 512MiB)"
            )
        )
        #expect(ConfigurationKey.samples.help == "Samples in a row over the threshold before scaling out (default: 3).")
    }

    @Test("JSON with characters that must be escaped is read back as it was")
    func json() throws {
        let text = JSONText.object([("a\"\\\n\u{1}ü", .array([.number(1.5), .bool(true), .object([])]))]).text()
        let value = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: [Any]])
        #expect(value["a\"\\\n\u{1}ü"]?.first as? Double == 1.5)
    }
}
