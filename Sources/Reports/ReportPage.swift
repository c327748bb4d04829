/// A report as one page of HTML that asks for nothing else: no script, no request.
///
/// It is well-formed XML, too.
package struct ReportPage {
    package let report: RunReport

    /// A page of a report.
    package init(_ report: RunReport) {
        self.report = report
    }

    /// The page.
    package func render() throws -> String { try PageTemplates.page(PageContent(report)) }
}
