/// Where our element stands in a domain's `<metadata>`.
package enum DomainMetadata {
    /// The XML namespace.
    package static let namespace = "urn:cms:instance:1"
    /// The prefix: the element appears as `<cms:instance>`.
    package static let key = "cms"

    /// Checks that `xml` is one well-formed `<instance>` element without a prefix and returns it.
    ///
    /// - Throws: ``LibvirtError/Code/xmlError``.
    static func element(from xml: String) throws(LibvirtError) -> String {
        try XMLTree.parse(xml, root: "instance").serialized
    }
}
