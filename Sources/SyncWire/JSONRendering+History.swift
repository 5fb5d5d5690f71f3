import SyncCore

// What a replica asks of a record's history, and what it is told.
extension JSONRendering {
    static func history(_ request: HistoryRequest) -> [(key: String, value: JSONText)] {
        [("record", .text(request.record.description))]
    }

    static func history(_ answer: HistoryAnswer) -> [(key: String, value: JSONText)] {
        var members: [(key: String, value: JSONText)] = [
            ("incarnation", .text(answer.incarnation.description)), ("at", .integer(answer.at)),
            ("record", .text("\(answer.record)")), ("isCut", .flag(answer.isCut)),
        ]
        if let before = answer.prunedBefore { members.append(("prunedBefore", .integer(before))) }
        members.append(("entries", .list(answer.entries.map(entry))))
        members.append(
            (
                "conflicts",
                .list(
                    answer.listings.map { listing in
                        .object([
                            ("conflict", id(listing.conflict)), ("group", .integer(listing.group)),
                            ("loser", .text(listing.loser.description)), ("state", .text("\(listing.state)")),
                        ])
                    })
            ))
        return members
    }

    private static func entry(_ entry: HistoryAnswer.Entry) -> JSONText {
        var members: [(key: String, value: JSONText)] = [
            ("dot", .text(entry.dot.description)), ("time", .text(entry.time.description)),
            ("author", text(entry.author)),
        ]
        if let comune = entry.comune { members.append(("comune", id(comune))) }
        switch entry.origin {
        case .hub: members.append(("origin", .text("hub")))
        case .gone: members.append(("origin", .text("gone")))
        case .unread: members.append(("origin", .text("unread")))
        case .batch(let operation, let isCopy, let isFilled, let decides):
            members.append(("operation", .text("\(operation)")))
            if isCopy { members.append(("isCopy", .flag(true))) }
            if isFilled { members.append(("isFilled", .flag(true))) }
            if !decides.isEmpty { members.append(("decides", .list(decides.map(id)))) }
        }
        if let seen = entry.seen { members.append(("seen", .list(seen.map { .integer($0) }))) }
        members.append(("versions", .list(entry.versions.map(version))))
        return .object(members)
    }

    private static func version(_ version: HistoryAnswer.Version) -> JSONText {
        var members: [(key: String, value: JSONText)] = [("group", .integer(version.group))]
        switch version.standing {
        case .shows: members.append(("standing", .text("shows")))
        case .beside: members.append(("standing", .text("beside")))
        case .passed: members.append(("standing", .text("passed")))
        case .replaced(let dot): members.append(("replacedBy", .text(dot.description)))
        }
        members.append(("values", .hex(version.values)))
        return .object(members)
    }
}
