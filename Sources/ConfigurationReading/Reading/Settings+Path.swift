extension Settings {
    /// The setting at `path`. In a list the first element that has the next key is meant.
    package func setting(at path: some Collection<String>) -> Setting? {
        guard let name = path.first, let setting = self[name] else { return nil }
        let rest = path.dropFirst()
        guard let next = rest.first else { return setting }
        switch setting.value {
        case .mapping(let settings):
            return settings.setting(at: rest)
        case .list(let list):
            for case .mapping(let settings) in list.map(\.value) where settings[next] != nil {
                return settings.setting(at: rest)
            }
            return nil
        default:
            return nil
        }
    }

    /// Puts a setting at `path`, `nil` to take it away; mappings on the way are made where there are none.
    ///
    /// - Parameter list: The keys that hold lists: one is made with one element.
    /// - Returns: Whether there is such a place: a list that is there already must have an element with the next key.
    @discardableResult
    package mutating func set(_ setting: Setting?, at path: some Collection<String>, lists: Set<String> = ["rules"])
        -> Bool
    {
        guard let name = path.first else { return false }
        let rest = path.dropFirst()
        guard let next = rest.first else {
            self[name] = setting
            return true
        }
        let source = self[name]?.source ?? setting?.source ?? .standard
        if case .list(var list) = self[name]?.value {
            for (index, element) in list.enumerated() {
                guard case .mapping(var settings) = element.value, settings[next] != nil else { continue }
                let isSet = settings.set(setting, at: rest, lists: lists)
                list[index].value = .mapping(settings)
                self[name]?.value = .list(list)
                return isSet
            }
            return setting == nil
        }
        guard setting != nil || self[name] != nil else { return true }
        var settings = mapping(name)
        let isSet = settings.set(setting, at: rest, lists: lists)
        let value = Setting.Value.mapping(settings)
        self[name] = Setting(
            value: lists.contains(name) ? .list([Setting(value: value, source: source)]) : value,
            source: source
        )
        return isSet
    }

    /// Where the setting with the key path `policy.rules[0].target.percent` was given, or else what it stands in.
    package func source(of keyPath: String) -> SettingSource? {
        var found: SettingSource?
        var settings: Settings? = self
        for part in keyPath.split(separator: ".") {
            let pieces = part.split(whereSeparator: { "[]".contains($0) })
            guard let name = pieces.first, let setting = settings?[String(name)] else { break }
            found = setting.source
            settings = nil
            if case .mapping(let inner) = setting.value { settings = inner }
            if case .list(let list) = setting.value, pieces.count > 1, let index = Int(pieces[1]),
                list.indices.contains(index)
            {
                found = list[index].source
                if case .mapping(let inner) = list[index].value { settings = inner }
            }
        }
        return found
    }
}
