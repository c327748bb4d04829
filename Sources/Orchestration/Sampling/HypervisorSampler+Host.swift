import Libvirt
import Logging
import Shared

extension HypervisorSampler {
    /// Looks for the networks of groups whose networks were not known at the start, since the host did not answer then,
    /// and for the images of their clones. A host without them is one that the group is not on.
    func findNetworks(
        _ known: [[GroupDiscovery.Network]],
        targets: [Target],
        _ hypervisor: any Hypervisor
    ) async -> [[GroupDiscovery.Network]] {
        var found = known.isEmpty ? targets.map(\.networks) : known
        for (index, target) in targets.enumerated() where found[index].isEmpty {
            guard let hosts = target.hosts, let all = try? await hypervisor.networks(),
                let networks = try? GroupDiscovery.networks(in: hosts, of: all)
            else { continue }
            found[index] = networks
            target.found(networks)
        }
        return found
    }

    /// Whether each target's image is in an active pool of the host; `nil` where there is none to look for, or that could
    /// not be found out.
    func findImages(_ targets: [Target], _ hypervisor: any Hypervisor) async -> [Bool?] {
        var found: [Bool?] = []
        for target in targets {
            guard let path = target.image() else {
                found.append(nil)
                continue
            }
            do {
                _ = try await hypervisor.volume(path: path)
                found.append(true)
            } catch let error as LibvirtError where error.code == .noStorageVolume {
                found.append(false)
            } catch {
                found.append(nil)
            }
        }
        return found
    }

    /// What the host withheld between two samples from the vCPUs of all its domains together, in percent of what they
    /// would have used; `nil` when nothing was measured, or none of them wanted to run.
    static func steal(_ active: [String: DomainStatistics], since previous: [String: DomainStatistics]) -> Double? {
        var (ran, waited) = (0.0, 0.0)
        for (uuid, statistics) in active {
            guard let before = previous[uuid], let busy = statistics.utilization(since: before),
                let steal = statistics.steal(since: before)
            else { continue }
            let vCPUs = Double(max(1, statistics.vcpus.count))
            ran += busy * vCPUs
            waited += steal * vCPUs
        }
        return ran + waited > 0 ? waited / (ran + waited) * 100 : nil
    }
}
