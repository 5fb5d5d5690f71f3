import Logging
import Testing

@testable import HubService

@Suite struct MetricsBackendTests {
    @Test func `numbers are written in order, sums with their counts`() {
        let backend = MetricsBackend()
        backend.instrument(.summary, "t.seconds", []).recordNanoseconds(1_500_000_000)
        backend.instrument(.summary, "t.seconds", []).recordNanoseconds(500_000_000)
        backend.instrument(.counter, "c", [("b", "2"), ("a", "q\"")]).increment(by: 2 as Int64)
        backend.instrument(.counter, "c", [("a", "q\""), ("b", "2")]).increment(by: 3 as Int64)
        backend.instrument(.counter, "c", [("a", "0")]).increment(by: 1 as Int64)
        backend.instrument(.gauge, "g", []).set(4 as Int64)
        backend.instrument(.gauge, "g", []).set(2.5 as Double)

        #expect(
            backend.text() == """
                # TYPE c counter
                c{a="0"} 1
                c{a="q\\"",b="2"} 5
                # TYPE g gauge
                g 2.5
                # TYPE t_seconds summary
                t_seconds_sum 2
                t_seconds_count 2

                """)
    }

    @Test func `a log line is one line, whatever it is told`() {
        let pairs = [("route", "/v1"), ("x", "a\nb\"c")]

        let text = LogOutput.line(.text, time: "T", level: .info, label: "zona", message: "request", pairs: pairs)
        let json = LogOutput.line(.json, time: "T", level: .info, label: "zona", message: "request", pairs: pairs)

        #expect(text == "T info request route=/v1 x=a b\"c\n")
        #expect(
            json == #"{"time":"T","level":"info","label":"zona","message":"request","route":"/v1","x":"a\u000ab\"c"}"#
                + "\n")
    }
}
