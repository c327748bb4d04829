/// What proves that a controller owned a group when it began to act: the ownership key as it was created then.
///
/// A write that compares the key's create revision fails once the key was removed, even when the same controller has taken
/// the group anew.
package struct Fence: Sendable, Hashable {
    /// The group.
    package let group: String
    /// The store's revision at which the ownership key was created; above zero.
    package let createRevision: Int64

    /// A fence.
    package init(group: String, createRevision: Int64) {
        self.group = group
        self.createRevision = createRevision
    }
}
