import Lifecycle

/// Reads settings as values of their types; what nobody gave is as its description says.
package struct SettingsReader {
    private let settings: Settings
    private let keys: [KeyDescription]

    /// A reader of the settings that `keys` describe.
    init(_ settings: Settings, _ keys: [KeyDescription]) {
        self.settings = settings
        self.keys = keys
    }

    /// Whether somebody gave the setting.
    func isGiven(_ name: String) -> Bool {
        settings[name] != nil
    }

    /// A whole number; `nil` for `none`, or when it has neither a value nor a default.
    func integer(_ name: String) throws -> Int? {
        try value(name) { if case .integer(let value) = $0 { value } else { nil } }
    }

    /// A number; `nil` for `none`.
    func number(_ name: String) throws -> Double? {
        try value(name) { if case .number(let value) = $0 { value } else { nil } }
    }

    /// A time; `nil` when it has neither a value nor a default.
    func duration(_ name: String) throws -> Duration? {
        try value(name) { if case .duration(let value) = $0 { value } else { nil } }
    }

    /// A text; `nil` when it has neither a value nor a default.
    package func text(_ name: String) throws -> String? {
        try value(name) { if case .text(let value) = $0 { value } else { nil } }
    }

    /// Whether it is on.
    func flag(_ name: String) throws -> Bool? {
        try value(name) { if case .flag(let value) = $0 { value } else { nil } }
    }

    /// An amount of memory.
    func bytes(_ name: String) throws -> Int64? {
        try value(name) { if case .bytes(let value) = $0 { value } else { nil } }
    }

    /// An amount of memory, or a part of the host's.
    func memory(_ name: String) throws -> HostReserve.Memory? {
        try value(name) {
            switch $0 {
            case .bytes(let bytes): .bytes(bytes)
            case .percent(let percent): .percent(percent)
            default: nil
            }
        }
    }

    /// A number, the seconds of a time, or percent.
    func amount(_ name: String) throws -> Double? {
        try value(name) {
            switch $0 {
            case .number(let number), .percent(let number): number
            case .duration(let duration): duration / .seconds(1)
            default: nil
            }
        }
    }

    /// The texts of a list; empty without one.
    func texts(_ name: String) -> [String] {
        (settings.list(name) ?? []).map(\.text)
    }

    /// Names with values; empty when nobody gave any.
    func labels(_ name: String) -> [String: String] {
        settings.mapping(name).values.compactMapValues { setting in
            if case .text(let text) = setting.value { text } else { nil }
        }
    }

    /// The elements of a list of mappings; `nil` without one.
    package func list(_ name: String) throws -> [SettingsReader]? {
        let keys = try description(name).kind.keys
        return settings.list(name)?.compactMap { element in
            if case .mapping(let settings) = element.value { SettingsReader(settings, keys) } else { nil }
        }
    }

    /// A mapping; one of defaults when nobody gave it.
    func mapping(_ name: String) throws -> SettingsReader {
        SettingsReader(settings.mapping(name), try description(name).kind.keys)
    }

    /// A mapping; `nil` when nobody gave it.
    func mappingIfGiven(_ name: String) throws -> SettingsReader? {
        settings[name] == nil ? nil : try mapping(name)
    }

    /// A value that has a default, or was checked to be there.
    func required<Value>(_ name: String, _ read: (String) throws -> Value?) throws -> Value {
        guard let value = try read(name) else { throw mismatch(name) }
        return value
    }

    private func value<Value>(_ name: String, _ read: (Setting.Value) -> Value?) throws -> Value? {
        let description = try description(name)
        let value: Setting.Value
        if let given = settings[name]?.value {
            value = given
        } else if let standard = description.standard {
            do {
                value = try description.parse(standard)
            } catch {
                throw ConfigurationError(key: name, reason: error.reason)
            }
        } else {
            return nil
        }
        if case .none = value { return nil }
        guard let result = read(value) else { throw mismatch(name) }
        return result
    }

    private func description(_ name: String) throws -> KeyDescription {
        guard let description = keys.first(where: { $0.name == name }) else { throw mismatch(name) }
        return description
    }

    private func mismatch(_ name: String) -> ConfigurationError {
        ConfigurationError(key: name, reason: "it is read in another way than it is described; please report this")
    }
}
