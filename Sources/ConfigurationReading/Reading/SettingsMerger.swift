import Configuration
import ConfigurationValues

/// Lays flags and environment variables over the file's settings.
struct SettingsMerger {
    private let flags: [ConfigurationKey: String]
    private let environment: [String: String]
    /// What was found wrong.
    var problems: ProblemList

    /// A merger.
    init(flags: [ConfigurationKey: String], environment: [String: String], problems: ProblemList) {
        self.flags = flags
        self.environment = environment
        self.problems = problems
    }

    /// The file's settings with flags and variables over them, each at its own place, short names resolved.
    ///
    /// - Parameter hasGroups: Whether the file has several groups, so that one group's settings cannot be given here.
    mutating func merge(_ file: Settings, hasGroups: Bool) -> Settings {
        var settings = file
        var texts: [ConfigurationKey: String] = [:]
        for key in ConfigurationKey.allCases where !(hasGroups && key.isOfGroup) {
            resolveShortcut(key, in: &settings)
            texts[key] = settings.setting(at: key.path)?.text
        }
        let reader = ConfigReader(providers: [
            InMemoryProvider(name: "flags", values: Self.values(flags)),
            EnvironmentVariablesProvider(environmentVariables: environment),
            InMemoryProvider(name: "file", values: Self.values(texts)),
        ])
        for key in ConfigurationKey.allCases {
            guard let source = source(of: key) else { continue }
            let text = reader.string(forKey: ConfigKey(["cms", key.rawValue])) ?? ""
            if hasGroups, key.isOfGroup {
                guard !text.isEmpty else { continue }
                problems.add(
                    key.path.joined(separator: "."),
                    source,
                    "it is one group's, and the file has several; leave it away and give "
                        + "\(key.path.joined(separator: ".")) under \(ConfigurationSchema.groupsKey).NAME in the file"
                )
            } else {
                put(text, of: key, source, in: &settings)
            }
        }
        return settings
    }

    /// The flag or the variable that gives `key`; `nil` when neither does.
    private func source(of key: ConfigurationKey) -> SettingSource? {
        if flags[key] != nil { return .flag(key.rawValue) }
        if environment[key.environmentName] != nil { return .environment(key.environmentName) }
        return nil
    }

    private static func values(_ texts: [ConfigurationKey: String]) -> [AbsoluteConfigKey: ConfigValue] {
        Dictionary(
            uniqueKeysWithValues: texts.map { key, text in
                (AbsoluteConfigKey(["cms", key.rawValue]), ConfigValue(.string(text), isSecret: false))
            }
        )
    }

    /// Moves what the file gives under a short name to its place.
    private mutating func resolveShortcut(_ key: ConfigurationKey, in settings: inout Settings) {
        guard key.path != [key.rawValue], ConfigurationSchema.shortcuts.contains(where: { $0.name == key.rawValue }),
            let short = settings[key.rawValue]
        else { return }
        settings[key.rawValue] = nil
        let place = key.path.joined(separator: ".")
        guard settings.setting(at: key.path) == nil else {
            problems.add(key.rawValue, short.source, "it is short for \(place), which is given too; keep one of them")
            return
        }
        if !settings.set(short, at: key.path) { problems.add(key.rawValue, short.source, Self.noThreshold) }
    }

    private static let noThreshold =
        "policy.rules has no threshold rule that it could change; add one, or leave it away"

    private mutating func put(
        _ text: String,
        of key: ConfigurationKey,
        _ source: SettingSource,
        in settings: inout Settings
    ) {
        // An empty value takes away what the file says.
        guard !text.isEmpty else {
            settings.set(nil, at: key.path)
            return
        }
        guard let definition = key.definition else { return }
        do {
            let setting = Setting(value: try definition.parse(text), source: source, text: text)
            if !settings.set(setting, at: key.path) {
                problems.add(key.path.joined(separator: "."), source, Self.noThreshold)
            }
        } catch {
            problems.add(key.path.joined(separator: "."), source, error.reason)
        }
    }
}
