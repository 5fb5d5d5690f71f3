import HubStore
import ReplicaStore
import ReplicaSync
import Schema
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
        let present = desks[desk.index]
        guard campaign.has(.crash), chance.happens(0.05) else { return try work(at: present) }
        try losePower(present) { try work(at: present) }
    }

    /// The power goes somewhere in the middle, at the PC or at the hub: what the last transaction had written is there
    /// in part, and its file is opened again.
    private func losePower(_ desk: Desk, _ body: () throws -> Void) throws {
        let isHub = chance.happens(0.4)
        SimulatedDisk.cutPower(isHub ? hub.path : desk.path, after: chance.below(isHub ? 24 : 12))
        do { try body() } catch {
            guard SimulatedDisk.isCut else {
                SimulatedDisk.givePower()
                throw error
            }
            note("in the middle: \(error)")
        }
        guard SimulatedDisk.isCut else {
            SimulatedDisk.givePower()
            return
        }
        count(isHub ? "power cut at the hub" : "power cut at a PC")
        note("the power went\(isHub ? " at the hub" : " at desk \(desk.index)")")
        // Closed while nothing can be written: the log stays as it was.
        if isHub { try hub.close() } else { try desk.close() }
        SimulatedDisk.givePower()
        if isHub {
            hub.nonces = []
            try hub.openFiles()
            for desk in desks { desk.hangUp() }
        } else {
            desk.hangUp()
            desk.form = nil
            try desk.reopenFiles()
        }
    }

    private func work(at desk: Desk) throws {
        if campaign.has(.near), campaign.restoresHub, try writeOverCopy(desk) { return }
        let draw = chance.part()
        switch draw {
        case ..<0.06: try insert(desk)
        case ..<0.34: if campaign.has(.deletes), chance.happens(0.2) { try delete(desk) } else { try update(desk) }
        case ..<0.365: try decide(desk)
        case ..<0.385: if campaign.has(.revert) { try revert(desk) } else { try update(desk) }
        case ..<0.40: try delete(desk)
        case ..<0.46: try capture(desk, targetBytes: chance.pick([1, 40, 128 << 10]))
        default:
            guard desk.awayUntil <= step else { return }
            for _ in 0..<(1 + chance.below(4)) where desk.awayUntil <= step {
                try talk(desk)
                if campaign.has(.twins) { try talkBetween(desk) }
            }
        }
    }

    /// What the campaign makes happen now and then.
    private func happenBeside(_ desk: Desk) throws {
        if chance.happens(0.01) { desk.awayUntil = step + 20 + chance.below(60) }
        if !late.isEmpty, chance.happens(0.08) { try deliverLate() }
        if campaign.has(.touch), chance.happens(0.15) { try useForm(desk) }
        if campaign.has(.refuse) || campaign.has(.scope), chance.happens(0.06) { try resubmit(desk) }
        if campaign.has(.stick) { try useStick(desk) }
        if campaign.has(.bundle) { try useBundles(desk) }
        if campaign.has(.crash) { try crash(desk) }
        if campaign.has(.collect) { try collect(desk) }
        if campaign.has(.twins) { try useTwins(desk) }
        if campaign.has(.schema) { try upgrade(desk) }
        if campaign.hasDisasters, chance.happens(0.04) { try disaster(desk) }
        if campaign.has(.clock), chance.happens(0.02) {
            desk.skew = chance.pick([0, -50, 3_000, -90_000, 86_400_000, -31_536_000_000])
            count("clock stepped")
        }
        if campaign.has(.centuries), chance.happens(0.01) {
            desk.skew = chance.pick(Self.centuries(now))
            count(desk.skew > 0 ? "clock ahead" : desk.skew == -now ? "clock of 1970" : "clock behind")
        }
        if campaign.has(.reopen), chance.happens(0.05) { try reopen(desk) }
        if campaign.has(.prune), chance.happens(0.008) { try prune() }
        if campaign.has(.fire), chance.happens(0.01) { try burn(desks[desk.index]) }
    }

    /// What clocks of PCs are set to whose battery is empty, or whose date somebody mistyped.
    private static func centuries(_ now: Int64) -> [Int64] {
        [400 * 86_400_000, -3 * 86_400_000, -now, 10 * 31_536_000_000]
    }

    /// History and the bytes of batches that everybody has go; the fold begins at the checkpoint from now on.
    private func prune() throws {
        let summary = try hub.store.prune(
            before: now - Int64(chance.below(400)), checkpoint: side + "/checkpoint.sqlite", now: now)
        note("pruned \(summary.historyEntries) and \(summary.batches)")
        if summary.historyEntries + summary.batches > 0 { count("pruned") }
        try hub.refresh()
    }

    /// A newer Zona is installed, at the hub or at a PC: mostly, not always, at the hub first.
    private func upgrade(_ desk: Desk) throws {
        if hub.files.version < catalog.version, chance.happens(0.02) { try upgradeHub() }
        let isFirst = hub.files.version < catalog.version
        guard desk.files.version < catalog.version, chance.happens(isFirst ? 0.008 : 0.02) else { return }
        count("PC upgraded")
        if !desk.memory.written.isEmpty { count("PC upgraded with work that waits") }
        note("desk \(desk.index) is upgraded")
        desk.files = Toys.laterFiles
        try desk.reopen()
    }

    private func upgradeHub() throws {
        count("hub upgraded")
        note("the hub is upgraded")
        hub.files = Toys.laterFiles
        try hub.reopen()
        for desk in desks { desk.hangUp() }
        try hub.refresh()
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
            try desk.store.offer()
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
    func deliver(_ upload: LateUpload) throws {
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
        if hub.files.version < catalog.version { try upgradeHub() }
        // A hub that was put back may have forgotten that they were retired.
        for number in world.lost { try? hub.store.retire(number, now: now) }
        if !world.lost.isEmpty { try hub.refresh() }
        // Forms that a crash left open have ended.
        now += Limits.touchMilliseconds * 2
        for desk in desks {
            desk.awayUntil = 0
            desk.hangUp()
            if let form = desk.form, let table = desk.table(form.key.table) {
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
        isCalm = true
        defer { isCalm = false }
        for _ in 0..<20 {
            now += 1_000
            if campaign.has(.near), campaign.restoresHub { _ = try writeOverCopy(desk) }
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
