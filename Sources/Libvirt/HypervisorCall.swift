/// What a caller wants to know of the calls that it makes to a hypervisor.
public enum HypervisorCall {
    /// Called when a call that changes something is given to the hypervisor, after any wait behind other calls.
    ///
    /// Whoever gives a domain a time to start counts it from then.
    @TaskLocal public static var onBegin: (@Sendable () -> Void)?
}
