import Mustache
import Shared
import Wire

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A text with places for the endpoints, in the language Mustache. Nothing is escaped.
package struct EndpointTemplate: Sendable {
    /// What the names in a template stand for.
    package struct Content: Sendable {
        /// An endpoint.
        package struct Item: Sendable {
            /// The domain's UUID.
            let id: String
            /// The domain's name.
            let name: String
            /// The URL.
            let url: String
            /// `https` or `http`.
            let scheme: String
            /// The host, without brackets.
            let host: String
            /// The port.
            let port: Int
            /// `host:port`, with brackets around an IPv6 address.
            let address: String
        }

        /// The group; empty for the controller's first one.
        let group: String
        /// The revision.
        let revision: UInt64
        /// How many endpoints there are.
        let count: Int
        /// The endpoints, by name.
        let endpoints: [Item]
        /// Endpoints whose URL is none of http, https or tcp: they are left out.
        package let leftOut: [String]

        /// The content that a set makes.
        package init(_ set: EndpointSet, group: String?) {
            self.group = group ?? ""
            revision = set.revision
            var items: [Item] = []
            var leftOut: [String] = []
            for endpoint in set.endpoints {
                guard let place = EndpointAddress(url: endpoint.url) else {
                    leftOut.append(endpoint.name)
                    continue
                }
                items.append(
                    Item(
                        id: endpoint.id,
                        name: endpoint.name,
                        url: endpoint.url,
                        scheme: place.scheme,
                        host: place.hostPort.host,
                        port: place.hostPort.port,
                        address: "\(place.hostPort)"
                    )
                )
            }
            endpoints = items
            count = items.count
            self.leftOut = leftOut
        }
    }

    /// The largest template, bytes.
    private static let limit = 1 << 20
    /// Text as it is, not HTML.
    private static let head = "{{% CONTENT_TYPE: TEXT}}\n"
    private let template: MustacheTemplate

    /// The template in a file.
    ///
    /// - Throws: ``FollowUsageError`` with the place and the reason.
    package init(path: String) throws {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw FollowUsageError("the template \(path) cannot be read; name a readable file with --template")
        }
        guard data.count <= Self.limit else {
            throw FollowUsageError("the template \(path) has more than \(Self.limit) bytes")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw FollowUsageError("the template \(path) is not UTF-8")
        }
        try self.init(text, name: path)
    }

    /// A template; `name` is what errors call it.
    package init(_ text: String, name: String) throws {
        do {
            template = try MustacheTemplate(string: Self.head + text)
        } catch let error as MustacheTemplate.ParserError {
            let place = "\(name):\(max(1, error.context.lineNumber - 1)):\(error.context.columnNumber)"
            throw FollowUsageError("\(place): \(Self.words(error.error)): \(PrintableText.of(error.context.line))")
        } catch {
            throw FollowUsageError("\(name): \(error)")
        }
    }

    /// The text for a set.
    package func render(_ content: Content) -> String {
        template.render(content)
    }

    private static func words(_ error: any Error) -> String {
        switch error as? MustacheTemplate.Error {
        case .sectionCloseNameIncorrect: "the section that ends here has another name than the one that began last"
        case .unfinishedName: "a tag without an end"
        case .expectedSectionEnd: "a section without an end"
        case .invalidSetDelimiter: "delimiters that cannot be"
        case .invalidConfigVariableSyntax, .unrecognisedConfigVariable: "a setting that does not exist"
        case .transformAppliedToInheritanceSection, .illegalTokenInsideInheritSection, .textInsideInheritSection:
            "something that may not stand in an inherited part"
        case nil: "\(error)"
        }
    }
}
