"""One random run: people, network, disasters, then quiet."""
import copy
import random
from .world import COLUMNS, FEAT, FIX, W, Fork, Gap, count
from .hub import Hub
from .replica import Replica
from .truth import check
from . import clocks, duplicates, parents, reopening, rules, schemas, touches
from .order import check_order

def run(seed, rule, faults, replicas=4, steps=400):
    rng = random.Random(seed); W.reset()
    hub = Hub(rule, rng)
    comuni = ['capofila', 'A', 'B', 'B'] if FEAT & {'scope', 'authorise', 'rules'} else ['capofila'] * replicas
    reps = [Replica(i + 1, rng, comuni[i]) for i in range(replicas)]
    for r in reps if 'clock' in FEAT else []: r.skew = rng.choice(clocks.ERRORS)
    for r in reps if 'schema' in FEAT else []:
        r.schema = rng.choice([1, 1, 2]); r.K['schema'] = r.schema; hub.V['schema'] = 2
    hub.active = {r.number for r in reps}; hub.cursors = {r.number: 0 for r in reps}
    whole, now, made = rule not in rules.BY_COLUMN, 1000, 0
    backups, rep_backup = [copy.deepcopy(hub, {id(rng): rng})], {}
    away, sticks = {}, []
    def keep():                                                          # replicas drop what every backup kept contains
        kept = backups[-2:] if 'keepall' in FIX else backups[-1:]
        for q in reps: q.retained = [b for b in q.retained if b['changes'][-1]['dot'][1] > min(x.head.get(b['number'], (0,))[0] for x in kept)]
    def exists():                                                        # every value that is written down anywhere
        out = set()
        def rows(*many):
            for row in many:
                if isinstance(row, dict): out.update(v for v in row.values() if isinstance(v, tuple))
        for rec in hub.rec.values():
            for reg in rec['g'].values():
                for y in reg: rows(y['v']) if isinstance(y['v'], dict) else out.add(y['v'])
        for v in hub.conf.values(): rows(v) if isinstance(v, dict) else out.add(v)
        for q in reps:
            rows(*q.rows.values(), *q.refused.values())             # a skipped row, never on a screen, is not given back
            for v, *_ in q.conf.values(): rows(v) if isinstance(v, dict) else out.add(v)
            for p in q.pending.values(): rows(p['before'])
            for b in q.outbox + q.retained:
                for ch in b['changes']: rows(ch.get('vals'), ch.get('fill'))
        for b in sticks: rows(*[ch.get('vals') for ch in b['changes']])
        return out
    def disaster(what):
        before = exists(); what(); W.gone |= before - exists()           # nobody on earth has these any more
        known = {ch['dot'] for q in reps for b in q.outbox + q.retained for ch in b['changes']} | {ch['dot'] for b in sticks for ch in b['changes']}
        for sets in [[rec['seen'] for rec in hub.rec.values()]] + [list(q.seen.values()) + list(q.own.values()) for q in reps]: known.update(*sets)
        for rid in W.deletes: W.deletes[rid] = [d for d in W.deletes[rid] if d[0] in known]
    def settle(r):
        '''One good night: everything goes up and comes down.'''
        r.at = None; r.greeted = None
        r.greet(hub); r.capture(whole)
        n = 0
        while r.outbox or r.heal or r.giving:
            n += 1
            if n > 3000: raise AssertionError(('did not drain', seed))
            r.push_one(hub, whole); r.capture(whole)
        for n in range(3000):
            r.pull_step(hub, 3)
            if r.at is None and not r.stale: break
            if r.stale: r.capture(whole)
            while r.outbox and r.stale: r.push_one(hub, whole)
    for step in range(steps):
        now += rng.randint(0, 10); i = rng.randrange(len(reps)); r = reps[i]; x = rng.random()
        hub.now = now
        if 'clock' in FEAT and rng.random() < .02: r.skew = rng.choice(clocks.ERRORS)      # somebody sets it
        if 'gc' in FEAT:
            if away.get(i, 0) > step and x >= .52: continue              # no network for a long while; he keeps working
            if rng.random() < .02:                                       # a good night for all who are there, then tombstones go
                for _ in range(2):
                    for k, q in enumerate(reps):
                        if away.get(k, 0) <= step: settle(q)
                hub.gc()
            if rng.random() < (.03 if 'retired' in FEAT else .012): away[i] = step + rng.randint(60, 200); hub.active.discard(r.number)   # retired as silent
        if 'restores' in FEAT:                                           # lives end often, and work of each waits somewhere
            if rng.random() < .01: backups.append(copy.deepcopy(hub, {id(rng): rng})); keep()
            if rng.random() < .01: disaster(lambda: hub.restore(rng.choice(backups[-2:])))
        if 'order' in FEAT and step % 60 == 59: check_order(hub, reps, seed, whole)
        if 'parents' in FEAT and rng.random() < .12: parents.play(r, hub, rng, now)
        if 'schema' in FEAT and r.schema == 1 and rng.random() < .01: schemas.upgrade(r)
        if 'keys' in FEAT and rng.random() < .3: duplicates.play(r, rng, now)
        if 'touch' in FEAT and rng.random() < .25: touches.play(r, rng, now)
        if 'reopen' in FEAT and rng.random() < .1:
            if r.closed and rng.random() < .4: reopening.reopen(r, rng.choice(sorted(r.closed, key=str)), now)
            elif r.conf: r.decide(rng.choice(sorted(r.conf, key=str)), now)
        if 'conversation' in FEAT and rng.random() < .15: r.greeted = None
        if 'stick' in FEAT and rng.random() < .06 and r.outbox:                # carried by hand, comes when it comes
            for b in r.outbox: b['tried'] = True
            sticks += [dict(b) for b in r.outbox]
        if 'stick' in FEAT and sticks and rng.random() < .1:
            try: hub.accept(dict(sticks.pop(rng.randrange(len(sticks)))))
            except (Fork, Gap): pass
        if rule == 'set' and x < .36:                                    # members: an id from the key, the same row whoever inserts it
            rid = rng.choice(rules.MEMBERS)
            if rid not in r.rows: r.insert(rid, now, COLUMNS); r.rows[rid] = {c: (0, 0, c + rid) for c in COLUMNS}
            elif rng.random() < .4: r.delete(rid, now)
        elif rule == 'append' and x < .36:                               # imported by key: mostly the same row, here and there another
            rid = 'S%d' % rng.randrange(40)
            if rid not in r.rows:
                r.insert(rid, now, COLUMNS)
                if rng.random() < .5: r.rows[rid] = {c: (0, 0, c + rid) for c in COLUMNS}
            elif rng.random() < .3: r.update(rid, now, rng.choice(COLUMNS))       # by a program that went round the triggers
        elif x < .05:
            made += 1; rid = 'R%d' % made
            owner = rng.choice(['', r.comune if r.comune != 'capofila' else 'A']) if FEAT & {'scope', 'authorise', 'rules'} else ''
            if 'scope' in FEAT and rng.random() < .15:
                hidden = [k for k in hub.rec if k not in r.rows and k not in r.pending and hub.rec[k]['owner'] not in ('', r.comune) and r.comune != 'capofila']
                if hidden: rid = rng.choice(hidden); owner = r.comune
            r.insert(rid, now, schemas.columns(r), owner)
            if 'keys' in FEAT: r.rows[rid]['a'] += (rng.choice(duplicates.KEYS),)
            if 'refuse' in FEAT and rng.random() < .25: r.update(rid, now, 'a', 'bad')
        elif x < .36:
            rid = rng.choice(sorted(r.rows)) if r.rows else None
            if 'schema' in FEAT and rng.random() < .8: rid = rng.choice([k for k in sorted(r.rows) if int(k[1:]) % len(reps) == i] or [rid])      # mostly his own
            if r.rows and rid not in r.forms and rid not in r.merged and not ('parents' in FEAT and parents.is_place(rid)): r.update(rid, now, rng.choice('bc' if 'keys' in FEAT else schemas.columns(r)), 'bad' if 'refuse' in FEAT and rng.random() < .15 else None)
        elif x < .37 and r.conf and 'nodec' not in FEAT:
            for k in r.rng.sample(sorted(r.conf, key=str), min(2, len(r.conf))): r.decide(k, now)
        elif x < .38 and 'revert' in FEAT:
            for k in sorted(r.pending): r.revert(k)
        elif x < (.44 if 'gc' in FEAT else .39):
            rid = rng.choice(sorted(r.rows)) if r.rows else None
            if r.rows and rid not in r.merged and not r.pending.get(rid, {}).get('merged'): r.delete(rid, now)
        elif x < .52: r.capture(whole)
        elif x < .70:
            if (r.outbox or r.heal or r.giving) and rng.random() > .2: r.push_one(hub, whole, lose_answer=rng.random() < .3)
        elif x < .97:
            r.pull_step(hub, 12 if 'restores' in FEAT else 2)
            if rng.random() < .03: r.at = None
            touches.unmoved(r, seed)
            if rule == 'append': rules.unchanged(hub, seed)
            if 'gc' in FEAT and rng.random() < .5: hub.gc()
        elif faults:
            y = rng.random()
            if 'clone' in FEAT and y < .2 and len(reps) < 7:
                q = Replica(0, rng); q.__dict__ = copy.deepcopy(r.__dict__, {id(rng): rng}); q.edits = {}; reps.append(q)
            elif y < .3: backups.append(copy.deepcopy(hub, {id(rng): rng})); keep()
            elif y < .33 and 'gc' in FEAT and 'norestore' not in FEAT: hub.restore(copy.deepcopy(hub, {id(rng): rng}))      # moved: nothing lost
            elif y < .45 and 'norestore' not in FEAT: disaster(lambda: hub.restore(backups[-1 if 'oldbackup' not in FEAT else rng.choice([-1, max(-2, -len(backups))])]))
            elif y < .60 and 'lostpc' in FEAT and len(reps) > 2:         # the file is lost; a new PC is enrolled
                q = Replica(hub.new_number(), rng, r.comune); q.incarnation = hub.incarnation; hub.active.discard(r.number); rep_backup.pop(i, None)
                for v in W.refused: W.seen_refused.update({v} if v[0] in r.numbers | {r.number} else ())      # nobody left to tell
                W.untold |= r.numbers | {r.number}
                disaster(lambda: reps.__setitem__(i, q))
            elif y < .75 and 'norepbackup' not in FEAT: rep_backup[i] = (copy.deepcopy(r.__dict__, {id(rng): rng}))
            elif i in rep_backup and 'norepbackup' not in FEAT:
                def back():
                    r.__dict__ = copy.deepcopy(rep_backup[i], {id(rng): rng}); r.edits = {}; r.greeted = None
                W.untold |= r.numbers | {r.number}; disaster(back)
    for r in reps:
        for rid in sorted(r.forms): touches.close_form(r, rid)
    for _ in range(10):
        for r in reps: settle(r)
        if 'closeincomplete' in FIX and faults and _ in (4, 6): hub.close_incomplete()
    count('listed', len(hub.conf)); count('records', len(hub.rec))
    check(hub, reps, seed, rule)
    return len(hub.conf)
