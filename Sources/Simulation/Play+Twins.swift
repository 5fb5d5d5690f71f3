import SyncSession

// Copies of a file that talk in turn with what they are copies of: each believes for a while that what the hub says of
// their number is said of itself.
extension Play {
    func useTwins(_ desk: Desk) throws {
        if desks.count < 7 { try makeTwin(desk) }
        if chance.happens(0.5) { try bringOverAnother(desk) }
    }

    /// Mostly while batches wait that both will then have.
    private func makeTwin(_ desk: Desk) throws {
        let waits = try desk.program.integer(
            """
            SELECT count(*) FROM zona_outbox o JOIN zona_state s ON o.number = s.number
            WHERE o.last_counter > s.acknowledged_counter
            """)
        guard chance.happens(waits > 0 ? 0.15 : 0.005) else { return }
        try clone(desk, isOftenAway: false)
    }

    /// A batch that would follow by its counter, but follows another batch than the hub's last, comes by hand.
    private func bringOverAnother(_ desk: Desk) throws {
        let number = try desk.number
        guard
            let known = try hub.program.rows(
                "SELECT stored_counter, stored_hash FROM replica WHERE number = ?1", [.number(number)]
            ).first, known[0].integer > 0,
            let next = try desk.program.rows(
                """
                SELECT bytes, hash FROM zona_outbox o WHERE number = ?1 AND first_counter = ?2 + 1
                    AND EXISTS (SELECT 1 FROM zona_outbox b
                        WHERE b.number = ?1 AND b.last_counter = ?2 AND b.hash <> ?3)
                """, [.number(number), known[0], known[1]]
            ).first
        else { return }
        count("batch over another")
        let peer = try stranger(desk)
        try deliver(LateUpload(bytes: next[0].bytes, hash: next[1].bytes, peer: peer, clock: 0))
    }

    /// After a word of the desk's conversation its copy gets one in, or has its whole conversation.
    func talkBetween(_ desk: Desk) throws {
        let number = try desk.number
        let twins = try desks.filter { try $0 !== desk && $0.awayUntil <= step && $0.number == number }
        guard !twins.isEmpty, chance.happens(0.3) else { return }
        count("talked between")
        let twin = chance.pick(twins)
        if chance.happens(0.3) { try update(twin) }
        for _ in 0..<chance.pick([1, 2, 8]) where twin.awayUntil <= step { try talk(twin) }
    }
}
