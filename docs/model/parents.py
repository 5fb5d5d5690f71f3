"""Records that refer to others of their table (column c). A deleted parent shows while a child needs it, and the child is listed.

Both are functions of the state, looked at after each unit. The oracle says the same by what the people who deleted had on their screens.
"""
from .world import FIX, W, count, covers


def target(v):
    """The record that a value refers to."""
    return v[3] if isinstance(v, tuple) and len(v) > 3 and v[3] != 'bad' else None


def children(r, rid: str) -> list: return [k for k, row in r.rows.items() if target(row.get('c')) == rid]


def is_place(rid: str) -> bool:
    """Every second record is one to which others refer. Its own values seldom change, or no delete of it would stand."""
    return int(rid[1:]) % 2 == 0


def play(r, hub, rng, now: int) -> None:
    """Gives a record a parent, or deletes one: mostly where nobody refers to it, the rest by a program that checks nothing."""
    places = [k for k in sorted(r.rows) if is_place(k)]
    if not places: return
    unknown = [k for k in places if not children(r, k) and any(target(hub.show(c)['c']) == k for c in hub.rec if hub.show(c))]
    rid, other, x = rng.choice(sorted(r.rows)), rng.choice(unknown if unknown and rng.random() < .5 else places), rng.random()
    if x < .65: r.update(rid, now, 'c', other)
    elif not children(r, other) or rng.random() < .2: r.delete(other, now); count('deleted')


def saw(delete: dict, rid: str, dot: tuple) -> bool:
    """Of records that were behind where the delete was made, its writer had seen less than his knowledge says."""
    known = delete['behind'].get(rid) if 'behindothers' in FIX else None
    if known is None or dot[0] == delete['dot'][0]: known = delete['ctx']
    return covers(known, dot) or dot in delete['named']


def own_life(hub, rid: str) -> list:
    """The dots by which a record lives without its children, each with its record."""
    return [(rid, y['dot']) for y in hub.rec[rid]['g'].get('#', ()) if not y['v']] if rid in hub.rec else []


def life(hub, rid: str, through: tuple = ()) -> list:
    """The same, and by children of which no delete had seen both life and reference. A ring lives only if one of it does by itself."""
    own = own_life(hub, rid)
    if own or rid in through or rid not in hub.rec or 'holdup' not in FIX: return own
    deletes, dots = [y for y in hub.rec[rid]['g'].get('#', ()) if y['v']], []
    for child, rec in hub.rec.items():
        refers = hub.winner(child, 'c', rec['g']['c']) if 'c' in rec['g'] else None
        if refers is None or target(refers['v']) != rid: continue
        lives = life(hub, child, through + (rid,))
        needs = lives + ([(child, refers['dot'])] if 'reflife' in FIX else [])
        if lives and all(any(not saw(d, k, x) for k, x in needs) for d in deletes): dots += lives
    return dots


def named(hub) -> set:
    """Whom a living child names: no tombstone of it may go."""
    return {target(row['c']) for row in map(hub.show, hub.rec) if row}


def settle(hub, touched: set) -> None:
    """After a unit: who depends on others shows or goes, and everybody gets it; orphans are listed and closed."""
    held_up = {k for k in hub.rec if not own_life(hub, k) and life(hub, k)}
    again = held_up & touched if 'holdagain' in FIX else set()            # deleted once more: it goes back to who deleted it
    for k in sorted(held_up ^ hub.held_up | again):
        hub.seq += 1; hub.rec[k]['seq'], hub.rec[k]['dot'] = hub.seq, hub.fresh_dot()
    hub.held_up = held_up
    hub.orphans &= set(hub.rec)
    for k in hub.rec if 'orphanstate' in FIX else touched & set(hub.rec):
        row = hub.show(k)
        parent = target(row['c']) if row else None
        if parent and not own_life(hub, parent): hub.orphans.add(k)
        else: hub.orphans.discard(k)


def check(hub, reps, seed: int) -> None:
    def edits(rid): return [e for e, _, _ in W.edits.get(rid, ()) if not any(e in seen for _, seen, _ in W.deletes.get(rid, ()))]
    def stand(rid): return [d for d, _, _ in W.deletes.get(rid, ()) if d not in hub.collected.get(rid, ()) and not any(d in seen for _, seen, _ in W.edits.get(rid, []) + W.deletes[rid])]
    def lives(rid, through=()):
        own, dots = edits(rid), []
        if own or rid in through: return own
        for child, rec in hub.rec.items():
            v = hub.winner(child, 'c', rec['g']['c'])['v'] if 'c' in rec['g'] else None
            needs = lives(child, through + (rid,)) if target(v) == rid else []
            if needs and all(any(x not in W.knew[d] for x in needs + [W.wrote[v]]) for d in stand(rid)): dots += needs
        return dots
    orphans = set()
    for rid in hub.rec:
        row = hub.show(rid)
        if bool(lives(rid)) != (row is not None): raise AssertionError(('a parent that a child needs is not there, or is and nobody needs it', seed, rid, row))
        if row and target(row['c']) and not edits(target(row['c'])): orphans.add(rid)
    if orphans != hub.orphans: raise AssertionError(('orphans listed and not, or the other way', seed, orphans ^ hub.orphans))
    for r in reps:
        if r.orphans != orphans: raise AssertionError(('orphans differ at a replica', seed, r.number, r.orphans ^ orphans))
    count('orphans', len(orphans)); count('heldup', len(hub.held_up))
