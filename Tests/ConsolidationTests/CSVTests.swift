import Consolidation
import Testing

@Suite
struct CSVTests {
    @Test
    func `a table's file has a mark, its columns, and each value as it is`() throws {
        let sample = try SampleAmbito()
        try sample.fill()
        try sample.applied(
            """
            INSERT INTO assegnazione_fondo(id, annualita_id, fonte, importo_cent, atto, cup)
            VALUES ('\(SampleAmbito.id(0x100))', '\(SampleAmbito.year)', 'FNPS', -123456, '', NULL),
                ('\(SampleAmbito.id(0x101))', '\(SampleAmbito.year)', 'è; "così"', 7, '=SOMMA(A1)',
                    'due' || char(10) || 'righe')
            """)

        let publication = try sample.publish()

        let lines = [
            "\u{FEFF}id;annualita_id;fonte;importo_cent;atto;data_atto;cup;residuo_anni_precedenti",
            "\(SampleAmbito.id(0x100));\(SampleAmbito.year);FNPS;-123456;\"\";;;0",
            "\(SampleAmbito.id(0x101));\(SampleAmbito.year);\"è; \"\"così\"\"\";7;=SOMMA(A1);;\"due\nrighe\";0",
        ]
        #expect(
            try publication.bytes("assegnazione_fondo.csv") == Array(lines.map { $0 + "\r\n" }.joined().utf8))
    }

    @Test
    func `an empty table's file has its columns`() throws {
        let sample = try SampleAmbito()

        let publication = try sample.publish()

        #expect(
            try publication.content("quota_comune.csv")
                == "\u{FEFF}id;assegnazione_id;comune_id;importo_cent;criterio\r\n")
    }
}
