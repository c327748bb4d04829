import Autoscaling
import Scenario

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The most ticks that can be asked for. The observations of all of them are made whatever is asked for, so that two runs
/// differ by the engine's work alone.
let longest = 20
let instances = 1_000
let policies: [String: GroupPolicy] = ["recommended": .recommended, "standard": .standard]

let arguments = CommandLine.arguments.dropFirst()
guard arguments.count == 2, let policy = policies[arguments.first ?? ""], let ticks = Int(arguments.last ?? ""),
    1...longest ~= ticks
else {
    print("Usage: engine-count \(policies.keys.sorted().joined(separator: "|")) TICKS")
    print("")
    print("Lets the engine decide for \(instances) instances TICKS times (1 to \(longest)), and prints what it")
    print("ordered. An instruction counter that watches two runs sees what the ticks between them cost.")
    exit(arguments.first == "--help" ? 0 : 64)
}

var run = EngineRun(policy, size: instances, length: longest)
var orders = 0
var last = ""
for _ in 0..<ticks {
    let decision = run.step()
    if decision.order != .hold { orders += 1 }
    last = decision.reason
}
print("\(ticks) ticks, \(instances) instances, \(orders) orders, the last because: \(last)")
