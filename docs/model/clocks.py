"""Clocks that are wrong: years ahead, days behind, in 1970, or set while somebody works.

A PC stamps by its own clock, moved by what its last contact measured, and after what it had seen. At the push the hub learns how wrong the
clock is now and moves the stamps. Nobody is told the true time; only the oracle knows it.
"""
from .world import FEAT, FIX, W

TICK, START = 1 << 16, 10 ** 8                        # steps of a stamp in a millisecond; when a run begins
ERRORS = [0, 0, 0, 10 ** 6, -10 ** 5, -START]


def at(now: int) -> int: return (START + now) * TICK


def stamp(r, p: dict) -> None:
    """At capture. The floor is what was seen; own stamps that nobody has accepted are no floor, for they may be wrong by years."""
    now, skew = p['wrote']
    p['floor'] = r.floor if 'clockfloor' in FIX else 0
    p['hlc'] = max(at(now + skew + r.offset), p['floor'] + 1)
    p['clock'] = {'when': now, 'off': skew + r.offset, 'used': r.offset, 'pulled': r.pulled}
    if 'seenfloor' not in FIX: r.floor = p['hlc']


def accepted(hub, ch: dict, measured) -> int:
    """Moved by the correction where that leads to a time that can be: after what its writer had seen, and not ahead of the hub."""
    correction = measured - ch['clock']['used'] if measured is not None and 'measure' in FIX else 0
    top = max(at(hub.now + 1), hub.hlc + 1)
    def possible(t): return ch['floor'] < t <= top
    moved = ch['hlc'] + correction * TICK
    best = moved if possible(moved) or not possible(ch['hlc']) or 'clockset' not in FIX else ch['hlc']
    best = max(best, ch['floor'] + 1)
    if 'clockbound' in FIX: best = min(best, top)
    remember(hub, ch, 0 if measured is None else measured - ch['clock']['used'])
    return best


def after(hlc: int, gone: list) -> int:
    """A value is later than those that it replaces: an own earlier one is in no floor."""
    return max([hlc] + [y['hlc'] + 1 for y in gone]) if 'clock' in FEAT and 'afterreplaced' in FIX else hlc


def remember(hub, ch: dict, correction: int) -> None:
    """Ground truth. A time is sure where the clock was measured as it stood at the write, or was right as sent; not where the clock was
    set meanwhile, and not where it showed less than what its writer had seen."""
    c = ch['clock']
    sure = c['off'] == 0 and (correction == 0 or c['pulled']) or c['off'] + correction == 0 and (c['off'] > 0 or not c['pulled'])
    for v in ch.get('vals', {}).values():
        W.clock.setdefault(v, (c['when'] if sure else 0, max(c['when'], c['pulled']) if sure else hub.now))


def check(hub, seed: int) -> None:
    """Of values that nobody replaced the later one shows. What replaced a value in front of its writer is later than that one, whatever
    his clock said; and no clock makes a value later than it came."""
    before = {}
    for x, later in W.over.items():
        for y in later: before.setdefault(y, set()).add(x)
    def bounds(v):
        known, more = {v}, [v]                        # and all that it replaced, one after the other
        while more:
            new = before.get(more.pop(), set()) - known
            known |= new; more += new
        return [max(W.clock.get(x, (0, 0))[i] for x in known) for i in (0, 1)]
    for y, (rid, c) in W.accepted.items():
        row = hub.show(rid) if rid in hub.rec else None
        if row is None or W.over.get(y) or row[c] == y: continue
        if bounds(y)[0] > bounds(row[c])[1]: raise AssertionError(('an earlier value shows', seed, rid, c, row[c], 'over', y))
