"""Reopening: a decided conflict is listed again, until a decision whose taker had the reopening in front of him."""
from .world import FIX, W, count, covers


def reopen(r, k: tuple, now: int) -> None:
    """An operator doubts a decision. It is a row of its own, not a change of the record, and is captured with the rest."""
    r.floor = max(now + r.skew, r.floor + 1)
    r.reopens.append({'k': k, 'ctx': dict(r.K), 'hlc': r.floor, 'seen': set(), 'knew': r.listing, 'counter': None, 'prev': None})
    count('reopened')


def capture(r) -> list:
    made = [r.stamp({'op': 'reo', 'reopens': p['k']}, p['k'][0], p) for p in r.reopens]
    r.reopens = []
    for ch in made: r.doubts = r.doubts | {ch['dot']}
    return made


def stands_open(hub, k: tuple, dot: tuple, ctx: dict, reopens: bool) -> bool:
    """Adds a decision to those about k that no later one had seen. The conflict is open while one of them reopens it."""
    known, ctx = hub.marks.setdefault(k, []), {**ctx, dot[0]: max(ctx.get(dot[0], 0), dot[1] - 1)}      # and all that he did before
    if not any(covers(m['ctx'], dot) or m['dot'] == dot for m in known):
        known[:] = [m for m in known if not covers(ctx, m['dot'])] + [{'dot': dot, 'ctx': ctx, 'reopens': reopens}]
    return any(m['reopens'] for m in known) if 'reopenstays' in FIX else reopens


def fold(hub, ch: dict) -> None:
    """Listed again over what stands now, under no listing: only a decision closes it."""
    k = ch['reopens']; W.reopened.setdefault(k, set()).add(ch['dot']); hub.doubts = hub.doubts | {ch['dot']}
    if not stands_open(hub, k, ch['dot'], ch['ctx'], True) or k not in hub.kept or k[0] not in hub.rec: return
    hub.conf[k], hub.listed[k] = hub.kept[k], None
    hub.decided.discard(k); hub.dormant.pop(k, None); hub.reopened.add(k)
    hub.seq += 1; hub.rec[k[0]]['seq'] = hub.seq; hub.rec[k[0]]['dot'] = hub.fresh_dot()


def decided(hub, k: tuple, ch: dict) -> bool:
    """Whether this decision closes k. What its taker knew is the context of the decision; that of the row may be older."""
    W.decisions.setdefault(k, []).append(ch['doubts'][k])
    if stands_open(hub, k, ch['dot'], ch['decidectx'][k] if 'markcontext' in FIX else ch['ctx'], False): return False
    hub.reopened.discard(k)
    return True


def check(hub, seed: int) -> None:
    """Open exactly while somebody doubts it whom no decision had in front of it."""
    for k, doubts in W.reopened.items():
        want = any(not any(d in seen for seen in W.decisions.get(k, ())) for d in doubts)
        if want and k not in hub.conf: raise AssertionError(('reopened, and closed by who did not know it', seed, k))
        if not want and k in hub.conf: raise AssertionError(('decided by who had seen all reopenings, and still open', seed, k))
