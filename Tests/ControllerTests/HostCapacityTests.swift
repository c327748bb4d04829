import Testing

@testable import Lifecycle
@testable import Orchestration

@Suite("Room on the host")
struct HostCapacityTests {
    let gibibyte = UInt64(1) << 30
    var need: HostRoom.Need { HostRoom.Need(memory: gibibyte, vCPUs: 1) }
    let leaving = HostReserve(memory: .bytes(1 << 30), vCPUOvercommit: 2)

    func capacity(available: UInt64? = 4, vCPUs: Int = 0, active: Set<String> = []) -> HostCapacity {
        let capacity = HostCapacity()
        capacity.update(usage(available: available, vCPUs: vCPUs, active: active))
        return capacity
    }

    func usage(available: UInt64?, vCPUs: Int = 0, active: Set<String> = []) -> HostCapacity.Usage {
        HostCapacity.Usage(
            cpuCount: 4,
            memoryTotal: 8 * gibibyte,
            memoryAvailable: available.map { $0 * gibibyte },
            activeVCPUs: vCPUs,
            active: active
        )
    }

    @Test("the memory that is to stay free does not count")
    func memory() {
        #expect(capacity().room(for: need, leaving: leaving) == 3)
        #expect(capacity(available: 1).room(for: need, leaving: leaving) == 0)
        #expect(capacity(available: 0).room(for: need, leaving: leaving) == 0)
    }

    @Test("vCPUs are bounded by what the host may be overcommitted")
    func vCPUs() {
        #expect(capacity(vCPUs: 6).room(for: need, leaving: leaving) == 2)
        #expect(capacity(vCPUs: 9).room(for: need, leaving: leaving) == 0)
    }

    @Test("what one takes the next one does not find, until the first runs and shows in the host's own figures")
    func reserved() {
        let capacity = capacity(available: 2)
        #expect(capacity.reserve("a", need, leaving: leaving) == nil)
        #expect(capacity.room(for: need, leaving: leaving) == 0)
        #expect(capacity.reserve("b", need, leaving: leaving) != nil)
        #expect(capacity.reserve("a", need, leaving: leaving) == nil, "the same one again takes nothing more")
        capacity.update(usage(available: 3, vCPUs: 1, active: ["a"]))
        #expect(capacity.room(for: need, leaving: leaving) == 2)
    }

    @Test("a start that failed gives back what it took")
    func failed() {
        let capacity = capacity(available: 2)
        #expect(capacity.reserve("a", need, leaving: leaving) == nil)
        capacity.settle("a", started: false)
        #expect(capacity.reserve("b", need, leaving: leaving) == nil)
    }

    @Test("what nobody knows is no limit, and no limit is made up")
    func unknown() {
        #expect(HostCapacity().room(for: need, leaving: leaving) == nil)
        #expect(HostCapacity().reserve("a", need, leaving: leaving) == nil)
        #expect(capacity(available: nil).room(for: need, leaving: leaving) == 8, "vCPUs alone")
    }

    @Test("what is missing is said with what is needed, what is free, what is kept and what others were promised")
    func said() {
        let capacity = capacity(available: 2)
        #expect(capacity.reserve("a", need, leaving: leaving) == nil)
        #expect(
            capacity.reserve("b", need, leaving: leaving)?.description
                == "needs 1 GiB of memory; the host has 2 GiB available and keeps 1 GiB free (memory-reserve); "
                + "1 GiB are promised to domains that start"
        )
        let full = self.capacity(vCPUs: 7)
        #expect(
            full.reserve("b", HostRoom.Need(memory: 1, vCPUs: 2), leaving: leaving)?.description
                == "needs 2 vCPUs; 7 of the 8 that the host may give (vcpu-overcommit) are in use"
        )
    }
}

extension HostCapacity {
    /// How many domains that need `need` each could be started; `nil` before the host was seen.
    fileprivate func room(for need: HostRoom.Need, leaving reserve: HostReserve) -> Int? {
        room(leaving: reserve)?.count(of: need)
    }
}
