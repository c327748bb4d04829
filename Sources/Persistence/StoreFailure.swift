/// Why a store refuses a change that it could write.
package enum StoreFailure: Error, Sendable, Equatable {
    /// The group was taken over: its ownership key is another one than when this controller began to act.
    case lostOwnership(group: String)
    /// The endpoint set is older than the one that is stored.
    case revisionWentBack(group: String, given: UInt64, stored: UInt64)
    /// The change does not fit into one transaction, and half of it may not be written.
    case tooLarge(bytes: Int, limit: Int)
    /// The change concerns another group than the one that is written for.
    case otherGroup(String, expected: String)
    /// The state was written by a later version.
    case laterVersion(found: Int, known: Int)
    /// What is stored cannot be read.
    case unreadable(key: String, reason: String)
    /// There is no store at that place.
    case missing(String)
    /// The store was only partly filled by a copy or a restore that did not end.
    case incomplete
    /// The store is not empty, and nothing there may be replaced.
    case notEmpty(String)
    /// Others write at the same time, again and again.
    case contended(attempts: Int)
    /// Controllers are running on it.
    case inUse(by: [String])
    /// What was copied is not what is there now.
    case copyDiffers(String)
}

extension StoreFailure: CustomStringConvertible {
    /// One sentence with the remedy.
    package var description: String {
        switch self {
        case .lostOwnership(let group):
            "the group \(group) belongs to another controller by now; this one stops acting for it"
        case .revisionWentBack(let group, let given, let stored):
            "the endpoint set of \(group) has revision \(given), and \(stored) was told already: a set never goes back; "
                + "read the stored one and go on from there"
        case .tooLarge(let bytes, let limit):
            "the change takes \(bytes) bytes, and the store takes at most \(limit) at once; have fewer instances change "
                + "together, for example with smaller groups"
        case .otherGroup(let name, let expected):
            "the change concerns the group \(name), and what is written is \(expected)'s; this is a fault of the program, "
                + "please report it"
        case .laterVersion(let found, let known):
            "the store was written by a later version (format \(found), this one knows up to \(known)); run that version"
        case .unreadable(let key, let reason):
            "what is stored under \(key) cannot be read: \(reason); restore the store from a backup"
        case .missing(let place): "there is no store at \(place); name another place"
        case .incomplete:
            "the store was filled only in part by a copy that did not end; copy once more, with --force"
        case .notEmpty(let place):
            "\(place) is not empty; give --force to replace all that is there, or name another place"
        case .contended(let attempts):
            "others wrote at the same time in each of \(attempts) attempts; try again"
        case .inUse(let names):
            "in use by \(names.joined(separator: ", ")); stop every controller first (one that was killed counts until its "
                + "lease ends)"
        case .copyDiffers(let what):
            "the copy is not what was copied (\(what)); something else writes there: stop it, and copy once more"
        }
    }
}
