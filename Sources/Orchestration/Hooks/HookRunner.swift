import AsyncHTTPClient
import Foundation
import Lifecycle
import NIOCore
import NIOHTTP1
import Shared
import Subprocess
import SystemPackage
import Wire

/// Runs what the operator wants to happen at a point of an instance's life.
package protocol HookRunner: Sendable {
    /// Runs a hook to its end; throws when it fails or takes too long.
    func run(_ hook: HookConfiguration.Hook, _ call: HookCall) async throws
}

/// What a hook is told.
package struct HookCall: Sendable, Hashable, Codable {
    /// The point of the instance's life.
    package var hook: HookPoint
    /// The group.
    package var group: String
    /// The domain's name.
    package var instance: String
    /// The domain's UUID.
    package var uuid: String
    /// The instance's endpoint, when it has one.
    var url: String?
    /// When it was called.
    package var at: Date
}

/// Runs programs, without a shell, and sends web hooks.
package struct SystemHookRunner: HookRunner {
    /// Why a hook failed.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String

        package init(description: String) {
            self.description = description
        }
    }

    /// The most bytes that a program may write to its standard error.
    private static let wordsLimit = 1 << 20
    /// The most characters of them that go into an event.
    private static let eventWords = 400
    package let client: HTTPClient

    package init(client: HTTPClient) {
        self.client = client
    }

    package func run(_ hook: HookConfiguration.Hook, _ call: HookCall) async throws {
        switch hook.action {
        case .command(let arguments): try await Self.execute(arguments, call, timeout: hook.timeout)
        case .webhook(let url): try await post(url, call, timeout: hook.timeout)
        }
    }

    private func post(_ url: String, _ call: HookCall, timeout: Duration) async throws {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        request.headers.add(name: "user-agent", value: "cms-controller/\(CMSVersion.current)")
        request.body = .bytes(ByteBuffer(bytes: try WireCoding.encoder().encode(call)))
        let ready = request
        do {
            try await withDeadline(timeout) {
                let response = try await client.execute(ready, timeout: TimeAmount(timeout))
                guard (200...299).contains(response.status.code) else {
                    throw Failure(description: "\(url) answered \(response.status.code)")
                }
            }
        } catch {
            throw NetworkFailure(error).map { Failure(description: "\(url): \($0)") } ?? error
        }
    }

    private static func execute(_ arguments: [String], _ call: HookCall, timeout: Duration) async throws {
        guard let path = arguments.first else { throw Failure(description: "no program is named") }
        var environment: [Environment.Key: String] = [
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "CMS_HOOK": call.hook.rawValue, "CMS_GROUP": call.group, "CMS_INSTANCE": call.instance,
            "CMS_INSTANCE_UUID": call.uuid,
        ]
        environment["CMS_INSTANCE_URL"] = call.url
        // A process group of its own, all of which ends when the time is over.
        var platform = PlatformOptions()
        platform.processGroupID = 0
        platform.teardownSequence = [.send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .zero)]
        let (ready, options) = (environment, platform)
        let result: ExecutionResult<Void, DiscardedOutput, StringOutput<UTF8>>
        do {
            result = try await withDeadline(timeout) {
                try await Subprocess.run(
                    .path(FilePath(path)),
                    arguments: Arguments(Array(arguments.dropFirst())),
                    environment: .custom(ready),
                    platformOptions: options,
                    output: .discarded,
                    error: .string(limit: wordsLimit)
                )
            }
        } catch let error as DeadlineExceeded {
            throw Failure(description: "'\(path)' did not end within \(error.limit)")
        } catch let error as SubprocessError {
            throw Failure(description: "'\(path)': \(ErrorText.of(error))")
        }
        guard !result.terminationStatus.isSuccess else { return }
        let words = result.standardError.split(whereSeparator: \.isNewline).joined(separator: " ")
        throw Failure(
            description: "'\(path)' ended with \(result.terminationStatus)"
                + (words.isEmpty ? "" : ": \(words.suffix(eventWords))")
        )
    }
}
