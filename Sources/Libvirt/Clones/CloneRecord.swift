/// What belongs to a domain that we made, and how far its making or removal has come.
///
/// It stands in the domain's own definition before any of the things it names is made, and until the last of them is
/// gone. So whatever a crash leaves behind can be found from there and removed.
package struct CloneRecord: Hashable, Sendable {
    /// The domain's UUID. A copy of the domain made by somebody else carries the record too, and owns nothing.
    package var uuid: String
    /// The template's name, or the path of its image.
    package var template: String
    /// How far it has come.
    package var state: State
    /// Its disks.
    package var volumes: [VolumeReference]
    /// Its static lease.
    package var reservation: Reservation?

    /// How far a clone has come.
    package enum State: String, Hashable, Sendable {
        /// Not all of it may be there: never start it, remove it.
        case making
        /// All is there.
        case ready
        /// Not all of it may be there any more: never start it, remove it.
        case removing
    }

    /// A static lease and the network it is in.
    package struct Reservation: Hashable, Sendable {
        /// The network's name.
        package var network: String
        /// The lease.
        package var lease: DHCPReservation

        /// Memberwise.
        package init(network: String, lease: DHCPReservation) {
            self.network = network
            self.lease = lease
        }
    }

    /// Memberwise.
    package init(
        uuid: String,
        template: String,
        state: State,
        volumes: [VolumeReference] = [],
        reservation: Reservation? = nil
    ) {
        self.uuid = uuid
        self.template = template
        self.state = state
        self.volumes = volumes
        self.reservation = reservation
    }

    /// The name of a clone's volume: readable, and with the UUID that says whose it is.
    package static func volumeName(clone: String, uuid: String, target: String) -> String {
        let readable = clone.unicodeScalars.filter { scalar in
            scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil || scalar == "-")
        }
        return "\(String(String.UnicodeScalarView(readable.prefix(64))))-\(uuid)-\(target).qcow2"
    }

    /// The volumes that may be deleted with the domain: those whose name says that they are its own.
    var ownVolumes: [VolumeReference] {
        volumes.filter { $0.name.contains(uuid) }
    }
}

extension CloneRecord {
    init(_ element: XMLTree) throws(LibvirtError) {
        func malformed(_ reason: String) -> LibvirtError {
            LibvirtError(code: .xmlError, message: reason, operation: "read the metadata of a clone")
        }
        guard let uuid = element.attributes["uuid"].flatMap(canonicalUUID) else { throw malformed("it has no UUID") }
        guard let state = element.attributes["state"].flatMap(State.init) else { throw malformed("it has no state") }
        self.init(uuid: uuid, template: element.attributes["of"] ?? "", state: state)
        for volume in element.elements("volume") {
            guard let pool = volume.attributes["pool"], let name = volume.attributes["name"] else {
                throw malformed("a volume has no pool or no name")
            }
            volumes.append(VolumeReference(pool: pool, name: name))
        }
        if let lease = element.child("reservation") {
            guard let network = lease.attributes["network"], let address = lease.attributes["address"] else {
                throw malformed("a reservation has no network or no address")
            }
            reservation = Reservation(
                network: network,
                lease: DHCPReservation(
                    mac: lease.attributes["mac"],
                    name: lease.attributes["name"],
                    address: address
                )
            )
        }
    }

    var element: XMLTree {
        let element = XMLTree("clone", ["uuid": uuid, "of": template, "state": state.rawValue])
        for volume in volumes { element.append(XMLTree("volume", ["pool": volume.pool, "name": volume.name])) }
        if let reservation {
            let lease = element.append(XMLTree("reservation", ["network": reservation.network]))
            lease.attributes["address"] = reservation.lease.address
            lease.attributes["mac"] = reservation.lease.mac
            lease.attributes["name"] = reservation.lease.name
        }
        return element
    }
}
