import Autoscaling
import Foundation
import NIOCore
import Shared
import Wire

/// A number that Prometheus answered, with the time that it is of.
package struct PrometheusAnswer: Sendable, Equatable {
    /// The number.
    package var value: Double
    /// When the expression had it, by the server's clock.
    package var at: Date

    /// An answer.
    package init(value: Double, at date: Date) {
        self.value = value
        self.at = date
    }

    /// What the body of an instant query says.
    ///
    /// - Throws: ``QueryFailure`` when it is not one number: a scalar, or a vector of one element.
    package init(body: ByteBuffer) throws(QueryFailure) {
        let message: Message
        do {
            message = try WireCoding.decode(Message.self, from: body)
        } catch {
            throw QueryFailure(.unusable, "the answer is not Prometheus': \(ErrorText.of(error))")
        }
        guard message.status == "success", let data = message.data else {
            throw QueryFailure(.query, message.error ?? "the server says no more than \(message.status)")
        }
        // Remarks on the expression stand there too; what is left says that data is missing, so the number may be too small.
        if let warning = message.warnings?.first(where: { !$0.hasPrefix("PromQL ") }) {
            throw QueryFailure(.unusable, "the answer may lack data: \(warning)")
        }
        guard let text = try data.sample() else {
            throw QueryFailure(.unusable, "the answer is no number that can be read")
        }
        guard let value = Double(text.value) else {
            throw QueryFailure(.unusable, "the value '\(text.value)' is no number")
        }
        guard value.isFinite else { throw QueryFailure(.unusable, "the value is \(text.value)") }
        self.init(value: value, at: Date(timeIntervalSince1970: text.seconds))
    }

    /// How old it is when it arrives, seconds; one that claims to be of later counts as of now.
    ///
    /// - Throws: ``QueryFailure`` when its time is too far from the clock here.
    package func age(at date: Date, limit: Duration) throws(QueryFailure) -> Duration {
        let seconds = date.timeIntervalSince(at)
        guard abs(seconds) <= limit / .seconds(1) else {
            let off = DurationText.text(.seconds(Int64(min(abs(seconds), 1e9).rounded())))
            throw QueryFailure(
                .unusable,
                seconds > 0 ? "the value is \(off) old" : "the value is of \(off) from now: the clocks differ"
            )
        }
        return .seconds(max(0, seconds))
    }
}

/// The JSON of an answer, as far as a rule needs it.
private struct Message: Decodable {
    struct Payload: Decodable {
        var kind: String
        var elements: [Element]

        enum CodingKeys: String, CodingKey {
            case kind = "resultType"
            case result
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            kind = try container.decode(String.self, forKey: .kind)
            switch kind {
            case "vector": elements = try container.decode([Element].self, forKey: .result)
            case "scalar": elements = [Element(value: try container.decode(Sample.self, forKey: .result))]
            default: elements = []
            }
        }

        /// The one sample; `nil` when its element has none.
        func sample() throws(QueryFailure) -> Sample? {
            guard kind == "vector" || kind == "scalar" else {
                throw QueryFailure(
                    .unusable,
                    "the answer is a \(kind.prefix(20)), not a scalar or a vector of one element"
                )
            }
            guard elements.count <= 1 else {
                throw QueryFailure(
                    .unusable,
                    "the answer has \(elements.count) elements; aggregate them, with sum() say"
                )
            }
            guard let element = elements.first else {
                throw QueryFailure(.unusable, "the answer is empty: there is no such series now")
            }
            return element.value
        }
    }

    struct Element: Decodable {
        var value: Sample?
    }

    /// `[seconds, "text"]`.
    struct Sample: Decodable {
        var seconds: Double
        var value: String

        init(from decoder: any Decoder) throws {
            var container = try decoder.unkeyedContainer()
            seconds = try container.decode(Double.self)
            value = try container.decode(String.self)
        }
    }

    var status: String
    var data: Payload?
    var error: String?
    var warnings: [String]?
}
