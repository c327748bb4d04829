import TestSupport
import Testing

/// All that runs on real members: one test after the other, since their times are looked at and the cores are few.
@Suite("etcd", .serialized, .enabled(if: EtcdCluster.isInstalled))
enum EtcdTests {}
