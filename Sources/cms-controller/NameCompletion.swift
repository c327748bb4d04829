import ArgumentParser
import Foundation
import Lifecycle
import Operator

extension CompletionKind {
    /// The names of the running controller's groups.
    static var groups: CompletionKind {
        .custom { words, _, prefix in
            await NameCompletion(words).names { $0.map(\.group) }.filter { $0.hasPrefix(prefix) }
        }
    }

    /// The names of the running controller's hosts.
    static var hosts: CompletionKind {
        .custom { words, _, prefix in
            await NameCompletion(words).ask { try await $0.hosts().map(\.name) }.filter { $0.hasPrefix(prefix) }
        }
    }

    /// The names of the running controller's instances.
    static var instances: CompletionKind {
        .custom { words, _, prefix in
            await NameCompletion(words).names { $0.flatMap { $0.instances.map(\.name) } }
                .filter { $0.hasPrefix(prefix) }
        }
    }
}

/// Asks the running controller for names while somebody types; what cannot be had in a moment is no name.
private struct NameCompletion {
    private static let patience = Duration.seconds(1)
    private let words: [String]

    init(_ words: [String]) {
        self.words = words
    }

    func names(_ pick: @escaping @Sendable ([GroupStatus]) -> [String]) async -> [String] {
        await ask { pick(try await $0.groups()) }
    }

    func ask(_ question: @escaping @Sendable (OperatorClient) async throws -> [String]) async -> [String] {
        guard let client = try? OperatorOptions.parse(options).client() else { return [] }
        return await withTaskGroup(of: [String].self) { group in
            group.addTask { (try? await question(client)) ?? [] }
            group.addTask {
                try? await Task.sleep(for: Self.patience)
                return []
            }
            defer { group.cancelAll() }
            return await group.next() ?? []
        }
    }

    /// Which controller is meant, as far as it was typed.
    private var options: [String] {
        var found: [String] = []
        for (index, word) in words.enumerated() {
            for name in ["--controller", "--controllers", "--state-dir", "--identity"] {
                if word.hasPrefix(name + "=") { found.append(word) }
                if word == name, index + 1 < words.count { found += [word, words[index + 1]] }
            }
        }
        return found
    }
}
