import Autoscaling
import Foundation
import Libvirt
import Lifecycle

extension Reconciler {
    /// Makes a clone, when the host has room for it.
    func makeClone(
        _ uuid: String,
        name: String,
        _ state: State,
        date: Date,
        in group: inout ThrowingDiscardingTaskGroup<any Error>
    ) {
        guard !state.storeFails, let (template, identity) = state.fleet.cloneTemplate(of: uuid),
            let host = host(of: uuid, state), let life = board.beginStart(uuid),
            takeRoom(
                for: uuid,
                templateNeed(template, on: host.name),
                on: host,
                life: life,
                leaving: state.group.host
            )
        else { return }
        let wanted = CloneOperator.Order(
            uuid: uuid,
            name: name,
            group: state.group.name,
            hosts: state.group.hosts,
            networks: parts.group.networks(on: host.name).map(\.name),
            template: template,
            identity: identity
        )
        group.addTask {
            await order(uuid, life: life) { told in
                try await host.clones.make(wanted, at: date, onTurn: told)
            }
            // What was taken for a clone that was made stays taken until it runs.
            if board.starts[uuid] != .succeeded { host.capacity.settle(uuid, started: false) }
        }
    }

    /// What a clone takes of the host when it runs; `nil` when the template is not known.
    func templateNeed(_ template: TemplateConfiguration, on host: String) -> HostRoom.Need? {
        let domain = parts.view.snapshot(of: host).template
        let usual = template.domain == nil ? CloneOperator.imageMemory : domain?.memory
        guard let memory = template.memory.map({ UInt64(clamping: $0) }) ?? usual else { return nil }
        return HostRoom.Need(memory: memory, vCPUs: template.vCPUs ?? domain?.vCPUs ?? 1)
    }
}
