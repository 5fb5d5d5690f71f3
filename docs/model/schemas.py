"""A column that came with a later schema (d), a group of its own under every rule. Some PCs have it, some not yet.

Vectors know nothing of columns: knowledge that was pulled under the earlier schema covers who wrote the column, though nobody there has seen
it. So a context says under which schema it was pulled, as an entry of the vector.
"""
from .world import COLUMNS, FEAT, FIX, W

NEW, DEFAULT = 'd', (0, 0, 'default')


def columns(r) -> str: return COLUMNS + NEW if 'schema' in FEAT and r.schema == 2 else COLUMNS


def upgrade(r) -> None:
    """The next pull begins at the beginning, for the rows lack the column."""
    r.schema, r.at = 2, None
    if 'upgradepull' in FIX: r.cursor = 0


def pulled(r) -> None:
    """A complete pull has come: rows of the earlier schema come without the column."""
    r.K['schema'] = r.schema
    for row in r.rows.values() if r.schema == 1 else (): row.pop(NEW, None)


def captured(r, vals: dict, before, ctx: dict) -> dict:
    """A column of its own goes only where it was changed; until a pull has brought it, only where the user wrote it."""
    if 'schema' not in FEAT: return vals
    vals = {c: v for c, v in vals.items() if c != NEW or not before or before.get(NEW) != v}
    if 'onlywritten' not in FIX and r.schema == 2 and ctx.get('schema') != 2: vals.setdefault(NEW, DEFAULT)
    return vals


def unseen(ch: dict) -> bool: return 'schema' in FEAT and ch['ctx'].get('schema') != 2


def context(ctx: dict, ch: dict, g: str) -> dict:
    """What the writer had seen of a group: of the column that his pull did not bring nothing but what he wrote himself."""
    n, c = ch['dot']
    return {n: c - 1} if g == NEW and unseen(ch) and 'unseencolumns' in FIX else ctx


def is_blind(ch: dict, g: str, registers: dict) -> bool:
    """Who deletes a record without the column has not seen it whole while others' work stands there."""
    n, c = ch['dot']
    if g != '#' or ch['op'] != 'del' or not unseen(ch) or 'unseendelete' not in FIX: return False
    return any(y['v'] != DEFAULT and (y['dot'][0] != n or y['dot'][1] >= c) for y in registers.get(NEW, ()))


def had_seen(ch: dict) -> set:
    """Ground truth: the changes that who made this one had seen, those of the new column only where it was on his screen."""
    if not unseen(ch): return set(ch['seen'])
    return {d for d in ch['seen'] if d[0] == ch['dot'][0] or d not in {W.wrote[v] for v, (rid, c) in W.accepted.items() if rid == ch['id'] and c == NEW}}


def check(hub, seed: int) -> None:
    """What shows in the new column is what somebody wrote there."""
    for rid in hub.rec:
        row = hub.show(rid)
        if row and row.get(NEW) == DEFAULT: raise AssertionError(('a default that nobody wrote shows', seed, rid))
