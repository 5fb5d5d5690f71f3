"""What people did and saw, told by values that are each unique; never by a vector. And what is switched on in this run."""


class Fork(Exception): pass
class Gap(Exception): pass

def covers(vector, dot): return vector.get(dot[0], 0) >= dot[1]
COLUMNS, WITHHELD = 'abc', 'withheld'
FEAT, FIX, COUNT = set(), set(), {}
def count(what, n=1): COUNT[what] = COUNT.get(what, 0) + n

class World:
    """What people really did and saw."""
    def reset(self):
        self.accepted, self.over, self.deletes, self.edits, self.refused, self.seen_refused = {}, {}, {}, {}, {}, set()
        self.owner = {}; self.gone = set()          # values that died with a lost file before anyone else had them
        self.reopened, self.decisions = {}, {}      # conflict -> who doubted it; what each decision about it had seen of that
        self.untold, self.decided = set(), {}       # decided: decision value -> conflict
        self.wrote, self.knew = {}, {}              # parents.py: value -> dot; delete -> all that its writer had seen
        self.chosen = set()                         # duplicates.py: values that a merge chose
        self.together = set()                       # rules.py: values of a group as somebody left them
        self.clock = {}                             # clocks.py: value -> the earliest and the latest time that it can be of
        self.first, self.unequal = {}, []           # append-only rows as first shown, and those that were refused
W = World()
def bad(v): return isinstance(v, tuple) and len(v) > 3 and v[3] == 'bad'
