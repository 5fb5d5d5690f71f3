import CCurl

/// One exchange on the client's handles, from the options to the answer.
struct Transfer {
    let job: TransferJob
    let configuration: CurlConfiguration

    /// Runs to the end and finishes the job, exactly once. Only the client's thread calls it.
    ///
    /// - Parameter account: told what moved, before the job is finished.
    func run(on handles: CurlHandles, account: (Traffic) -> Void) {
        let exchange = job.exchange
        let record = TransferRecord(
            requestBody: exchange.body, maximumAnswerBytes: configuration.maximumAnswerBytes,
            onProgress: job.onProgress)
        do {
            let address = try HubAddress(configuration.baseURL)
            let headers = try HeaderList(exchange.headers)
            // The handle points to the record and the headers until the reset, and both live to the end of this scope.
            defer { withExtendedLifetime((record, headers)) { curl_easy_reset(handles.easy) } }
            try CurlOptions.apply(
                to: handles.easy, url: address.url(path: exchange.path), exchange: exchange,
                configuration: configuration, record: record, headerList: headers)
            handles.run(isCancelled: { job.ticket.isCancelled }) { outcome in
                account(
                    Traffic(
                        sent: Int64(handles.number(CURLINFO_REQUEST_SIZE)) + record.progress.uploadedBytes,
                        received: Int64(record.head.receivedBytes + record.answerBody.count)))
                job.finish(result(outcome, record, handles, host: address.host))
            }
        } catch {
            job.finish(.failure(error))
        }
    }

    private func result(
        _ outcome: CurlHandles.Outcome,
        _ record: TransferRecord,
        _ handles: CurlHandles,
        host: String
    ) -> Result<HTTPAnswer, TransportError> {
        // On every outcome, because the dates are told only by the transfer that made the connection.
        let dates = handles.readCertificateDates()
        let failure = TransferFailure(
            host: host, configuration: configuration, record: record,
            // Without a head libcurl may still tell the status of the proxy's CONNECT.
            status: record.head.headers.isEmpty ? 0 : handles.number(CURLINFO_RESPONSE_CODE),
            proxyStatus: handles.number(CURLINFO_HTTP_CONNECTCODE),
            wasConnected: handles.wasConnected,
            message: handles.failureMessage)
        switch outcome {
        case .cancelled:
            return .failure(failure.error(.cancelled))
        case .failed(let code):
            return .failure(failure.error(.other, underlying: code.rawValue))
        case .finished(let code):
            if let error = failure.error(for: code) { return .failure(error) }
            return .success(
                HTTPAnswer(
                    status: failure.status, headers: record.head.headers, body: record.answerBody,
                    httpVersion: Self.versionName(handles.number(CURLINFO_HTTP_VERSION)),
                    certificateNotBefore: dates.notBefore, certificateNotAfter: dates.notAfter))
        }
    }

    private static func versionName(_ number: Int) -> String {
        switch number {
        case Int(CURL_HTTP_VERSION_1_0): "HTTP/1.0"
        case Int(CURL_HTTP_VERSION_1_1): "HTTP/1.1"
        case Int(CURL_HTTP_VERSION_2_0): "HTTP/2"
        default: "unknown"
        }
    }
}
