/// The version of all programs of this package.
public enum CMSVersion {
    /// Semantic version.
    public static let current = "0.1.0"
}
