"""The rules that choose by something else than time. Under `mixed` each column has its own: a capofila, b ordered, c the later one.

`capofila` and `owner` name a side that wins whatever the clock says; under `ordered` the value later in the declared order wins, and one
outside it never does. Equals go by time. `manual` chooses as `last-writer-wins`; what it adds, that nothing is consolidated over an open
conflict, is no matter of merging. In a `set` rows are only inserted and deleted, their id from the key, so that several insert the same.
In an `append-only` table a row stays as it came first. Columns that are declared a group are merged as one value.
"""
from .world import COLUMNS, FEAT, FIX, W

MEMBERS = ['S1', 'S2', 'S3', 'S4', 'S5', 'S6']
BY_COLUMN = {'fields', 'mixed'}
COLUMN_RULES = {'a': 'capofila', 'b': 'ordered'}
DECLARED = ['bc']                                                     # a group is named by its columns


def groups() -> list:
    """The groups of a table that is merged by column."""
    inside = DECLARED if 'groups' in FEAT and 'groupwhole' in FIX else []
    return inside + [c for c in COLUMNS if c not in ''.join(inside)]


def by_groups(vals: dict, shown: dict) -> dict:
    """What a change writes to each group. What it does not say of one is as it is shown."""
    written = {g: {c: vals.get(c, shown.get(c)) for c in g} for g in groups() + ['d'] * ('schema' in FEAT) if not set(g).isdisjoint(vals)}
    return {g: v if len(g) > 1 else v[g] for g, v in written.items()}


def with_group(vals: dict, row: dict) -> dict:
    """What is captured: the changed columns, with the rest of their group."""
    if 'groups' not in FEAT or 'grouprest' not in FIX: return vals
    return {c: v for c, v in row.items() if c in vals or any(c in g and not set(g).isdisjoint(vals) for g in DECLARED)}


def wrote(row: dict) -> None:
    """Somebody has these values beside each other on his screen and wrote one of them."""
    if 'groups' in FEAT: W.together.update((g, tuple(row.get(c) for c in g)) for g in DECLARED)


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
    if 'groups' in FEAT: check_groups(hub, seed)
    if hub.rule == 'append': check_append_only(hub, seed)
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


def check_groups(hub, seed: int) -> None:
    """No half of each side, neither in a row nor in a conflict."""
    rows = [(rid, hub.show(rid)) for rid in hub.rec] + [(k[0], v) for k, v in hub.conf.items() if isinstance(v, dict)]
    for rid, row in rows:
        for g in DECLARED if row else ():
            if (g, tuple(row.get(c) for c in g)) not in W.together: raise AssertionError(('a group that nobody wrote so', seed, rid, row))


def unchanged(hub, seed: int) -> None:
    """An append-only row is what it was when it was first shown, while the hub is not restored; and what its writer knows as refused never shows."""
    for rid in hub.rec:
        row = hub.show(rid)
        if row and row['c'][0] and (rid, row) in W.unequal and W.seen_refused.issuperset(row.values()): raise AssertionError(('refused, its writer was told, and it shows', seed, rid))
        if not hub.former and W.first.setdefault(rid, row) != row: raise AssertionError(('an append-only row changed', seed, rid, W.first[rid], row))


def check_append_only(hub, seed: int) -> None:
    """Another row under its id was refused, and who wrote the same was not."""
    unchanged(hub, seed)
    if hub.conf: raise AssertionError(('an append-only row has a conflict', seed, sorted(hub.conf, key=str)[0]))
    for rid, row in W.unequal:
        if row == hub.show(rid) and not hub.former: raise AssertionError(('an equal row was refused', seed, rid))
