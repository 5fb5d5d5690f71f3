import Foundation
import Testing

@Test func `temporary look`() throws {
    let start = Date()
    let sample = try SampleAmbito()
    print("create", Date().timeIntervalSince(start))
    try sample.fill()
    try sample.applied((0x100..<0x103).map { SampleAmbito.allotment($0, SampleAmbito.borgo, cents: 123_456_789) }.joined(separator: ";"))
    try sample.applied(SampleAmbito.allotment(0x104, SampleAmbito.corte, cents: 5))
    try sample.applied(SampleAmbito.conflict(0x800, about: SampleAmbito.id(0x100), isContested: true))
    let mid = Date()
    let publication = try sample.publish(contacts: [SampleAmbito.contact(SampleAmbito.alba, "Alba", hoursAgo: 80), SampleAmbito.contact(SampleAmbito.borgo, "Borgo", hoursAgo: nil)])
    print("publish", Date().timeIntervalSince(mid))
    print(publication.text)
    print(try publication.content("riepilogo.json").prefix(2500))
    print(try publication.content("impronta.txt").prefix(300))
    try sample.applied("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) INSERT INTO stanziamento_comune(annualita_id, comune_id, fonte, capitolo, importo_cent) SELECT 'a', 'b', 'c', 'd' || i, i FROM n")
    let begin = Date()
    let big = try sample.publish()
    print("100k", Date().timeIntervalSince(begin), try big.bytes("piano-di-zona.sqlite").count)
}
