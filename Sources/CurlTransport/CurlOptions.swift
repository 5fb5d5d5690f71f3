import CCurl
import FoundationEssentials
import Texts

/// Sets up the easy handle for one exchange. Every option is checked: a pin that libcurl did not take, for instance,
/// must not become a connection without one.
struct CurlOptions {
    private let easy: UnsafeMutableRawPointer

    /// `record` must live, and `headerList` must not be freed, until the handle is reset.
    static func apply(
        to easy: UnsafeMutableRawPointer,
        url: String,
        exchange: HTTPExchange,
        configuration: CurlConfiguration,
        record: TransferRecord,
        headerList: HeaderList
    ) throws(TransportError) {
        let options = CurlOptions(easy: easy)
        try options.setConnection(url: url, configuration)
        try options.setIdentity(configuration)
        try options.setRequest(exchange, headerList)
        try options.setCallbacks(record)
    }

    private func setConnection(url: String, _ configuration: CurlConfiguration) throws(TransportError) {
        try set(CURLOPT_URL, url)
        try set(CURLOPT_PROTOCOLS_STR, "https")
        try set(CURLOPT_PATH_AS_IS, 1)
        try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        try set(CURLOPT_FOLLOWLOCATION, 0)
        // Signals would reach the whole process; the thread of the client blocks the one that a broken pipe raises.
        try set(CURLOPT_NOSIGNAL, 1)
        try set(CURLOPT_TCP_KEEPALIVE, 1)
        try set(CURLOPT_CONNECTTIMEOUT, Self.wholeSeconds(configuration.connectTimeout))
        try set(CURLOPT_LOW_SPEED_LIMIT, 1)
        try set(CURLOPT_LOW_SPEED_TIME, Self.wholeSeconds(configuration.stallTimeout))
        try set(CURLOPT_USERAGENT, configuration.userAgent)
        // A proxy's answer to CONNECT is not an answer of the hub and must not look like one.
        try set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        if let proxy = configuration.proxy { try set(CURLOPT_PROXY, proxy) }
        // Any scheme that the proxy offers: company proxies often refuse the basic one.
        try set(CURLOPT_PROXYAUTH, zona_curl_any_authentication())
    }

    private func setIdentity(_ configuration: CurlConfiguration) throws(TransportError) {
        try set(CURLOPT_CERTINFO, 1)
        guard let pin = configuration.pinnedKeySHA256 else {
            try set(CURLOPT_SSL_VERIFYPEER, 1)
            try set(CURLOPT_SSL_VERIFYHOST, 2)
            try set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
            return
        }
        guard pin.count == 32 else {
            throw TransportError(
                code: .badAddress,
                context: localized(
                    """
                    The hub's key is written with \(pin.count) bytes instead of 32: enrol this computer again.
                    """))
        }
        try set(CURLOPT_PINNEDPUBLICKEY, "sha256//" + Data(pin).base64EncodedString())
        try set(CURLOPT_SSL_VERIFYPEER, 0)
        try set(CURLOPT_SSL_VERIFYHOST, 0)
        // Before version 1.3 there are suites without any certificate, and libcurl checks the pin only if there is one;
        // from 1.3 on the server always proves a key.
        try set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_3))
    }

    private func setRequest(_ exchange: HTTPExchange, _ headerList: HeaderList) throws(TransportError) {
        let isMethod = exchange.method.utf8.allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
        guard !exchange.method.isEmpty, isMethod, exchange.method != "HEAD" || exchange.body.isEmpty else {
            throw TransportError(
                code: .badAddress,
                context: localized(
                    """
                    A request \(exchange.method) with \(exchange.body.count) bytes cannot be sent: use capital \
                    letters, and no body with HEAD.
                    """))
        }
        try check(zona_curl_set_list(easy, CURLOPT_HTTPHEADER, headerList.first))
        if exchange.method == "HEAD" {
            try set(CURLOPT_NOBODY, 1)
        } else if exchange.method == "GET" && exchange.body.isEmpty {
            try set(CURLOPT_HTTPGET, 1)
        } else {
            // An upload with another name: unlike libcurl's own POST it adds no content type.
            try set(CURLOPT_UPLOAD, 1)
            try set(CURLOPT_CUSTOMREQUEST, exchange.method)
            try check(zona_curl_set_offset(easy, CURLOPT_INFILESIZE_LARGE, curl_off_t(exchange.body.count)))
        }
    }

    private func setCallbacks(_ record: TransferRecord) throws(TransportError) {
        // Not retained: the caller keeps the record alive until the handle is reset, and curl calls back only inside
        // `curl_multi_perform`, on the same thread.
        let pointer = Unmanaged.passUnretained(record).toOpaque()
        let options = [
            CURLOPT_READDATA, CURLOPT_SEEKDATA, CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_XFERINFODATA,
        ]
        for option in options {
            try check(zona_curl_set_pointer(easy, option, pointer))
        }
        try check(zona_curl_set_read(easy, CurlCallbacks.read))
        try check(zona_curl_set_seek(easy, CurlCallbacks.seek))
        try check(zona_curl_set_write(easy, CurlCallbacks.write))
        try check(zona_curl_set_header(easy, CurlCallbacks.header))
        try check(zona_curl_set_progress(easy, CurlCallbacks.progress))
        try set(CURLOPT_NOPROGRESS, 0)
    }

    private func set(_ option: CURLoption, _ value: Int) throws(TransportError) {
        try check(zona_curl_set_long(easy, option, value))
    }

    private func set(_ option: CURLoption, _ value: String) throws(TransportError) {
        guard !value.utf8.contains(0) else {
            throw TransportError(
                code: .badAddress,
                context: localized(
                    """
                    The address of the proxy or the name of the program holds a zero byte: write it again.
                    """))
        }
        // curl copies the string before it returns.
        try check(zona_curl_set_string(easy, option, value))
    }

    private func check(_ code: CURLcode) throws(TransportError) {
        guard code != CURLE_OK else { return }
        // curl's texts are constants of the library.
        let reason = curl_easy_strerror(code).map { String(cString: $0) } ?? "unknown"
        throw TransportError(
            code: .other,
            context: localized(
                """
                The system's libcurl cannot be set up (\(reason)): install libcurl with OpenSSL and HTTP/2.
                """),
            underlying: Int32(bitPattern: code.rawValue))
    }

    /// Rounded up and at least one, because 0 means "never" or "the default" to libcurl.
    private static func wholeSeconds(_ duration: Duration) -> Int {
        let (seconds, attoseconds) = duration.components
        let whole = seconds + (attoseconds > 0 && seconds < Int64.max ? 1 : 0)
        return Int(min(max(whole, 1), 86_400))
    }
}
