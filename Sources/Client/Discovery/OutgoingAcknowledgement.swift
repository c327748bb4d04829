import Wire

/// An acknowledgement, and the controller whose watch it belongs to.
struct OutgoingAcknowledgement: Sendable, Equatable {
    var message: EndpointAcknowledgement
    var controller: HostPort
}
