extension LifecycleEvent {
    /// Translates libvirt's numbers (`virDomainEventType` and its `…DetailType`).
    init(uuid: String, name: String, number: Int, detail: Int) {
        let (kind, details): (Kind, [String]) =
            switch number {
            case 0: (.defined, ["added", "updated", "renamed", "from snapshot"])
            case 1: (.undefined, ["removed", "renamed"])
            case 2: (.started, ["booted", "migrated", "restored", "from snapshot", "woken"])
            case 3:
                (
                    .suspended,
                    [
                        "paused", "migrated", "I/O error", "watchdog", "restored", "from snapshot", "API error",
                        "post-copy", "post-copy failed",
                    ]
                )
            case 4: (.resumed, ["unpaused", "migrated", "from snapshot", "post-copy", "post-copy failed"])
            case 5: (.stopped, ["shutdown", "destroyed", "crashed", "migrated", "saved", "failed", "from snapshot"])
            case 6: (.shutdown, ["finished", "guest", "host"])
            case 7: (.powerManagementSuspended, ["memory", "disk"])
            case 8: (.crashed, ["panicked", "crash loaded"])
            default: (.unknown(number), [])
            }
        self.init(
            uuid: uuid,
            name: name,
            kind: kind,
            detail: details.indices.contains(detail) ? details[detail] : String(detail)
        )
    }
}
