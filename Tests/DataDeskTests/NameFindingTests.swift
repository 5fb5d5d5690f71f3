import DataDesk
import ReplicaStore
import SyncCore
import Testing

/// Names, labels and codes as people type them.
@Suite struct NameFindingTests {
    @Test(arguments: [
        ("Città Viva", "cittaviva"), ("CITTA' VIVA", "cittaviva"), ("citta\u{300} viva", "cittaviva"),
        ("Importo (€)", "importo"), ("  ", ""), ("N. 12-bis", "n12bis"), ("Œ", "œ"),
    ])
    func `case, accents, spaces and signs do not count`(text: String, plain: String) {
        #expect(Near.plain(text) == plain)
    }

    @Test func `the nearest names come first, far ones not at all`() {
        let names = ["denominazione", "descrizione", "telefono", "pec"]
        #expect(Near.names(to: "denominazoine", among: names) == ["denominazione"])
        #expect(Near.names(to: "Tel", among: names) == ["telefono"])
        #expect(Near.names(to: "xyz", among: names) == [])
        #expect(Near.names(to: "", among: names) == [])
    }

    private func code(_ code: String, _ label: String, to: String? = nil) -> DeskSession.Code {
        DeskSession.Code(
            code: Array(code.utf8), label: Array(label.utf8), validTo: to.map { Array($0.utf8) })
    }

    @Test func `a code is found by itself, by its label, and else named where it is near`() {
        let list = CodeList([
            code("ODV", "Organizzazione di volontariato"), code("APS", "Associazione di promozione sociale"),
            code("A1", "Altro"), code("A2", "Altro"),
        ])
        func found(_ text: String) -> [String] {
            let finding = list.find(Array(text.utf8))
            func names(_ codes: [DeskSession.Code]) -> [String] {
                codes.map { String(decoding: $0.code, as: UTF8.self) }
            }
            switch finding {
            case .found(let code): return names([code])
            case .several(let codes): return ["several"] + names(codes)
            case .none(let near): return ["none"] + names(near)
            }
        }
        #expect(found("ODV") == ["ODV"])
        #expect(found(" odv ") == ["ODV"])
        #expect(found("organizzazione di VOLONTARIATO") == ["ODV"])
        #expect(found("altro") == ["several", "A1", "A2"])
        #expect(found("OVD") == ["none", "ODV"])
        #expect(found("promozione") == ["none", "APS"])
        #expect(found("zzzzzz") == ["none"])
        #expect(found("") == ["none"])
    }

    @Test func `a code that was closed is not valid after its last day`() {
        let closed = code("X", "Vecchio", to: "2025-12-31")
        #expect(closed.isValid(on: Array("2025-12-31".utf8)))
        #expect(!closed.isValid(on: Array("2026-01-01".utf8)))
    }

    @Test func `names that differ by accents alone are told apart by whoever types them`() throws {
        let ids = try (1...3).map { try #require(RecordID("00000000-0000-7000-8000-00000000000\($0)")) }
        var names = RecordNames()
        names.add(ids[0], "Caritas di Narni", ["Caritas di Narni", "80000010550"])
        names.add(ids[1], "Papà", ["Papà"])
        names.add(ids[2], "Papa", ["Papa"])
        #expect(names.find("CARITAS DI NARNI") == .found(ids[0]))
        #expect(names.find("80000010550") == .found(ids[0]))
        #expect(names.find("papà") == .found(ids[1]))
        #expect(names.find("papa") == .found(ids[2]))
        #expect(names.find("pa'pa'") == .several([ids[1], ids[2]]))
        #expect(names.find("Avis") == nil)
        #expect(names.near("Caritas di Nani") == ["Caritas di Narni"])
    }
}
