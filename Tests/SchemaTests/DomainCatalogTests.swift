import GRDB
import Schema
import Testing

/// What the domain asks of every table and column, said once more and compared with what the SQL files declare.
@Suite struct DomainCatalogTests {
    /// Table, who reads, who writes, rule, owner column.
    private static let tables = """
        adesione ambito all set -
        adesione_atto ambito owner append-only ricevuto_da
        ambito ambito capofila last-writer-wins -
        ambito_comune ambito capofila last-writer-wins -
        annualita ambito capofila last-writer-wins -
        approvazione ambito capofila append-only -
        assegnazione_fondo ambito capofila last-writer-wins -
        bisogno ambito owner fields comune_id
        bisogno_intervento ambito all set -
        comune ambito capofila last-writer-wins -
        giustificazione owner owner append-only comune_id
        incontro ambito owner_capofila fields comune_id
        intervento ambito all fields -
        intervento_comune ambito owner fields comune_id
        intervento_voce ambito all set -
        movimento_spesa owner owner append-only comune_id
        obiettivo ambito all fields -
        partecipazione ambito all fields -
        personale_ambito owner owner fields comune_id
        piano_di_zona ambito capofila last-writer-wins -
        progetto_rete ambito all fields -
        progetto_soggetto ambito all set -
        proposta ambito owner append-only comune_id
        proposta_esito ambito capofila append-only -
        quota_comune ambito capofila last-writer-wins -
        rendicontazione_comune ambito owner_capofila capofila comune_id
        rendicontazione_passaggio ambito owner_capofila append-only comune_id
        rilevazione ambito owner fields comune_id
        risorsa ambito owner fields comune_id
        scadenza ambito capofila last-writer-wins -
        soggetto ambito all fields -
        stanziamento_comune ambito owner fields comune_id
        tavolo ambito all fields -
        valore_portato ambito all fields -
        valutazione ambito capofila last-writer-wins -
        vocabolario ambito capofila last-writer-wins -
        voce_budget ambito owner fields comune_id
        """

    private func found(_ sql: String) throws -> [String] {
        let queue = try DatabaseQueue()
        return try queue.write { database in
            for file in Schema.synced { try database.execute(sql: file.sql) }
            return try String.fetchAll(database, sql: sql)
        }
    }

    @Test func `every domain table has the readers, writers and rule that the domain asks for`() throws {
        let declared = try found(
            """
            SELECT table_name || ' ' || readable || ' ' || writable || ' ' || rule || ' ' || coalesce(owner_column, '-')
            FROM zona_catalog WHERE table_name NOT GLOB 'zona_*' ORDER BY table_name
            """)

        #expect(declared == Self.tables.split(separator: "\n").map(String.init))
    }

    @Test func `the columns that only the capofila writes are those of a decision`() throws {
        let declared = try found(
            """
            SELECT table_name || '.' || column_name || ' ' || writable FROM zona_column_rule
            WHERE writable IS NOT NULL AND table_name NOT GLOB 'zona_*' ORDER BY table_name, column_name
            """)

        #expect(
            declared == [
                "bisogno.priorita capofila", "intervento.area_tematica capofila", "intervento.codice_scheda capofila",
                "intervento.livello_welfare capofila", "intervento.macrolivello_fnps capofila",
                "intervento.nomenclatore capofila", "intervento.stato capofila", "intervento.tipo_azione capofila",
                "obiettivo.area_tematica capofila", "obiettivo.priorita capofila",
                "progetto_rete.buona_prassi capofila",
            ])
    }

    @Test func `columns with a rule of their own are amounts, long texts, the place of a meeting, phase and consent`()
        throws
    {
        let declared = try found(
            """
            SELECT table_name || '.' || column_name || ' ' || rule FROM zona_column_rule
            WHERE rule IS NOT NULL AND table_name NOT GLOB 'zona_*' ORDER BY table_name, column_name
            """)

        #expect(
            declared == [
                "assegnazione_fondo.importo_cent manual", "bisogno.fase ordered", "incontro.data owner",
                "incontro.indirizzo owner", "incontro.luogo owner", "incontro.ora_fine owner",
                "incontro.ora_inizio owner", "intervento.descrizione manual",
                "intervento.modalita_organizzative manual",
                "intervento.requisiti_qualita manual", "obiettivo.descrizione manual",
                "quota_comune.importo_cent manual",
                "stanziamento_comune.importo_cent manual", "valore_portato.condiviso ordered",
                "valore_portato.valore_cent manual", "voce_budget.importo_cent manual",
            ])
    }

    @Test func `an amount is never left to a clock: where a rule would pick a winner it is manual`() throws {
        let left = try found(
            """
            SELECT r.table_name || '.' || r.column_name FROM zona_column_rule r
            JOIN zona_catalog c ON c.table_name = r.table_name
            WHERE r.column_name GLOB '*_cent' AND c.rule <> 'append-only' AND r.rule IS NOT 'manual'
            """)

        #expect(left.isEmpty)
    }

    @Test func `date, hours, place and address of a meeting are one group`() throws {
        #expect(
            try found(
                """
                SELECT group_concat(column_name) FROM (SELECT column_name, group_name FROM zona_column_rule
                WHERE table_name = 'incontro' AND group_name IS NOT NULL ORDER BY column_name) GROUP BY group_name
                """) == ["data,indirizzo,luogo,ora_fine,ora_inizio"])
    }

    @Test func `orders go the way of the process and of the safer choice`() throws {
        #expect(
            try found(
                """
                SELECT ordered_values FROM zona_column_rule WHERE ordered_values IS NOT NULL ORDER BY table_name
                """) == ["individuato,conosciuto,in_risposta,chiuso", "1,0"])
    }

    @Test func `natural keys, and whether their empty values are equal, are the domain's`() throws {
        let declared = try found(
            """
            SELECT table_name || ' ' || natural_key || ' ' || nulls_equal FROM zona_catalog
            WHERE natural_key IS NOT NULL AND table_name IN ('soggetto', 'movimento_spesa', 'voce_budget',
                'stanziamento_comune', 'partecipazione', 'quota_comune', 'vocabolario') ORDER BY table_name
            """)

        #expect(
            declared == [
                "movimento_spesa comune_id,chiave_import 0", "partecipazione incontro_id,soggetto_id,nominativo 1",
                "quota_comune assegnazione_id,comune_id 0", "soggetto codice_fiscale 0",
                "stanziamento_comune annualita_id,comune_id,fonte,capitolo 1", "vocabolario tipo,codice 0",
                "voce_budget intervento_id,fonte,comune_id 1",
            ])
    }

    @Test func `the tables of a set derive their ids from their key, and no code is ever deleted`() throws {
        #expect(
            try found(
                "SELECT table_name FROM zona_catalog WHERE id_key IS NOT NULL AND id_key = natural_key ORDER BY 1")
                == ["adesione", "bisogno_intervento", "intervento_voce", "progetto_soggetto"])
        #expect(
            try found("SELECT table_name FROM zona_catalog WHERE deletable = 0 AND table_name NOT GLOB 'zona_*'")
                == ["vocabolario"])
    }
}
