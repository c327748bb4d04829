/// The Fibonacci numbers that fit into 64 bits, to check answers against.
public enum Fibonacci {
    /// The largest n whose number fits: F(93) = 12,200,160,415,121,876,738.
    public static let largestN = 93

    private static let table: [UInt64] = {
        var numbers: [UInt64] = [0, 1]
        while numbers.count <= largestN { numbers.append(numbers[numbers.count - 1] + numbers[numbers.count - 2]) }
        return numbers
    }()

    /// F(n) with F(0) = 0 and F(1) = 1; `nil` outside 0...93.
    public static func number(_ n: Int) -> UInt64? {
        table.indices.contains(n) ? table[n] : nil
    }
}
