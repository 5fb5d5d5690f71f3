"""The rules that choose by something else than time. Under `mixed` each column has its own: a capofila, b ordered, c the later one.

`capofila` and `owner` name a side that wins whatever the clock says; under `ordered` the value later in the declared order wins, and one
outside it never does. Equals go by time. `manual` chooses as `last-writer-wins`; what it adds, that nothing is consolidated over an open
conflict, is no matter of merging. In a `set` rows are only inserted and deleted, their id from the key, so that several insert the same.
"""
from .world import FIX, W

MEMBERS = ['S1', 'S2', 'S3', 'S4', 'S5', 'S6']
BY_COLUMN = {'fields', 'mixed'}
COLUMN_RULES = {'a': 'capofila', 'b': 'ordered'}


def declared(v) -> int:
    """The place of a value in the declared order; every fifth stands outside."""
    place = v[1] % 5 if isinstance(v, tuple) else -1
    return -1 if place == 4 else place


def of_group(rule: str, g: str) -> str:
    return rule if rule in ('capofila', 'owner') and g == '*' else COLUMN_RULES.get(g, 'lww') if rule == 'mixed' else 'lww'


def rank(rule: str, g: str, y: dict, owner: str) -> int:
    """How a value stands before time is asked."""
    kind = of_group(rule, g)
    if 'rulerank' not in FIX: return 0
    if kind == 'capofila': return int(y['by'] == 'capofila')
    if kind == 'owner': return int(y['by'] == owner)
    return declared(y['v']) if kind == 'ordered' else 0


def check(hub, reps, seed: int) -> None:
    """Told by values: what shows is not below any value of its column, unless somebody replaced that one in front of it, or what it had
    lost to: then it waits in the list. In a conflict that still stands, neither may outrank what shows."""
    for rid in W.edits if hub.rule == 'set' else ():                      # present, unless who deleted had seen everybody's insert
        want = any(not any(dot in dseen for _, dseen, _ in W.deletes.get(rid, ())) for dot, _, _ in W.edits[rid])
        if want != (hub.show(rid) is not None): raise AssertionError(('a member that should be there is not, or is and should not', seed, rid, want))
    if hub.rule != 'mixed': return
    comune = {r.number: r.comune for r in reps}
    def place(c, v): return int(comune[v[0]] == 'capofila') if c == 'a' else declared(v) if c == 'b' else 0
    replaced = {v for (rid, g, dot), v in hub.conf.items() if dot not in [y['dot'] for y in hub.rec.get(rid, {'g': {}})['g'].get(g, ())] and g in 'ab'}
    for u, (rid, c) in W.accepted.items():
        row = hub.show(rid) if rid in hub.rec else None
        if row is None or W.over.get(u) or u in replaced or place(c, u) <= place(c, row[c]): continue
        raise AssertionError(('a value of lower rank shows', seed, rid, c, row[c], 'over', u))
