/// What we read from a volume's XML.
struct VolumeXML {
    let name: String?
    let path: String?
    let format: String?
    let capacity: UInt64?
    let allocation: UInt64?
    let backing: VolumeBacking?

    /// - Throws: ``LibvirtError/Code/xmlError`` when it is no `<volume>`.
    init(_ text: String) throws(LibvirtError) {
        let root = try XMLTree.parse(text, root: "volume")
        name = root.child("name")?.text
        let target = root.child("target")
        path = target?.child("path")?.text
        format = target?.child("format")?.attributes["type"]
        capacity = root.child("capacity")?.bytes(defaultUnit: "bytes")
        allocation = root.child("allocation")?.bytes(defaultUnit: "bytes")
        let store = root.child("backingStore")
        backing = store?.child("path")?.text.map {
            VolumeBacking(path: $0, format: store?.child("format")?.attributes["type"] ?? "raw")
        }
    }

    /// The description of an empty qcow2 layer; without a capacity QEMU takes over that of the image below.
    static func layer(name: String, over backing: VolumeBacking, capacity: UInt64?) -> String {
        let root = XMLTree("volume")
        root.append(XMLTree("name", text: name))
        if let capacity { root.append(XMLTree("capacity", ["unit": "bytes"], text: "\(capacity)")) }
        root.append(XMLTree("allocation", text: "0"))
        let target = root.append(XMLTree("target"))
        target.append(XMLTree("format", ["type": "qcow2"]))
        // The present version of the format (QEMU 1.1 and later); libvirt's own default is the older one.
        target.append(XMLTree("compat", text: "1.1"))
        let store = root.append(XMLTree("backingStore"))
        store.append(XMLTree("path", text: backing.path))
        store.append(XMLTree("format", ["type": backing.format]))
        return root.serialized
    }
}
