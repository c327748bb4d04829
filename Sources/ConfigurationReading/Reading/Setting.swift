/// Where a setting comes from.
package enum SettingSource: Sendable, Equatable {
    /// Nobody gave it.
    case standard
    /// A line of the file.
    case file(path: String, line: Int)
    /// An environment variable.
    case environment(String)
    /// A flag.
    case flag(String)

    /// As errors name it.
    package var text: String {
        switch self {
        case .standard: ""
        case .file(let path, let line): line > 0 ? "\(path), line \(line)" : path
        case .environment(let name): name
        case .flag(let name): "--\(name)"
        }
    }

    /// The order in which errors are listed: the file's lines first.
    var order: Int {
        switch self {
        case .file(_, let line): line
        case .standard: .max - 2
        case .environment: .max - 1
        case .flag: .max
        }
    }
}

/// A setting that is of its kind and in its range.
package struct Setting: Sendable {
    /// A value.
    package indirect enum Value: Sendable {
        case none
        case text(String)
        case flag(Bool)
        case integer(Int)
        case number(Double)
        case duration(Duration)
        case bytes(Int64)
        case percent(Double)
        case list([Setting])
        case mapping(Settings)
    }

    package var value: Value
    package var source: SettingSource
    /// A single value as it was written; empty for others.
    package var text = ""
}

/// The settings of one mapping by their keys.
package struct Settings: Sendable {
    var values: [String: Setting] = [:]
    /// The keys in the order of the file.
    var order: [String] = []

    subscript(_ key: String) -> Setting? {
        get { values[key] }
        set {
            if newValue != nil, values[key] == nil { order.append(key) }
            if newValue == nil { order.removeAll { $0 == key } }
            values[key] = newValue
        }
    }

    /// The mapping at `key`; empty when there is none.
    func mapping(_ key: String) -> Settings {
        if case .mapping(let settings) = values[key]?.value { settings } else { Settings() }
    }

    /// The list at `key`; `nil` when there is none.
    package func list(_ key: String) -> [Setting]? {
        if case .list(let list) = values[key]?.value { list } else { nil }
    }
}

/// What was found wrong, in the order of the file.
package struct ProblemList: Sendable {
    private var entries: [(order: Int, problem: ConfigurationError.Problem)] = []

    /// Whether nothing was found.
    package var isEmpty: Bool { entries.isEmpty }

    /// The problems in order.
    var problems: [ConfigurationError.Problem] {
        entries.enumerated()
            .sorted { ($0.element.order, $0.offset) < ($1.element.order, $1.offset) }
            .map(\.element.problem)
    }

    mutating func add(_ key: String, _ source: SettingSource, _ reason: String) {
        entries.append((source.order, ConfigurationError.Problem(key: key, source: source.text, reason: reason)))
    }

    /// Whether something is wrong at `key` or below it.
    func concerns(_ key: String) -> Bool {
        entries.contains { entry in
            entry.problem.key == key || entry.problem.key.hasPrefix(key + ".") || entry.problem.key.hasPrefix(key + "[")
        }
    }

    /// Ends with an error when something was found.
    func check() throws {
        guard !isEmpty else { return }
        throw ConfigurationError(problems: problems)
    }
}
