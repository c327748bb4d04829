/// The disks that stand in a domain's XML.
package enum DomainDisks {
    /// Those on a network, which more than one host can reach, as `protocol:name`; none of a text that cannot be read.
    package static func onNetwork(_ xml: String) -> [String] {
        guard let devices = try? XMLTree.parse(xml).child("devices") else { return [] }
        return devices.elements("disk").compactMap { disk in
            guard disk.attributes["type"] == "network", let source = disk.child("source"),
                let name = source.attributes["name"]
            else { return nil }
            return "\(source.attributes["protocol"] ?? "network"):\(name)"
        }
    }
}
