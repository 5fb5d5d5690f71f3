import Foundation
import ReplicaStore
import ReplicaSync
import Schema
import SyncCore
import SyncSession
import SyncWire
import Testing

/// A hub and three replicas that play what the model played: histories after each other, each with records of its own.
final class OracleWorld {
    static let rules = ["fields", "last-writer-wins"]
    private static let comuni = ["055022", "055004", "055024"]

    /// What the engine needs of the product's schema, with a table of three texts for each rule.
    private static let files: [Schema.File] =
        Schema.synced.filter { !$0.name.hasPrefix("D00") || $0.name.hasPrefix("D001") } + [
            Schema.File(
                name: "prova",
                sql: rules.enumerated().map { index, rule in
                    """
                    CREATE TABLE \(table(rule))(id TEXT PRIMARY KEY NOT NULL DEFAULT (printf('%08x-%04x-7%03x-%x%03x-%012x',
                      CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) >> 16,
                      CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) & 65535,
                      random() & 4095, 8 + (random() & 3), random() & 4095, random() & 281474976710655)),
                      a TEXT NOT NULL, b TEXT NOT NULL, c TEXT NOT NULL) STRICT;
                    INSERT INTO zona_catalog(table_name, table_no, label, readable, writable, rule) VALUES
                      ('\(table(rule))', \(801 + index), 'Prova', 'ambito', 'all', '\(rule)');
                    INSERT INTO zona_column_rule(table_name, column_name, label) VALUES
                      ('\(table(rule))', 'a', 'A'), ('\(table(rule))', 'b', 'B'), ('\(table(rule))', 'c', 'C');
                    """
                }.joined(separator: "\n"))
        ]

    private static func table(_ rule: String) -> String {
        "prova_" + rule.replacingOccurrences(of: "-", with: "_")
    }

    /// A conversation that is going on: the model's histories do other things between two pages.
    private struct Talk {
        var conversation: Conversation
        var request: Conversation.Request?
        var line: Line
    }

    private let ambito: Ambito
    private let desks: [Desk]
    private var talks: [Int: Talk] = [:]
    /// How many batches each capture made that is still to be sent: one for each state of knowledge that rows were written with. The
    /// model has one for all.
    private var units: [Int: [Int]] = [:]
    private var played = 0
    private var table = ""

    init() throws {
        ambito = try Ambito(files: Self.files)
        let ambito = ambito
        // Of two equal stamps the higher number wins, in the model too: the first replica has the lowest.
        desks = try Self.comuni.map { try ambito.replica(of: $0, "oracle-\($0)", files: Self.files) }
            .map { (desk: $0, number: try $0.store.state().number) }.sorted { $0.number < $1.number }.map(\.desk)
        for desk in desks { try desk.sync() }
    }

    /// Plays a history and gives what came out otherwise than the model says.
    func play(_ trace: ModelTrace) throws -> [String] {
        guard trace.format == 1, trace.replicas == [1, 2, 3] else { throw OracleFault("another format of histories") }
        played += 1
        table = Self.table(trace.rule)
        // The hub's clock stands still meanwhile, below all stamps: so its own are only steps after those that it has seen.
        ambito.now += 100_000
        for (index, step) in trace.steps.enumerated() {
            do { try play(step) } catch { throw OracleFault("step \(index), \(step): \(error)") }
        }
        return try desks.flatMap { try differences(at: $0, from: trace) }
    }

    private func play(_ step: ModelTrace.Step) throws {
        let desk = desks[step.replica - 1]
        let now = ambito.now + step.now
        let id = "'\(Self.id(step.record ?? "R0", played))'"
        let values = (step.values ?? [:]).sorted { $0.key < $1.key }
        switch step.step {
        case "insert":
            let columns = values.map(\.key).joined(separator: ", ")
            let texts = values.map { "'\($0.value)'" }.joined(separator: ", ")
            try write("INSERT INTO \(table)(id, \(columns)) VALUES (\(id), \(texts))", at: desk, now)
        case "update":
            let texts = values.map { "\($0.key) = '\($0.value)'" }.joined(separator: ", ")
            try write("UPDATE \(table) SET \(texts) WHERE id = \(id)", at: desk, now)
        case "delete": try write("DELETE FROM \(table) WHERE id = \(id)", at: desk, now)
        case "decide": try decide(step, at: desk, now)
        case "capture":
            let batches = try desk.store.capture(key: desk.key, now: now).batches
            if batches > 0 { units[step.replica, default: []].append(batches) }
        case "push": try push(step, from: desk, now)
        case "pull": try pull(step, to: desk, now)
        default: throw OracleFault("nobody knows how to \(step.step)")
        }
    }

    private func write(_ sql: String, at desk: Desk, _ now: Int64) throws {
        try desk.sql(sql + "; " + Self.stamping(now))
    }

    /// Triggers write down this PC's time: the history has its own.
    private static func stamping(_ now: Int64) -> String {
        "UPDATE zona_pending SET changed_at = \(now) WHERE counter IS NULL AND changed_at > \(now)"
    }

    private func decide(_ step: ModelTrace.Step, at desk: Desk, _ now: Int64) throws {
        guard let wanted = step.conflict, let values = step.values,
            let conflict = try desk.store.conflicts().first(where: { loser($0) == wanted }),
            let table = desk.store.catalog.table(named: table)
        else { throw OracleFault("this replica does not know \(String(describing: step.conflict))") }
        let chosen = values.compactMap { name, text in
            table.column(named: name).map { (column: $0, value: Value.text(Array(text.utf8))) }
        }
        try desk.store.resolve(conflict, .new(chosen), note: "", by: Operator("rosa"), now: now)
        try desk.sql(Self.stamping(now))
    }

    private func push(_ step: ModelTrace.Step, from desk: Desk, _ now: Int64) throws {
        talks[step.replica] = nil
        var talk = try talk(of: desk, pulls: false, now)
        let sent = units[step.replica, default: []].prefix(step.batches ?? 0)
        units[step.replica]?.removeFirst(sent.count)
        if sent.count != step.batches { throw OracleFault("there is nothing to be sent") }
        var left = sent.reduce(0, +)
        while let request = talk.request {
            if case .upload = request {
                if left == 0 { return }
                left -= 1
            }
            let answer = try talk.line.answer(request)
            if left == 0, step.answerLost == true, case .upload = request { return }
            talk.request = try talk.conversation.receive(answer, sentAt: now, now: now)
        }
        if left > 0 || talk.conversation.beginsAgain { throw OracleFault("\(left) batches were not there to be sent") }
    }

    private func pull(_ step: ModelTrace.Step, to desk: Desk, _ now: Int64) throws {
        var talk = try talks[step.replica] ?? talk(of: desk, pulls: true, now)
        talks[step.replica] = nil
        var left = step.applied == true ? Int.max : step.pages ?? 0
        while let request = talk.request {
            if case .upload = request { throw OracleFault("a batch that the model does not have") }
            if case .page = request {
                if left == 0 {
                    talks[step.replica] = talk
                    return
                }
                left -= 1
            }
            talk.line.pageSize = step.applied == true ? nil : 1
            talk.request = try talk.conversation.receive(talk.line.answer(request), sentAt: now, now: now)
        }
        if step.applied != true || talk.conversation.beginsAgain { throw OracleFault("the pull ended") }
    }

    private func talk(of desk: Desk, pulls: Bool, _ now: Int64) throws -> Talk {
        var conversation = try Conversation(store: desk.store, key: desk.key, pulls: pulls, now: now)
        let request = try conversation.begin()
        return Talk(conversation: conversation, request: request, line: Line(ambito: ambito))
    }

    // MARK: What came out

    private func differences(at desk: Desk, from trace: ModelTrace) throws -> [String] {
        var found: [String] = []
        for (record, wanted) in trace.expected.rows.sorted(by: { $0.key < $1.key }) {
            let row = try desk.values(
                "SELECT a, b, c FROM \(table) WHERE id = '\(Self.id(record, played))'"
            ).first?.replacingOccurrences(of: "\"", with: "")
            let text = wanted.map { values in trace.columns.map { values[$0] ?? "" }.joined(separator: "|") }
            if row != text { found.append("\(record) is \(row ?? "deleted"), not \(text ?? "deleted")") }
        }
        let open = Set(try desk.store.conflicts().compactMap(loser))
        let wanted = Set(trace.expected.conflicts)
        found += open.subtracting(wanted).map { "\($0) is open" }.sorted()
        found += wanted.subtracting(open).map { "\($0) is not open" }.sorted()
        let waiting = try desk.value("SELECT (SELECT count(*) FROM zona_pending), (SELECT count(*) FROM zona_refused)")
        if waiting != "0|0" { found.append("pending and refused: \(waiting)") }
        return found
    }

    /// A conflict of this history's records, as the model names it.
    private func loser(_ conflict: Conflict) -> ModelTrace.Loser? {
        let id = "\(conflict.recordID)"
        guard conflict.table == table, let record = Self.record(id, played) else { return nil }
        guard conflict.group != ColumnGroup.existence else {
            return .init(record: record, group: "existence", losing: "deleted")
        }
        let texts = conflict.other.values.map { value in
            guard case .text(let bytes) = value else { return "" }
            return String(decoding: bytes, as: UTF8.self)
        }
        guard conflict.columns.count > 1 else {
            return .init(record: record, group: conflict.columns.first ?? "", losing: texts.first ?? "")
        }
        let row = Dictionary(zip(conflict.columns, texts)) { first, _ in first }
        return .init(record: record, group: "row", losing: ModelTrace.text(row))
    }

    /// The id of a record of the history that is played as the so-manieth here.
    private static func id(_ record: String, _ history: Int) -> String {
        let number = Int(record.dropFirst()) ?? 0
        return "0190a000-0000-7000-8000-" + String(repeating: "0", count: 4) + hex(history) + hex(number)
    }

    private static func record(_ id: String, _ history: Int) -> String? {
        guard id.hasPrefix("0190a000-0000-7000-8000-0000" + hex(history)) else { return nil }
        return Int(id.suffix(4), radix: 16).map { "R\($0)" }
    }

    private static func hex(_ number: Int) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }
}
