import GRDB
import SQLiteAccess

/// A statement that is prepared when it is first used: most units never need most of them.
final class LazyStatement {
    private let database: Database
    private let sql: String
    private var made: RawStatement?

    init(_ database: Database, _ sql: String) {
        self.database = database
        self.sql = sql
    }

    func callAsFunction() throws -> RawStatement {
        if let made { return made }
        let statement = try RawStatement(database, sql)
        made = statement
        return statement
    }
}
