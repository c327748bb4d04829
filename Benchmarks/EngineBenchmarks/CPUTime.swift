import Benchmark

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// What the work took of a CPU. On a machine that others use too, the time on the wall also has what they took.
let cpuTime = BenchmarkMetric.custom("CPU time of the thread, µs", polarity: .prefersSmaller, useScalingFactor: false)

/// Runs `work` as the measured part of a benchmark.
func measure(_ benchmark: Benchmark, _ work: () -> Void) {
    let start = threadNanoseconds()
    benchmark.startMeasurement()
    work()
    benchmark.stopMeasurement()
    benchmark.measurement(cpuTime, (threadNanoseconds() - start + 500) / 1_000)
}

private func threadNanoseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
}
