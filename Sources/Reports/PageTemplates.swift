import Mustache

/// The templates of a report's page, which are parsed once.
///
/// They read the stored properties of what they are given by name; a name that begins with a dot is looked up in the
/// innermost value only. A value comes out as ``MarkupEscaping`` has it; only the style is put in as it is.
enum PageTemplates {
    /// The templates; the others are parts of `page`.
    static let texts: [(name: String, text: [UInt8])] = [
        ("page", PackageResources.page_mustache), ("tiles", PackageResources.tiles_mustache),
        ("charts", PackageResources.charts_mustache), ("chart", PackageResources.chart_mustache),
        ("element", PackageResources.element_mustache), ("tables", PackageResources.tables_mustache),
        ("table", PackageResources.table_mustache),
    ]

    private static let library = Result { try load() }

    /// The program was built without a template.
    struct Missing: Error, CustomStringConvertible {
        let name: String

        var description: String { "this program has no template '\(name)' for the report; build it anew" }
    }

    /// The page.
    static func page(_ content: PageContent) throws -> String {
        guard let page = try library.get().render(content, withTemplate: "page") else { throw Missing(name: "page") }
        return page
    }

    private static func load() throws -> MustacheLibrary {
        MustacheContentTypes.register(MarkupEscaping(), named: MarkupEscaping.name)
        var library = MustacheLibrary()
        for (name, text) in texts {
            // Each needs to be told how it escapes, also one that is part of another.
            let head = "{{% CONTENT_TYPE: \(MarkupEscaping.name)}}\n"
            try library.register(head + String(decoding: text, as: UTF8.self), named: name)
        }
        return library
    }
}
