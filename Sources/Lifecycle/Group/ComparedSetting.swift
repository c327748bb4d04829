/// A setting by its key, as a reload compares it.
package struct ComparedSetting<Settings: Sendable>: Sendable {
    /// The key, as it stands in the file.
    package let key: String
    /// Whether it is the same in both.
    package let isSame: @Sendable (Settings, Settings) -> Bool
    /// Gives the first the value of the second.
    package let keep: @Sendable (inout Settings, Settings) -> Void

    /// The setting `key`, which stands at `path`.
    package init<Value: Equatable & SendableMetatype>(
        _ key: String,
        _ path: any WritableKeyPath<Settings, Value> & Sendable
    ) {
        self.key = key
        isSame = { $0[keyPath: path] == $1[keyPath: path] }
        keep = { $0[keyPath: path] = $1[keyPath: path] }
    }

    /// The keys of those that differ, each once.
    package static func differences(
        of settings: [ComparedSetting],
        from old: Settings,
        to new: Settings
    ) -> [String] {
        settings.reduce(into: []) { keys, setting in
            if !setting.isSame(old, new), !keys.contains(setting.key) { keys.append(setting.key) }
        }
    }
}
