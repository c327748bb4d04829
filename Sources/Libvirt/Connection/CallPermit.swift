/// Whether calls that change something at a hypervisor may begin, for all that a task and its children do.
///
/// A controller that owns a group for a time only runs all of that group's work with a permit. It is asked on the thread
/// that makes the call, right before libvirt is called: however long the call waited for its turn, none is begun by a
/// controller that may not any more. Calls that only read are not asked for.
package struct CallPermit: Sendable {
    /// The permit of the present task; `nil`: everything may be done.
    @TaskLocal package static var current: CallPermit?
    private let isGranted: @Sendable () -> Bool

    /// A permit.
    ///
    /// - Parameter isGranted: Whether a call may begin now; called often, from any thread, so it has to be quick.
    package init(isGranted: @escaping @Sendable () -> Bool) {
        self.isGranted = isGranted
    }

    /// Throws ``LibvirtError/Code/notPermitted`` when no call may begin now.
    static func check(_ operation: @autoclosure () -> String) throws(LibvirtError) {
        guard let current, !current.isGranted() else { return }
        throw LibvirtError(
            code: .notPermitted,
            message: "this controller does not own the group any more, or cannot be sure of it",
            operation: operation()
        )
    }
}
