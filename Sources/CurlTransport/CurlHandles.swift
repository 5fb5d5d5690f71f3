import CCurl

/// libcurl's handles for one client: one easy handle for the transfers, one after the other, and one multi handle that
/// keeps the connections between them.
///
/// `@unchecked Sendable` is safe because the client lets only one thread at a time in (its queue is drained by a single
/// thread, and the lock of the queue orders one such thread after the other); `wake` alone may be called from
/// any thread, and `curl_multi_wakeup` is made for that.
final class CurlHandles: @unchecked Sendable {
    /// How a transfer ended.
    enum Outcome {
        case finished(CURLcode)
        case failed(CURLMcode)
        case cancelled
    }

    /// Both are made in `init` and freed in `deinit`, so they are there for as long as this object is.
    let easy: UnsafeMutableRawPointer
    private let multi: UnsafeMutableRawPointer
    /// Where curl writes its own words about a failure. It lives as long as the handles.
    private let message: UnsafeMutablePointer<CChar>
    /// The dates of the last certificate seen: on a kept connection libcurl does not say them again.
    private var certificateDates: (notBefore: String?, notAfter: String?) = (nil, nil)

    /// Once a process, on first use: Swift runs the initialiser of a static under a lock.
    private static let isReady = zona_curl_global_init() == CURLE_OK

    init?() {
        guard Self.isReady, let easy = curl_easy_init() else { return nil }
        guard let multi = curl_multi_init() else {
            curl_easy_cleanup(easy)
            return nil
        }
        self.easy = easy
        self.multi = multi
        message = .allocate(capacity: Int(CURL_ERROR_SIZE))
        message.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        // Nobody holds the handles any more, and no transfer is attached: `run` detaches each before it returns. The
        // message is freed last because the easy handle points to it.
        curl_easy_cleanup(easy)
        curl_multi_cleanup(multi)
        message.deallocate()
    }

    /// Ends a wait in `run`, from any thread, so that it looks at its cancellation.
    func wake() {
        curl_multi_wakeup(multi)
    }

    /// Makes the transfer that `easy` was set up for and hands its outcome to `deliver`, before the handle is detached:
    /// detaching may wait for a name look-up, and a cancelled caller must not.
    func run(isCancelled: () -> Bool, deliver: (Outcome) -> Void) {
        message.pointee = 0
        // The buffer has the size that curl wants and outlives the easy handle.
        zona_curl_set_pointer(easy, CURLOPT_ERRORBUFFER, message)
        let added = curl_multi_add_handle(multi, easy)
        guard added == CURLM_OK else {
            deliver(.failed(added))
            return
        }
        deliver(drive(isCancelled: isCancelled))
        curl_multi_remove_handle(multi, easy)
    }

    private func drive(isCancelled: () -> Bool) -> Outcome {
        while true {
            var running: Int32 = 0
            var result = CURLE_OK
            let performed = curl_multi_perform(multi, &running)
            guard performed == CURLM_OK else { return .failed(performed) }
            if zona_curl_take_result(multi, easy, &result) { return .finished(result) }
            if isCancelled() { return .cancelled }
            // The time is only an upper bound: curl's own timers, sockets and `wake` end the wait earlier.
            let waited = curl_multi_poll(multi, nil, 0, 1000, nil)
            guard waited == CURLM_OK else { return .failed(waited) }
        }
    }

    /// What curl itself said about the failure; may be empty.
    var failureMessage: String {
        // curl ends its words with a zero within the buffer, and `init` filled it with zeros.
        String(cString: message)
    }

    /// A number that curl keeps about the transfer; 0 if it does not.
    func number(_ info: CURLINFO) -> Int {
        var value = 0
        return zona_curl_get_long(easy, info, &value) == CURLE_OK ? value : 0
    }

    /// Whether the request went out: connection, handshake and proxy were behind it.
    var wasConnected: Bool {
        var microseconds: curl_off_t = 0
        return zona_curl_get_offset(easy, CURLINFO_PRETRANSFER_TIME_T, &microseconds) == CURLE_OK && microseconds > 0
    }

    /// The dates of the hub's certificate, seen now or when the kept connection was made.
    func readCertificateDates() -> (notBefore: String?, notAfter: String?) {
        var field = zona_curl_get_certificate(easy)
        // The list belongs to the handle and lives until its next transfer; the texts are copied here.
        while let current = field?.pointee {
            let text = current.data.map { String(cString: $0) } ?? ""
            if text.hasPrefix("Start date:") { certificateDates.notBefore = String(text.dropFirst(11)) }
            if text.hasPrefix("Expire date:") { certificateDates.notAfter = String(text.dropFirst(12)) }
            field = UnsafePointer(current.next)
        }
        return certificateDates
    }
}
