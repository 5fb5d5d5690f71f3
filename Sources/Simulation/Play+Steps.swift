import HubStore
import ReplicaStore
import ReplicaSync
import SyncCore
import SyncSession
import SyncWire

extension Play {
    /// One thing happens somewhere.
    func takeStep() throws {
        now += Int64(chance.below(11)) + 1
        let desk = chance.pick(desks)
        if desk.awayUntil > step, chance.happens(0.5) { return }
        try happenBeside(desk)
        try work(at: desks[desk.index])
    }

    private func work(at desk: Desk) throws {
        let draw = chance.part()
        switch draw {
        case ..<0.06: try insert(desk)
        case ..<0.34: try update(desk)
        case ..<0.365: try decide(desk)
        case ..<0.385: if campaign.has(.revert) { try revert(desk) } else { try update(desk) }
        case ..<0.40: try delete(desk)
        case ..<0.46: try capture(desk, targetBytes: chance.pick([1, 40, 128 << 10]))
        default:
            guard desk.awayUntil <= step else { return }
            for _ in 0..<(1 + chance.below(4)) where desk.awayUntil <= step { try talk(desk) }
        }
    }

    /// What the campaign makes happen now and then.
    private func happenBeside(_ desk: Desk) throws {
        if chance.happens(0.01) { desk.awayUntil = step + 20 + chance.below(60) }
        if !late.isEmpty, chance.happens(0.08) { try deliverLate() }
        if campaign.has(.touch), chance.happens(0.15) { try useForm(desk) }
        if campaign.has(.refuse) || campaign.has(.scope), chance.happens(0.06) { try resubmit(desk) }
        if campaign.has(.stick) { try useStick(desk) }
        if campaign.has(.crash) { try crash(desk) }
        if campaign.has(.collect) { try collect(desk) }
        if campaign.hasDisasters, chance.happens(0.04) { try disaster(desk) }
        if campaign.has(.clock), chance.happens(0.02) {
            desk.skew = chance.pick([0, -50, 3_000, -90_000, 86_400_000, -31_536_000_000])
            count("clock stepped")
        }
    }

    private func crash(_ desk: Desk) throws {
        if chance.happens(0.015) {
            count("crash of a PC")
            try desk.reopen()
        }
        if chance.happens(0.008) {
            count("crash of the hub")
            try hub.reopen()
            for desk in desks { desk.hangUp() }
        }
    }

    /// An upload arrives that its sender has given up or sent again long ago.
    private func deliverLate() throws {
        let upload = late.remove(at: chance.below(late.count))
        count("upload late")
        try deliver(upload)
    }

    private func useStick(_ desk: Desk) throws {
        if chance.happens(0.06) {
            let peer = try stranger(desk)
            for row in try desk.program.rows("SELECT bytes, hash FROM zona_outbox ORDER BY last_counter") {
                sticks.append(LateUpload(bytes: row[0].bytes, hash: row[1].bytes, peer: peer, clock: 0))
            }
        }
        if !sticks.isEmpty, chance.happens(0.15) {
            count("batch by stick")
            try deliver(sticks.remove(at: chance.below(sticks.count)))
        }
    }

    /// A batch comes to the hub on its own: what it brings is judged as ever.
    private func deliver(_ upload: LateUpload) throws {
        do {
            _ = try hub.store.accept(upload.bytes, from: upload.peer, offset: upload.clock, now: now)
        } catch {
            count("problem \(error.code)")
        }
        try observe()
    }

    /// The desk as the hub knows it, without a greeting of now: its certificate, and all its numbers.
    func stranger(_ desk: Desk) throws -> HubSession.Peer {
        let state = try desk.store.state()
        let former = try desk.store.formerNumbers()
        let greeting = ClientGreeting(
            nonce: [], certificate: state.certificate, number: state.number, formerNumbers: former,
            incarnation: state.incarnation, acknowledgedCounter: 0, acknowledgedHash: Hash.none, cursor: state.cursor,
            logHash: state.logHash, oldest: state.cursor, schemaVersion: state.schemaVersion)
        let paper = try Frame(reading: state.certificate, kind: .certificate)
        return HubSession.Peer(certificate: try Certificate(reading: paper), greeting: greeting)
    }

    // MARK: The end

    /// After the last fault: everything goes up and comes down until nothing moves.
    func settle() throws {
        // Forms that a crash left open have ended.
        now += Limits.touchMilliseconds * 2
        for desk in desks {
            desk.awayUntil = 0
            desk.hangUp()
            if let form = desk.form, let table = table(form.key.table) {
                try closeForm(desk, form, table)
            }
        }
        for round in 0..<12 {
            let before = try standing()
            for desk in desks { try goodNight(desk) }
            if try round > 0 && standing() == before { return count("settled") }
        }
        throw SimulationFailure("it never comes to rest")
    }

    private func standing() throws -> [Int64] {
        let marks = try hub.marks()
        var all = [marks.seq, marks.counter, marks.incarnation]
        for desk in desks {
            all.append(desk.marks.cursor)
            all.append(desk.marks.number)
            all.append(try desk.program.integer("SELECT count(*) FROM zona_pending"))
            all.append(try desk.program.integer("SELECT count(*) FROM zona_behind"))
        }
        return all
    }

    /// Conversations without a fault until one has gone through.
    func goodNight(_ desk: Desk) throws {
        for _ in 0..<20 {
            now += 1_000
            try beginTalk(desk)
            var asked = 0
            while let request = desk.request {
                asked += 1
                guard asked < 2_000 else { throw SimulationFailure("desk \(desk.index) did not drain") }
                do { try receive(try answer(request, of: desk), desk) } catch let problem as Problem {
                    note("desk \(desk.index) was told \(problem.code) in a good night: \(problem.message)")
                    count("problem in a good night \(problem.code)")
                    desk.hangUp()
                }
            }
            if desk.wentThrough { return }
        }
        throw SimulationFailure("desk \(desk.index) does not get through")
    }
}
