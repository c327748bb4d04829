import TestSupport
import Testing

/// What runs on real members: one test after the other, since their times are looked at and the cores are few.
@Suite("etcd", .serialized, .enabled(if: EtcdCluster.isInstalled))
enum EtcdTests {}

/// What runs on members of its own, in which something fails or is refused: beside the others, one after the other.
@Suite("etcd with faults", .serialized, .enabled(if: EtcdCluster.isInstalled))
enum EtcdFailureTests {}
