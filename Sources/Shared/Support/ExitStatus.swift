/// The exit codes of the programs.
public enum ExitStatus {
    /// Something failed while running.
    public static let failure: Int32 = 1
    /// The command line or the configuration is wrong (EX_USAGE of sysexits.h).
    public static let usage: Int32 = 64
}
