import SyncCore
import Testing

@Suite struct VersionVectorTests {
    /// All vectors over three numbers with counters 0 to 2.
    static let all: [VersionVector] = (0..<27).map { (code: UInt64) -> VersionVector in
        vector(dot(1, code % 3), dot(2, code / 3 % 3), dot(3, code / 9))
    }

    @Test func `a union covers what either covers and nothing more`() {
        for one in Self.all {
            for other in Self.all {
                let union = one.union(other)
                for number in 1...3 as ClosedRange<UInt64> {
                    for counter in 1...3 as ClosedRange<UInt64> {
                        let dot = dot(number, counter)
                        #expect(union.covers(dot) == (one.covers(dot) || other.covers(dot)))
                    }
                }
            }
        }
    }

    @Test func `union is commutative, associative and idempotent`() {
        for one in Self.all {
            #expect(one.union(one) == one)
            for other in Self.all {
                #expect(one.union(other) == other.union(one))
                for third in Self.all where third.entries.count < 2 {
                    #expect(one.union(other).union(third) == one.union(other.union(third)))
                }
            }
        }
    }

    @Test func `the relation is that of covering, and turns round with its sides`() {
        for one in Self.all {
            for other in Self.all {
                let there = one.relation(to: other)
                let back = other.relation(to: one)

                switch there {
                case .equal: #expect(one == other && back == .equal)
                case .before: #expect(other.covers(one) && one != other && back == .after)
                case .after: #expect(one.covers(other) && one != other && back == .before)
                case .concurrent: #expect(!one.covers(other) && !other.covers(one) && back == .concurrent)
                }
            }
        }
    }

    @Test func `equal vectors have equal bytes, in whatever order their dots came`() {
        let dots = [dot(9, 1), dot(1 << 62, 3), dot(2, 7), dot(9, 4)]
        var one: [UInt8] = []
        one.appendVector(VersionVector(dots))
        var other: [UInt8] = []
        other.appendVector(VersionVector(dots.reversed()))

        #expect(one == other)
    }

    @Test func `a dot with counter 0 is no entry`() {
        #expect(vector(dot(1, 0)).isEmpty)
        #expect(VersionVector().covers(dot(1, 0)))
    }

    @Test func `counters never go back`() {
        var vector = vector(dot(1, 5))

        vector.formUnion(dot(1, 3))

        #expect(vector[ReplicaNumber(rawValue: 1)] == 5)
    }

    @Test func `a change covers its own earlier changes though its vector does not name them`() {
        let stamp = Write.update(dot(4, 3), at: 1, knowing: vector(dot(1, 1)), [0: 1]).stamp

        #expect(stamp.covers(dot(4, 2)))
        #expect(stamp.covers(dot(1, 1)))
        #expect(!stamp.covers(dot(4, 3)))
        #expect(!stamp.covers(dot(4, 4)))
        #expect(!stamp.covers(dot(1, 2)))
    }

    @Test func `dots are ordered by number, then counter, as integers`() {
        let sorted = [dot(10, 1), dot(9, 12), dot(9, 2), dot(1 << 63, 1)].sorted()

        #expect(sorted == [dot(9, 2), dot(9, 12), dot(10, 1), dot(1 << 63, 1)])
    }
}
