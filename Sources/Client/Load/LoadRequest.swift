import Wire

/// What one request of a run asks for.
package enum LoadRequest: Sendable, Equatable {
    /// F(n) of the built-in service.
    case fibonacci(Int)
    /// A path of any service.
    case page(PageRequest)

    /// The n; `nil` when something else is asked for.
    package var n: Int? {
        if case .fibonacci(let n) = self { n } else { nil }
    }

    /// The path; `nil` when a Fibonacci number is asked for.
    package var path: String? {
        if case .page(let page) = self { page.path } else { nil }
    }
}

/// A right answer in a run.
package struct LoadAnswer: Sendable, Equatable {
    /// What was answered.
    package enum Content: Sendable, Equatable {
        /// The n-th Fibonacci number.
        case number(UInt64)
        /// Something, counted and dropped.
        case page(PageRequest.Answer)
    }

    /// Who answered: by its own word for a Fibonacci number, else the endpoint's name.
    package var server: String
    /// What was answered.
    package var content: Content

    /// An answer.
    package init(server: String, content: Content) {
        self.server = server
        self.content = content
    }
}

extension ServiceClient {
    /// Makes one request of a run.
    ///
    /// - Throws: RequestFailure when no endpoint answered rightly in time; CancellationError.
    package func answer(to request: LoadRequest) async throws -> Served<LoadAnswer> {
        switch request {
        case .fibonacci(let n):
            let served = try await number(n)
            let answer = LoadAnswer(server: served.value.server, content: .number(served.value.result))
            return Served(value: answer, endpoint: served.endpoint, attempts: served.attempts)
        case .page(let page):
            let served = try await send(page)
            let answer = LoadAnswer(server: served.endpoint.name, content: .page(served.value))
            return Served(value: answer, endpoint: served.endpoint, attempts: served.attempts)
        }
    }

    /// A Fibonacci number; a service that has none says so, and is asked otherwise.
    private func number(_ n: Int) async throws -> Served<FibonacciAnswer> {
        do {
            return try await get(n)
        } catch var failure as RequestFailure {
            if failure.last?.kind == .final, failure.last?.reason.hasPrefix("404:") == true {
                failure.last?.reason += "; --path asks a service that has no Fibonacci numbers"
            }
            throw failure
        }
    }
}
