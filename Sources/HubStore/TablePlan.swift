import SyncCore

/// What the hub looks after in one table, made of the catalog once a unit.
struct TablePlan {
    struct Parent {
        let column: Int
        let table: Int
        /// The record's id is made of this column, so the id changes with it.
        let isInID: Bool
    }

    let table: TableDescription
    let parents: [Parent]
    /// The tables and columns that hold this table's ids.
    let children: [(table: TableDescription, columns: [Int])]
    /// Checks over columns that are merged apart: a merge can break them.
    let crossing: [CheckDescription]
    let hasKey: Bool
    /// Whether anything is to be looked after at all.
    let isWatched: Bool

    init(_ table: TableDescription, in catalog: Catalog) {
        self.table = table
        parents = table.columns.enumerated().compactMap { column, described in
            described.parent.flatMap(catalog.table(named:)).map {
                Parent(column: column, table: $0.number, isInID: table.idKey.contains(column))
            }
        }
        children = catalog.tables.compactMap { child in
            let columns = child.columns.indices.filter {
                child.columns[$0].parent.map { $0.utf8.elementsEqual(table.name.utf8) } ?? false
            }
            return columns.isEmpty ? nil : (child, Array(columns))
        }
        crossing = table.checks.filter { check in
            !table.groups.contains { check.columns.isSubset(of: $0.columns) }
        }
        // Where the id is made of the key, two records never share it.
        hasKey = !table.naturalKey.isEmpty && table.idKey != table.naturalKey
        isWatched = table.number < 900 && (hasKey || !parents.isEmpty || !children.isEmpty || !crossing.isEmpty)
    }

    func value(_ column: Int, _ slices: [ArraySlice<UInt8>]) -> ArraySlice<UInt8> {
        column < slices.count ? slices[column] : table.columns[column].defaultValue[...]
    }

    /// The id that a column holds; nothing for NULL and for what is no id.
    func id(_ column: Int, _ slices: [ArraySlice<UInt8>]) -> RecordID? {
        Self.id(in: value(column, slices))
    }

    static func id(in value: ArraySlice<UInt8>) -> RecordID? {
        guard value.count == 17, value.first == RawValue.Kind.uuid.rawValue else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        let start = value.startIndex + 1
        for index in 0..<8 {
            high = high << 8 | UInt64(value[start + index])
            low = low << 8 | UInt64(value[start + 8 + index])
        }
        return RecordID(high: high, low: low)
    }

    func isNull(_ column: Int, _ slices: [ArraySlice<UInt8>]) -> Bool {
        value(column, slices).elementsEqual(ValueCoding.null)
    }

    /// A hash of the table and the natural key; nothing for a key with a NULL where NULLs are not equal.
    func keyHash(_ slices: [ArraySlice<UInt8>]) -> Int64? {
        guard hasKey else { return nil }
        // FNV-1a (public domain), 64 bits. Equal hashes are compared by value before anything is listed.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325 ^ UInt64(table.number)
        for column in table.naturalKey {
            let value = value(column, slices)
            if !table.nullsAreEqual && value.count == 1 && value.first == 0 { return nil }
            for byte in value { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        }
        hash ^= hash >> 32
        return Int64(bitPattern: hash &* 0x9E37_79B9_7F4A_7C15)
    }

    /// The encoded values of the natural key, one after the other.
    func key(_ slices: [ArraySlice<UInt8>]) -> [UInt8] {
        table.naturalKey.reduce(into: []) { $0.append(contentsOf: value($1, slices)) }
    }
}
