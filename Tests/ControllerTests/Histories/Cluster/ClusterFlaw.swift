/// What is wrong in a history of several controllers on purpose, so that a property is seen to fail.
enum ClusterFlaw: String, CaseIterable {
    case noKeepAlive = "libvirtd keeps the connection of a silent controller"
    case permitIsFence = "a call may begin as long as a commit may"
    case permitAlways = "a call may begin as long as nobody says stop"
    case exactPermit = "a call may begin until the lease less the reach, to the nanosecond"
    case uncompared = "a commit compares nothing"
    case countsFromAnswer = "a lease counts from the answer"
    case leavesCalls = "a group is handed over with calls under way"
    case noGrace = "a new owner waits for no agent"
    case forgetsHosts = "a new owner forgets where domains are"
    case forgetsRows = "a new owner forgets what is on its way"
    case forgetsSteering = "a new owner forgets what operators asked for"
    case forgetsSet = "a new owner counts endpoint sets anew"
    case noMaximum = "nothing keeps to the maximum"
    case keepsLeases = "the store ends no lease"
    case keepsSurplus = "nothing is scaled in"
    case endsLeaseEarly = "a controller that is started anew ends its former lease at once"
}
