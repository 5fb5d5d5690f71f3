import CurlTransport
import Testing

@Suite struct CurlClientCancellationTests {
    /// A server for each test; the suite's value, and so the server, lives to the end of the test.
    private let server: LoopbackServer

    init() throws {
        server = try LoopbackServer()
    }

    @Test func `a transfer that hangs in its body is cancelled and leaves what came`() async throws {
        let client = server.client()
        let (begun, signal) = AsyncStream.makeStream(of: Void.self)

        let sending = Task {
            await failure(of: client, .get("/hang-in-body")) { progress in
                if progress.downloadedBytes == 10 { signal.finish() }
            }
        }
        for await _ in begun {}
        sending.cancel()
        let error = await sending.value

        #expect(error?.code == .cancelled)
        #expect(error?.partialBody.count == 10)
        #expect(error?.isRetryable == false)
    }

    @Test func `a send that waits behind a hanging one is cancelled alone`() async throws {
        let client = server.client()
        let (begun, signal) = AsyncStream.makeStream(of: Void.self)
        let hanging = Task {
            await failure(of: client, .get("/hang-in-body")) { progress in
                if progress.downloadedBytes == 10 { signal.finish() }
            }
        }
        for await _ in begun {}

        let waiting = Task { await failure(of: client, .get("/hello")) }
        waiting.cancel()
        let waitingError = await waiting.value
        hanging.cancel()
        let hangingError = await hanging.value

        #expect(waitingError?.code == .cancelled)
        #expect(waitingError?.partialBody == [])
        #expect(hangingError?.partialBody.count == 10)
    }

    @Test func `a cancelled client sends again`() async throws {
        let client = server.client()
        let (begun, signal) = AsyncStream.makeStream(of: Void.self)
        let sending = Task {
            await failure(of: client, .get("/hang-in-body")) { progress in
                if progress.downloadedBytes == 10 { signal.finish() }
            }
        }
        for await _ in begun {}
        sending.cancel()
        _ = await sending.value

        let answer = try await client.send(.get("/hello"))

        #expect(answer.status == 200)
        #expect(answer.header("x-connection") == "2")
    }

    @Test func `a task that is already cancelled sends nothing`() async throws {
        let client = server.client()

        let sending = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await failure(of: client, .get("/hello"))
        }
        let error = await sending.value
        let answer = try await client.send(.get("/hello"))

        #expect(error?.code == .cancelled)
        #expect(answer.header("x-connection") == "1")
    }
}
