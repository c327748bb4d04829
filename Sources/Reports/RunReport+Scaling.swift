import Foundation
import Lifecycle

extension RunReport {
    /// The instances that came: each order, or domain that was found, with what followed.
    static func scaleOuts(_ events: [ControllerEvent]) -> [ScaleOut] {
        var decided: ControllerEvent?
        var open: [String: ScaleOut] = [:]
        var probed: [String: Date] = [:]
        var all: [ScaleOut] = []
        func close(_ name: String, _ outcome: String?) {
            guard var scaleOut = open.removeValue(forKey: name) else { return }
            scaleOut.outcome = outcome
            probed[name] = nil
            all.append(scaleOut)
        }
        for event in events {
            let name = event.instance ?? ""
            let seconds = max(0, event.at.timeIntervalSince(open[name]?.at ?? event.at))
            switch event.kind {
            case .scaleOutDecided:
                decided = event
            case .instanceStarting, .instanceCreated, .instanceResumed, .instanceAdopted:
                // A clone is made and then started: one way.
                if open[name] == nil || event.kind == .instanceAdopted {
                    close(name, "begun anew")
                    open[name] = ScaleOut(event, decided: decided)
                }
                if event.kind == .instanceResumed, let begin = open[name]?.at {
                    open[name]?.started = max(0, event.at.timeIntervalSince(begin))
                }
            case .instanceStarted: open[name]?.started = seconds
            case .agentRegistered, .instanceLocated: open[name]?.registered = seconds
            case .instanceProbed:
                open[name]?.probed = seconds
                if open[name] != nil { probed[name] = event.at }
            case .endpointsChanged:
                for (waiting, at) in probed where event.at >= at {
                    let begin = open[waiting]?.at ?? event.at
                    open[waiting]?.told = max(0, event.at.timeIntervalSince(begin))
                    close(waiting, nil)
                }
            case .instanceFailed, .instanceQuarantined: close(name, event.detail)
            case .standbyReady: close(name, "it waits in standby")
            case .instanceStopped, .instanceGone: close(name, event.detail)
            default: break
            }
        }
        for name in open.keys { close(name, "not in service yet") }
        return all.sorted { ($0.at, $0.instance) < ($1.at, $1.instance) }
    }

    /// The instances that left service on purpose.
    static func scaleIns(_ events: [ControllerEvent]) -> [ScaleIn] {
        var open: [String: ScaleIn] = [:]
        var all: [ScaleIn] = []
        for event in events {
            guard let name = event.instance else { continue }
            let seconds = max(0, event.at.timeIntervalSince(open[name]?.at ?? event.at))
            switch event.kind {
            case .instanceDraining:
                if let old = open[name] { all.append(old) }
                open[name] = ScaleIn(instance: name, at: event.at, reason: event.detail)
            case .instanceDrained: open[name]?.drained = seconds
            case .instanceStopped, .standbyReady, .instanceGone, .instanceRemoved:
                open[name]?.ended = seconds
                if let old = open.removeValue(forKey: name) { all.append(old) }
            default: break
            }
        }
        return (all + open.values).sorted { ($0.at, $0.instance) < ($1.at, $1.instance) }
    }
}

extension RunReport.ScaleOut {
    /// The begin of a way into service, counted from the decision where it is known.
    fileprivate init(_ event: ControllerEvent, decided: ControllerEvent?) {
        // What is started is started at once; what is woken is told of when it is awake.
        let age = event.kind == .instanceResumed ? 60.0 : 1.0
        let cause = decided.flatMap { decided in
            event.kind != .instanceAdopted && event.at.timeIntervalSince(decided.at) <= age ? decided : nil
        }
        self.init(
            instance: event.instance ?? "",
            isOrdered: event.kind != .instanceAdopted,
            at: cause?.at ?? event.at,
            reason: cause?.detail ?? event.detail
        )
    }
}
