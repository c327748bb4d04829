/// Which controllers live and which groups they own, as the store had it at one revision.
package struct ClusterView: Sendable, Equatable {
    /// A controller that keeps a lease.
    package struct Member: Sendable, Equatable {
        /// Tells one run of the controller from another.
        package var run: String
        /// The lease that its key ends with.
        package var lease: Int64
        /// Where agents and clients reach it; empty when it does not say.
        package var addresses: [String]

        /// A member.
        package init(run: String, lease: Int64, addresses: [String] = []) {
            self.run = run
            self.lease = lease
            self.addresses = addresses
        }
    }

    /// Who owns a group.
    package struct Owner: Sendable, Equatable {
        /// The controller's name.
        package var controller: String
        /// The lease that the ownership ends with.
        package var lease: Int64
        /// The revision at which the ownership key was created.
        package var createRevision: Int64

        /// An owner.
        package init(controller: String, lease: Int64, createRevision: Int64) {
            self.controller = controller
            self.lease = lease
            self.createRevision = createRevision
        }
    }

    /// The store's revision: a view of a smaller one is older.
    package var revision: Int64
    /// The live controllers by name.
    package var members: [String: Member]
    /// The owners by group.
    package var owners: [String: Owner]

    /// A view.
    package init(revision: Int64 = 0, members: [String: Member] = [:], owners: [String: Owner] = [:]) {
        self.revision = revision
        self.members = members
        self.owners = owners
    }
}
