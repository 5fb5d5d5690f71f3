import SyncCore
import Testing

@Suite struct ColumnSetTests {
    @Test func `a set holds what was put in, in the table's order`() {
        var set = ColumnSet([5, 0, 63, 5])
        set.insert(2)

        #expect(set.columns == [0, 2, 5, 63])
        #expect(set.count == 4)
        #expect(set.contains(63) && !set.contains(1) && !set.contains(64) && !set.contains(-1))
    }

    @Test func `columns that no table has are left out`() {
        #expect(ColumnSet([-1, 64, 100]).isEmpty)
    }

    @Test(arguments: 0...64) func `the first columns are as many as asked for`(_ count: Int) {
        #expect(ColumnSet.first(count).columns == Array(0..<count))
    }

    @Test func `a count outside is brought to the edge`() {
        #expect(ColumnSet.first(-1).isEmpty)
        #expect(ColumnSet.first(65).count == 64)
    }

    @Test func `set operations are those of sets`() {
        let sets = (0..<32).map { bits in ColumnSet((0..<5).filter { bits >> $0 & 1 == 1 }) }
        for one in sets {
            for other in sets {
                let (left, right) = (Set(one.columns), Set(other.columns))

                #expect(Set(one.union(other).columns) == left.union(right))
                #expect(Set(one.intersection(other).columns) == left.intersection(right))
                #expect(Set(one.subtracting(other).columns) == left.subtracting(right))
                #expect(one.isSubset(of: other) == left.isSubset(of: right))
            }
        }
    }
}
