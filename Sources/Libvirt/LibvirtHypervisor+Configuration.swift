import BlockingCalls

extension LibvirtHypervisor {
    /// Times and numbers of one connection.
    package struct Configuration: Sendable {
        /// How long opening may take.
        ///
        /// The default is 10 s.
        package var connectTimeout: Duration = .seconds(10)
        /// How long a read may take before the connection is given up.
        ///
        /// The default is 30 s: libvirtd answers no bulk query while it holds the lock of a domain that it is starting, and
        /// a start can take 9 s. A libvirtd that hangs as a whole is noticed sooner, by keep-alive.
        package var queryTimeout: Duration = .seconds(30)
        /// How long a change may take before the connection is given up.
        ///
        /// The default is 60 s, as starting and stopping a domain can take many seconds on a busy host.
        package var operationTimeout: Duration = .seconds(60)
        /// How long writing a guest's memory to disk, or reading it back, may take before the connection is given up.
        ///
        /// The default is 600 s: 60 GiB at 100 MiB a second.
        package var saveTimeout: Duration = .seconds(600)
        /// Changes that run at the same time.
        ///
        /// The default is 4.
        package var concurrentOperations = 4
        /// Seconds of silence before libvirt asks whether the other end lives.
        ///
        /// The default is 5.
        package var keepAliveInterval = 5
        /// Questions without an answer before the connection counts as broken.
        ///
        /// The default is 3.
        package var keepAliveCount = 3
        /// The first wait before a reconnect.
        ///
        /// The default is 0.2 s.
        package var minimumBackoff: Duration = .milliseconds(200)
        /// The longest wait before a reconnect.
        ///
        /// The default is 10 s.
        package var maximumBackoff: Duration = .seconds(10)

        /// The defaults.
        package init() {}

        func timeout(of lane: BlockingWorkers.Lane) -> Duration {
            switch lane {
            case .query, .statistics, .guest: queryTimeout
            case .operation: operationTimeout
            case .save: saveTimeout
            }
        }
    }
}
