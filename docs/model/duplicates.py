"""Natural keys (column a): several shown records with one key are listed, and an operator makes one record of them.

A merge is a change of the survivor, the smallest id; the others lead to it for good, and what comes for them goes to it. What was written to
two records before they were one is of two records still: it replaces only what its writer saw there, or saw as one.
"""
from .world import COLUMNS, FIX, W, count, covers

KEYS = ['K1', 'K2', 'K3', 'K4', 'K5', 'K6', 'K7', 'K8']


def key(v): return v[3] if isinstance(v, tuple) and len(v) > 3 else None
def order(rid: str) -> int: return int(rid[1:])


def classes(rows: dict) -> dict:
    """The shown records of each key that several have."""
    found = {}
    for rid in sorted(rows, key=order):
        if rows[rid] and key(rows[rid]['a']): found.setdefault(key(rows[rid]['a']), []).append(rid)
    return {k: ids for k, ids in found.items() if len(ids) > 1}


def play(r, rng, now: int) -> None:
    """Gives a record another key, or merges: one member's values stay, or a new one beside them. Who has an open conflict there decides it first."""
    if rng.random() < .2 and r.rows:
        rid = rng.choice(sorted(r.rows))
        if rid not in r.merged: r.update(rid, now, 'a', rng.choice(KEYS))
        return
    found = [ids for ids in classes(r.rows).values() if not any(k in r.pending or k in r.merged or any(c[0] == k for c in r.conf) for k in ids)]
    if found: merge(r, rng.choice(found), rng, now)


def merge(r, ids: list, rng, now: int) -> None:
    stays, chosen = ids[0], dict(r.rows[rng.choice(ids)])
    r.touch(stays, now); p = r.pending[stays]
    if rng.random() < .3: chosen['b'] = (r.number, now, rng.random())
    for k in ids:
        for c, v in r.rows[k].items():
            if v != chosen[c]: W.over.setdefault(v, set()).add(chosen[c])
        p['seen'] |= set(r.seen.get(k, ())) | r.own.get(k, set())
    W.chosen.update(chosen.values())
    r.rows[stays], p['merged'] = chosen, ids[1:]
    r.merged.update(ids[1:]); count('merges')


def lead(hub, rid: str) -> str:
    while rid in hub.alias: rid = hub.alias[rid]
    return rid


def moved(hub, ch: dict):
    """A change of a record that was merged is one of its survivor; of its delete nothing is left."""
    hub.of[ch['dot']] = ch['id']
    if ch.get('merged'): hub.unions.append(({ch['id'], *ch['merged']}, ch['dot']))
    to = lead(hub, ch['id'])
    if ch.get('decides'): ch['decides'] = {(lead(hub, k[0]), *k[1:]): dots for k, dots in ch['decides'].items()}
    if to == ch['id'] or 'alias' not in FIX: return ch
    bump(hub, ch['id'])
    if ch['op'] != 'del': return dict(ch, id=to, op='upd', moved=True)


def bump(hub, rid: str) -> None:
    hub.seq += 1; hub.rec[rid]['seq'], hub.rec[rid]['dot'] = hub.seq, hub.fresh_dot()


def saw(hub, a: dict, dot: tuple) -> bool:
    """Whether the writer of `a` had `dot` on screen in the record that he wrote to: there, or as one with it by merges that he knew."""
    mine, other = hub.of.get(a['dot']), hub.of.get(dot)
    if mine == other: return covers(a['ctx'], dot)
    ctx = a.get('behind', {}).get(other, a['ctx']) if 'behindothers' in FIX and dot[0] != a['dot'][0] else a['ctx']
    if not covers(ctx, dot): return False
    if 'ofrecord' not in FIX or any(by == a['dot'] and other in ids for ids, by in hub.unions): return True
    one = {mine} if covers(a['pulled'], dot) else set()                    # his own that waits there is not here on his screen
    for _ in hub.unions:
        for ids, by in hub.unions:
            if one & ids and (by == a['dot'] or covers(a['pulled'], by)): one |= ids
    return other in one


def absorb(hub, ch: dict) -> None:
    """The records that a change merges are one from now on. What the operator had not seen of them stands beside his choice."""
    for other in ch['merged']:
        ids = sorted({lead(hub, ch['id']), lead(hub, other)}, key=order)
        if len(ids) == 1: continue
        stays, gone = ids
        hub.alias[gone] = stays
        for k in [k for k in hub.conf if k[0] == gone]:
            v, listed = hub.conf.pop(k), hub.listed.get(k)
            if k[1] != '#' and (not saw(hub, ch, k[2]) or listed is None or covers(ch['ctx'], listed)):
                to = (stays, *k[1:]); hub.conf[to], hub.listed[to] = v, listed
        parts = {}
        for g, reg in hub.rec[gone]['g'].items():
            for y in reg if g != '#' else (): parts.setdefault(y['dot'], (y, {}))[1][g] = y['v']
        for y, vals in parts.values() if 'inject' in FIX else ():
            hub.merge({**y, 'op': 'upd', 'id': stays, 'vals': vals, 'moved': True})
        hub.rec[gone]['g']['#'] = [{**y, 'v': True, 'dot': ch['dot'], 'ctx': ch['ctx']} for y in hub.rec[gone]['g']['#'][:1]]
        bump(hub, gone)


def settle(hub) -> None:
    hub.duplicates = {(k, *ids) for k, ids in classes({rid: hub.show(rid) for rid in hub.rec}).items()}


def check(hub, reps, seed: int) -> None:
    """Merged records are one, the smallest. A key is listed exactly while several people's rows hold it."""
    for r in reps:
        if r.duplicates != {(k, *ids) for k, ids in classes(r.rows).items()}: raise AssertionError(('duplicates listed and not, or the other way', seed, r.number, r.duplicates))
    for ids, _ in hub.unions:
        if len({lead(hub, k) for k in ids}) > 1: raise AssertionError(('merged, and not one', seed, ids))
        for k in ids:
            if hub.show(k) is not None and any(order(j) < order(k) for j in ids): raise AssertionError(('merged away, and still there', seed, k))
    count('duplicates', len(hub.duplicates))
