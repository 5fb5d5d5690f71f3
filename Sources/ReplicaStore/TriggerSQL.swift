package import SyncCore

/// The triggers of a synced table, made from the catalog: plain SQL, no custom function, so that any program may write.
package enum TriggerSQL {
    /// The stash: the row as last acknowledged, in the table's own types.
    package static func stash(of table: TableDescription) -> String {
        let columns = table.columns.map { "\(quoted($0.name)) \($0.type.rawValue)" }
        return
            "CREATE TABLE \(stashName(table))(id TEXT PRIMARY KEY NOT NULL, \(columns.joined(separator: ", "))) STRICT;"
    }

    package static func stashName(_ table: TableDescription) -> String {
        "zona_before_\(table.name)"
    }

    /// Triggers that note every change of a row, whoever makes it. They do nothing while a pull is applied.
    ///
    /// All run BEFORE the write: a program's own AFTER trigger may write the row again before ours would have its
    /// turn, and then we would stash what that trigger found. A row noted in vain (an insert that is ignored, a
    /// statement that fails) is dropped by the capture.
    package static func tracking(of table: TableDescription) -> String {
        let name = quoted(table.name)
        let stash = stashName(table)
        let columns = table.columns.map { quoted($0.name) }
        let names = (["id"] + columns).joined(separator: ", ")
        let old = (["OLD.id"] + columns.map { "OLD.\($0)" }).joined(separator: ", ")
        let differs = columns.map { "OLD.\($0) IS NOT NEW.\($0)" }.joined(separator: " OR ")
        let isLive = "(SELECT applying FROM zona_state) = 0"
        func unknown(_ row: String) -> String {
            "NOT EXISTS (SELECT 1 FROM zona_pending WHERE table_no = \(table.number) AND id = \(row).id)"
        }
        // An upsert, not OR REPLACE: the conflict clause of the statement that fires a trigger overrides the
        // trigger's own.
        let again =
            columns.isEmpty
            ? "DO NOTHING" : "DO UPDATE SET \(columns.map { "\($0) = excluded.\($0)" }.joined(separator: ", "))"
        let stashOld = "INSERT INTO \(stash)(\(names)) SELECT \(old) WHERE \(unknown("OLD")) ON CONFLICT(id) \(again);"
        // REPLACE displaces a row without firing a delete trigger: an insert stashes the row that it finds.
        var sql = """
            CREATE TRIGGER zona_track_\(table.name)_insert BEFORE INSERT ON \(name) WHEN \(isLive) BEGIN
              INSERT INTO \(stash)(\(names)) SELECT \(names) FROM \(name) WHERE id = NEW.id AND \(unknown("NEW"))
                ON CONFLICT(id) \(again);
              \(pend("NEW", table))
            END;
            CREATE TRIGGER zona_track_\(table.name)_delete BEFORE DELETE ON \(name) WHEN \(isLive) BEGIN
              \(stashOld)
              \(pend("OLD", table))
            END;

            """
        if !columns.isEmpty {
            sql += """
                CREATE TRIGGER zona_track_\(table.name)_update BEFORE UPDATE ON \(name)
                WHEN \(isLive) AND (\(differs)) BEGIN
                  \(stashOld)
                  \(pend("OLD", table))
                END;

                """
        }
        return sql
    }

    /// The context of a write is that of the touch that showed the row, else of a record that a pull skipped, else
    /// what the file knows.
    private static func pend(_ row: String, _ table: TableDescription) -> String {
        let place = "WHERE table_no = \(table.number) AND id = \(row).id"
        return """
            INSERT INTO zona_pending(table_no, id, epoch, changed_at, author, action)
              SELECT \(table.number), \(row).id, coalesce((SELECT epoch FROM zona_touch \(place)),
                (SELECT epoch FROM zona_behind \(place)), epoch),
                CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER), author, action
                FROM zona_state WHERE \(row).id IS NOT NULL
              ON CONFLICT(table_no, id) DO UPDATE SET changed_at = excluded.changed_at, author = excluded.author,
                action = excluded.action, sent = coalesce(counter, sent), counter = NULL,
                is_copy = is_copy AND counter IS NULL, is_filled = is_filled AND counter IS NULL;
            """
    }

    package static func quoted(_ name: String) -> String {
        "\"\(name)\""
    }
}
