import AsyncHTTPClient
import Foundation
import NIOCore
import NIOSSL
import Shared
import SwiftASN1
import TestSupport
import Testing

@testable import Autoscaling
@testable import Orchestration

@Suite("Asking Prometheus")
struct PrometheusClientTests {
    /// What comes of a question to a server that answers so.
    func ask(_ answer: FakePrometheus.Answer, timeout: Duration = .seconds(10)) async throws -> PrometheusAnswer {
        try await FakePrometheus(answer).run { url in try await ask(.sample(url, timeout: timeout)) }
    }

    func ask(_ query: PrometheusQuery) async throws -> PrometheusAnswer {
        let client = HTTPClient.cms()
        let result: Result<PrometheusAnswer, any Error>
        do {
            result = .success(try await HTTPPrometheusClient(client: client).ask(query))
        } catch {
            result = .failure(error)
        }
        await client.shutDown(within: .milliseconds(100))
        return try result.get()
    }

    func failure(_ answer: FakePrometheus.Answer, timeout: Duration = .seconds(10)) async -> QueryFailure? {
        do {
            _ = try await ask(answer, timeout: timeout)
            return nil
        } catch {
            return error as? QueryFailure
        }
    }

    @Test("a scalar, and a vector of one element, is a value with its time")
    func values() async throws {
        let date = Date(timeIntervalSince1970: 1_700_000_000.5)
        let vector = try await ask(.value("54.25", at: date))
        #expect(vector == PrometheusAnswer(value: 54.25, at: date))
        let scalar = try await ask(
            .body(#"{"status":"success","data":{"resultType":"scalar","result":[1700000000.5,"-3e2"]},"infos":["x"]}"#)
        )
        #expect(scalar == PrometheusAnswer(value: -300, at: date))
    }

    @Test("a remark on the expression is none on the data")
    func remark() async throws {
        let body =
            #"{"status":"success","data":{"resultType":"scalar","result":[1,"2"]},"warnings":["\#("PromQL info: x")"]}"#
        #expect(try await ask(.body(body)).value == 2)
    }

    @Test(
        "what is no single number is none",
        arguments: [
            (FakePrometheus.Answer.vector([]), "the answer is empty"),
            (FakePrometheus.Answer.vector(["1", "2"]), "has 2 elements"),
            (FakePrometheus.Answer.vector(["NaN"]), "the value is NaN"),
            (FakePrometheus.Answer.vector(["+Inf"]), "the value is +Inf"),
            (FakePrometheus.Answer.vector(["many"]), "'many' is no number"),
            (#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#, "the answer is a matrix"),
            (#"{"status":"success","data":{"resultType":"string","result":[1,"x"]}}"#, "the answer is a string"),
            (
                #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"histogram":[1,{}]}]}}"#,
                "no number that can be read"
            ),
            (
                #"{"status":"success","data":{"resultType":"scalar","result":[1,"2"]},"warnings":["remote read failed"]}"#,
                "may lack data: remote read failed"
            ),
            (#"{"status":"success"}"#, "success"), ("<html>", "not Prometheus'"), ("", "not Prometheus'"),
            (#"{"status":"success","data":{"resultType":"scalar","result":["1",2]}}"#, "not Prometheus'"),
        ]
    )
    func unusable(body: String, words: String) async throws {
        let failure = try #require(await failure(.body(body)))
        #expect(failure.description.contains(words), "\(failure)")
        #expect(failure.cause == .unusable || body == #"{"status":"success"}"#)
    }

    @Test(
        "an error of the server is told in its words, and by its kind",
        arguments: [
            (
                400, #"{"status":"error","errorType":"bad_data","error":"parse\nerror"}"#, QueryFailure.Cause.query,
                "parse error"
            ),
            (422, #"{"status":"error","error":"many-to-many matching"}"#, .query, "many-to-many"),
            (503, #"{"status":"error","error":"query timed out"}"#, .query, "query timed out"),
            (503, "no healthy upstream", .refused, "503"), (401, "", .refused, "401"), (403, "", .refused, "403"),
            (404, "", .refused, "404"), (500, "", .refused, "500"),
        ]
    )
    func errors(status: Int, body: String, cause: QueryFailure.Cause, words: String) async throws {
        let failure = try #require(await failure(.body(body, status: status)))
        #expect(failure.cause == cause && failure.description.contains(words), "\(failure)")
        #expect(!failure.description.contains("\n"))
    }

    @Test("a server that is silent, floods, redirects or is not there is none, each in bounded time")
    func bad() async throws {
        #expect(await failure(.silence, timeout: .milliseconds(100))?.cause == .timeout)
        #expect(await failure(.flood)?.cause == .oversized)
        #expect(await failure(.elsewhere)?.description == "the server answered 302")
        let port = try await LoopbackPort.free()
        let error = await #expect(throws: QueryFailure.self) { try await ask(.sample("http://127.0.0.1:\(port)")) }
        #expect(
            error?.cause == .unreachable && error?.description.contains("refused") == true,
            "\(String(describing: error))"
        )
    }

    @Test("it asks with the whole expression, its own time and the age of samples, below the path that the URL has")
    func question() async throws {
        let server = FakePrometheus(.value("1"))
        let expression = #"sum(rate(x{a=~"b|ü +&?#%"}[1m])) / 2"#
        _ = try await server.run { url in try await ask(.sample(url + "/tenant", expression)) }
        let question = try #require(server.questions.first)
        #expect(question.path == "/tenant/api/v1/query" && question.query == expression)
        #expect(question.parameters["timeout"] == "10000ms" && question.parameters["lookback_delta"] == "120000ms")
        #expect(question.authorization == nil)
    }

    @Test(
        "it shows a token, or a name with a password, from files that are read each time; a file that is missing is told"
    )
    func access() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cms-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("secret")
        let server = FakePrometheus(.value("1"))
        try await server.run { url in
            for secret in ["first", "second"] {
                try Data("\(secret)\nmore\n".utf8).write(to: file)
                _ = try await ask(.sample(url, access: .init(bearerTokenFile: file.path)))
            }
            _ = try await ask(.sample(url, access: .init(username: "cms", passwordFile: file.path)))
            let missing = PrometheusQuery.Access(bearerTokenFile: file.path + "x")
            let failure = await #expect(throws: QueryFailure.self) { try await ask(.sample(url, access: missing)) }
            #expect(failure?.cause == .access && failure?.description.contains(file.path) == true)
            try Data("\u{1}".utf8).write(to: file)
            let bad = PrometheusQuery.Access(bearerTokenFile: file.path)
            let unreadable = await #expect(throws: QueryFailure.self) { try await ask(.sample(url, access: bad)) }
            #expect(unreadable?.cause == .access)
        }
        let basic = "Basic " + Data("cms:second".utf8).base64EncodedString()
        #expect(server.questions.map(\.authorization) == ["Bearer first", "Bearer second", basic])
    }

    @Test("over HTTPS the server's certificate must come from the authority in the file")
    func tls() async throws {
        let authority = try TestAuthority()
        let identity = try RotatingIdentity(authority.server())
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cms-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func file(_ name: String, _ authority: TestAuthority) throws -> String {
            let path = folder.appendingPathComponent(name)
            try Data(authority.authority.certificate.serializeAsPEM().pemString.utf8).write(to: path)
            return path.path
        }
        let (right, wrong) = (try file("right", authority), try file("wrong", TestAuthority()))
        let server = FakePrometheus(.value("7"))
        let settings = try TLSConfiguration.cmsServer(identity: identity, asksForClientCertificate: false)
        try await server.run(tls: settings) { url in
            let answer = try await ask(.sample(url, access: .init(authorityFile: right)))
            #expect(answer.value == 7)
            for access in [PrometheusQuery.Access(authorityFile: wrong), PrometheusQuery.Access()] {
                let failure = await #expect(throws: QueryFailure.self) { try await ask(.sample(url, access: access)) }
                #expect(failure?.cause == .unreachable, "\(String(describing: failure))")
            }
        }
        #expect(server.questions.count == 1)
    }
}
