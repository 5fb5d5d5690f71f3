/// Every limit in one place, each with its unit and its reason. Decoders check them before they allocate.
package enum Limits {
    /// Columns of one table: a column set is one 64-bit word.
    package static let columns = 64
    /// Entries of a version vector: 50 replicas, each with a few hundred former numbers that are not folded yet.
    package static let vectorEntries = 20_000
    /// Bytes of one change, counted as encoded values. Larger ones are refused where they are written.
    package static let changeBytes = 1 << 20
    /// Compressed bytes that a batch aims at: 128 KiB go through a 16 kbit/s line in about a minute.
    package static let batchBytesTarget = 128 << 10
    /// Compressed bytes of a batch that a hub takes: one change at its limit, and room for the rest.
    package static let batchBytes = 4 << 20
    /// Bytes of a batch or page once unpacked; refused before it is unpacked.
    package static let unpackedBytes = 64 << 20
    /// Changes in one batch.
    package static let batchChanges = 100_000
    /// Sections of one batch or page: one a table of the catalog, with room for many versions of it.
    package static let sections = 4_096
    /// Column sets, authors and actions named in one batch.
    package static let batchDictionary = 100_000
    /// Batches of one unit: a first capture of 100 million rows would need more; nobody has them.
    package static let unitBatches = 100_000
    /// Bytes of a page: more would be buffered by the server without bound.
    package static let pageBytes = 2 << 20
    /// Bytes of the first page; doubles until the end is reached, so that a bad line gets something soon.
    package static let pageBytesFirst = 64 << 10
    /// Entries of one page.
    package static let pageEntries = 200_000
    /// Bytes of a greeting or another control message.
    package static let messageBytes = 1 << 20
    /// Bytes of an author's name.
    package static let authorBytes = 200
    /// Former numbers of one replica that a greeting names.
    package static let formerNumbers = 10_000
    /// Dots that one decision names.
    package static let decisionDots = 1_000
    /// Records that one side leaves out when two compare.
    package static let comparedRecords = 50_000
    /// Rows that are asked for at once when two compare.
    package static let comparedRows = 500
    /// Changes of one record, and conflicts about it, that its history names.
    package static let historyEntries = 2_000
    /// Milliseconds that a stamp may be ahead of the hub's clock before it is brought back.
    package static let clockAheadMilliseconds: Int64 = 60_000
    /// Milliseconds of a clock's difference that are the line's own and are not corrected.
    package static let clockToleranceMilliseconds: Int64 = 2_000
    /// Milliseconds of difference between a PC's clock and the hub's from which people are told.
    package static let clockNoticeMilliseconds: Int64 = 120_000
    /// Milliseconds after which a touched record counts as no longer on screen.
    package static let touchMilliseconds: Int64 = 3_600_000
}
