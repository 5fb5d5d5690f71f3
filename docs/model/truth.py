"""What must hold when everything has settled."""
from . import clocks, duplicates, parents, reopening, rules, schemas
from .world import FEAT, W, bad

def check(hub, reps, seed, rule):
    if not all(hub.whole(k) for k in hub.rec if hub.rec[k]['g']): raise AssertionError(('record accepted but withheld for ever', seed))
    allwant = {k: hub.show(k) for k in hub.rec if hub.rec[k]['g'] and hub.show(k) is not None}
    for r in reps:
        want = {k: v for k, v in allwant.items() if 'scope' not in FEAT or hub.readable(hub.rec[k]['owner'], r.comune)}
        if 'schema' in FEAT: want = {k: {c: v for c, v in row.items() if c in schemas.columns(r)} for k, row in want.items()}
        if r.pending or r.outbox: raise AssertionError(('did not drain', seed))
        if r.edits and not any(bad(v) for v in r.edits.values()): raise AssertionError(('local edit lost', seed, r.number, list(r.edits.items())[0]))
        if r.rows != want:
            d = [k for k in set(r.rows) | set(want) if r.rows.get(k) != want.get(k)]
            raise AssertionError(('diverged', seed, r.number, d))
    shown = {v for row in allwant.values() for v in row.values()}
    listed = set()
    for v in list(hub.conf.values()) + [row for r in reps for k, row in r.refused.items() if k[1] == 'restored']:
        if isinstance(v, dict): listed |= set(v.values())
        else: listed.add(v)
    for v, (rid, c) in W.accepted.items():
        if v in shown or v in listed or W.over.get(v) or v in W.gone or v in W.seen_refused: continue
        if rid in W.deletes and not W.edits.get(rid): continue
        raise AssertionError(('accepted value neither shown, nor overwritten by one who saw it, nor listed', seed, rid, c, v))
    for v, (rid, c) in W.refused.items():
        if v not in W.seen_refused and not W.over.get(v) and v not in W.accepted and v not in W.gone and v[0] not in W.untold: raise AssertionError(('refused and nobody was told', seed, rid, c))
    if rule == 'fields' and not FEAT & {'clone', 'lostpc', 'repback', 'oldbackup', 'restores'}:
        for rid, row in allwant.items():
            for c, v in row.items():
                if 'groups' in FEAT and c in ''.join(rules.DECLARED) or v in W.chosen: continue      # goes with the rest of its group
                for nv in [x for x in W.over.get(v, ()) if x in W.accepted and x not in W.gone]:
                    last, seen = [nv], set()                                # whatever replaced that one in turn
                    while last:
                        x = last.pop(); seen.add(x); last += [y for y in W.over.get(x, ()) if y in W.accepted and y not in seen]
                    if 'gc' in FEAT and W.deletes.get(rid): continue       # its successor went with a tombstone
                    raise AssertionError(('shows a value that somebody replaced in front of it' + ('' if seen & listed else ' AND NOT LISTED'), seed, rid, c, v, 'by', nv))
    for rid in allwant:
        for d, dseen, weak in W.deletes.get(rid, ()):
            if rule == 'set' or 'parents' in FEAT or any(k[0] == rid and k[2][0] == 'gone' for k in hub.conf): continue      # rules.py, parents.py
            if not weak and not FEAT & {'clone', 'repback'} and not any(not w2 and d not in seen and e not in dseen for e, seen, w2 in W.edits.get(rid, ())):
                raise AssertionError(('deleted record is back, nobody edited it', seed, rid, d))
        ds = [d for d, _, weak in W.deletes.get(rid, ()) if not weak]
        if ds and rid not in hub.held_up and not FEAT & {'clone'} and all(d not in seen for d in ds for _, seen, _ in W.edits.get(rid, ())) and not any(k[0] == rid and k[1] == '#' for k in hub.conf):
            raise AssertionError(('edit against delete: back, and NOT listed', seed, rid, ds))
    for v, k in W.decided.items():
        if k not in W.reopened and v in W.accepted and k in hub.conf and v not in W.seen_refused and v not in W.gone and 'lostpc' not in FEAT: raise AssertionError(('decided, and still open', seed, k, v))
    reopening.check(hub, seed); rules.check(hub, reps, seed)
    if 'clock' in FEAT: clocks.check(hub, seed)
    if 'parents' in FEAT: parents.check(hub, reps, seed)
    if 'keys' in FEAT: duplicates.check(hub, reps, seed)
    if 'schema' in FEAT: schemas.check(hub, seed)
    for r in reps:
        if 'scope' not in FEAT and set(r.conf) != set(hub.conf): raise AssertionError(('conflicts differ at a replica', seed, r.number, set(r.conf) ^ set(hub.conf)))
    if hub.violations: raise AssertionError((hub.violations[0], seed))
