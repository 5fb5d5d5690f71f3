"""Touches: a record is open in a form. No pull may move the row under it, and what is written then carries what was on the screen."""
import copy
from .world import FIX, W, count


def open_form(r, rid: str) -> None:
    """Pins what was known when the record came to the screen; a record that is behind is known less."""
    if rid in r.forms or rid not in r.rows: return
    p = r.pending.get(rid)
    r.forms[rid] = {'ctx': dict(p['ctx'] if p else r.behind.get(rid, r.K)), 'at': p['at'] if p else r.behind_at.get(rid, r.cursor),
                    'knew': p['knew'] if p else r.behind_knew.get(rid, r.listing), 'row': copy.deepcopy(r.rows[rid])}
    count('forms')


def skip(r, rid: str, row, seen) -> None:
    """A pull brings a row that is on the screen: it waits beside, and the record is behind."""
    form = r.forms[rid]
    if 'touchcontext' in FIX:
        r.behind.setdefault(rid, form['ctx']); r.behind_at.setdefault(rid, form['at']); r.behind_knew.setdefault(rid, form['knew'])
    r.skipped[rid] = (copy.deepcopy(row), set(seen)); count('skipped')


def close_form(r, rid: str) -> None:
    """Closed, written in or not: the row that waited takes its place, unless a write of the user's own still waits to be sent."""
    del r.forms[rid]
    if 'formclose' in FIX and rid not in r.pending: r.take_skipped(rid)


def play(r, rng, now: int) -> None:
    """What a person does with a form: opens one, writes in it, closes it."""
    x = rng.random()
    if x < .4 and r.rows: open_form(r, rng.choice(sorted(r.rows)))
    elif x < .7 and r.forms:
        rid = rng.choice(sorted(r.forms)); r.update(rid, now, rng.choice('abc')); r.forms[rid]['row'] = copy.deepcopy(r.rows[rid])
    elif r.forms: close_form(r, rng.choice(sorted(r.forms)))


def unmoved(r, seed: int) -> None:
    """After a pull: what is on the screen is what the person left there."""
    for rid, form in r.forms.items():
        if r.rows.get(rid) != form['row']: raise AssertionError(('a pull moved the row under a form', seed, r.number, rid))
