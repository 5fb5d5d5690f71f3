import Testing

@testable import Texts

@Suite struct CatalogueTests {
    private func catalogue(_ text: String) throws -> Catalogue {
        var catalogue = Catalogue()
        try catalogue.read(Array(text.utf8))
        return catalogue
    }

    private func fault(_ text: String) -> Catalogue.Fault? {
        do {
            _ = try catalogue(text)
            return nil
        } catch { return error as? Catalogue.Fault }
    }

    @Test func `a text is found by its English, with context, in two numbers, over several lines`() throws {
        let catalogue = try catalogue(
            """
            # A comment, and the head.
            msgid ""
            msgstr "Language: it\\n"

            msgid "open"
            msgstr "apri"
            msgctxt "conflict"
            msgid "open"
            msgstr "aperto"

            msgid "{1} row"
            msgid_plural "{1} rows"
            msgstr[0] "{1} riga"
            msgstr[1] "{1} righe"

            msgid ""
            "two\\n"
            "lines \\"quoted\\" \\\\ "
            msgstr ""
            "due\\n"
            "righe\\t"
            """)
        #expect(catalogue.text(for: "open", plural: false) == "apri")
        #expect(catalogue.text(for: "conflict\u{4}open", plural: false) == "aperto")
        #expect(catalogue.text(for: "{1} row", plural: false) == "{1} riga")
        #expect(catalogue.text(for: "{1} row", plural: true) == "{1} righe")
        #expect(catalogue.text(for: "two\nlines \"quoted\" \\ ", plural: false) == "due\nrighe\t")
        #expect(catalogue.text(for: "", plural: false) == nil)
        #expect(catalogue.entries.count == 4)
    }

    @Test func `what is no PO file is refused, with the line`() {
        #expect(fault("\"lost\"")?.line == 1)
        #expect(fault("msgid \"a\"\nmsgword \"b\"")?.line == 2)
        #expect(fault("msgid \"a\"\nmsgstr b")?.line == 2)
        #expect(fault("msgid \"a\"\nmsgstr \"b\"c\"")?.line == 2)
        #expect(fault("msgid \"a\"\nmsgstr \"b\\\"")?.line == 2)
        #expect(fault("msgid \"a\"\n\nmsgid \"b\"\nmsgstr \"c\"")?.what == "an entry without a translation")
        #expect(
            fault("msgid \"a\"\nmsgstr \"b\"\n\nmsgid \"a\"\nmsgstr \"c\"")?.what
                == "the entry before is there twice")
        #expect(fault("msgid \"a\"\nmsgid_plural \"b\"\nmsgstr \"c\"") != nil)
    }

    @Test func `what varies is put where the pattern wants it, and what looks like a place is left`() {
        let phrase: Phrase = "\(3) of \("five") {9} {x"
        #expect(phrase.key == "{1} of {2} {9} {x")
        #expect(phrase.filling("{2} meno {1} {3} {} {") == "five meno 3 {3} {} {")
        #expect(localized(phrase) == "3 of five {9} {x")
        #expect(localized(1, one: "\(1) row", other: "\(1) rows") == "1 row")
        #expect(localized(0, one: "\(0) row", other: "\(0) rows") == "0 rows")
    }

    @Test(arguments: [
        (["LANG": "it_IT.UTF-8"], Language.italian), (["LANG": "it_IT.UTF-8", "LC_ALL": "C"], .english),
        (["LANG": "de_DE.UTF-8"], .english), (["LANG": "en_US.UTF-8", "LC_MESSAGES": "it"], .italian),
        (["LANG": "de_DE", "LANGUAGE": "de:it:en"], .italian), (["LANG": "C.UTF-8", "LANGUAGE": "it"], .english),
        ([:], .english), (["LC_ALL": "", "LANG": "it-IT"], .italian),
    ])
    func `the locale decides`(environment: [String: String], language: Language) {
        #expect(Language(environment: environment) == language)
    }

    @Test func `the files in the program can be read, and no two say the same`() throws {
        var catalogue = Catalogue()
        for file in Catalogue.italianFiles {
            #expect(throws: Never.self, "\(file.name)") { try catalogue.read(file.bytes) }
        }
        #expect(!catalogue.entries.isEmpty)
    }
}
