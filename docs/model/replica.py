"""The replica file: what the user writes, what is captured, how a conversation goes, and a pull is applied."""
import copy
from . import clocks, duplicates, parents, reopening, rules, schemas, touches
from .world import COLUMNS, FEAT, FIX, WITHHELD, Fork, Gap, W, count, covers

class Replica:
    def __init__(self, number, rng, comune='capofila'):
        self.number, self.rng, self.comune, self.numbers, self.heads = number, rng, comune, set(), {}
        self.rows, self.seen, self.own, self.edits, self.owner = {}, {}, {}, {}, {}
        self.counter, self.K, self.cursor, self.incarnation, self.floor = 0, {}, 0, 0, 0
        self.pending, self.behind, self.outbox, self.retained, self.head = {}, {}, [], [], (0, None)
        self.at, self.inbox, self.full = None, [], True
        self.heal, self.rescue, self.stale, self.refused, self.greeted, self.conf, self.skipped, self.behind_at, self.mine = [], None, False, {}, None, {}, {}, {}, None
        self.reopens, self.doubts, self.closed = [], frozenset(), set()     # reopening.py: mine not captured, those seen, what is decided
        self.forms = {}                                             # records open in a form: touches.py
        self.gone = set()                                           # records that this file knows to be deleted
        self.giving = {}                                            # conflicts that the restored hub lacks, not sent yet
        self.listing, self.behind_knew = frozenset(), {}            # ground truth: the conflicts on the screen that belongs to a context
        self.orphans, self.behind_at_pull = set(), {}               # parents.py
        self.duplicates, self.merged = set(), set()                 # duplicates.py
        self.schema = 1                                             # schemas.py
        self.told = set()                                           # those of my changes of which I know that they were refused as append-only
        self.offset, self.pulled = 0, 0                             # clocks.py: by what the clock is moved; ground truth, when the last pull was
        self.skew = rng.choice([0, 0, 0, -50, 80])

    def touch(self, rid, now):
        p = self.pending.get(rid)
        if p is None or p['counter'] is not None:
            ctx = p['ctx'] if p else self.behind.get(rid, self.K)
            self.pending[rid] = {'ctx': dict(ctx), 'before': copy.deepcopy(self.rows.get(rid)), 'counter': None, 'born': now, 'at': p['at'] if p else self.behind_at.get(rid, self.cursor),
                              'knew': p['knew'] if p else self.behind_knew.get(rid, self.listing), 'ins': rid not in self.rows and not (p and not p['ins']), 'prev': p, 'seen': set(self.seen.get(rid, ()))}
            q = self.pending[rid]; q['origin'] = p['origin'] if p else (q['before'], q['ins'], q['ctx'], q['seen']); q['steps'] = p.get('steps', []) if p else []; q['sentdec'] = {**p.get('sentdec', {}), **p.get('decides', {})} if p else {}
        if self.pending[rid].pop('give', None): self.pending[rid]['base'] = copy.deepcopy(self.rows.get(rid))      # a copy that the user touches: his columns are a change
        if 'clock' in FEAT: self.pending[rid]['wrote'] = (now, self.skew)
        else: self.floor = self.pending[rid]['hlc'] = max(now + self.skew, self.floor + 1)
    def insert(self, rid, now, cols, owner=''):
        self.touch(rid, now); self.rows[rid] = {c: (self.number, now, c + rid) for c in cols}; self.owner[rid] = owner; W.owner.setdefault(rid, owner); rules.wrote(self.rows[rid])
    def update(self, rid, now, col, flag=None):
        self.touch(rid, now); v = (self.number, now, self.rng.random()) + ((flag,) if flag else ())
        old = self.rows[rid].get(col)
        if old is not None: W.over.setdefault(old, set()).add(v)
        self.rows[rid][col] = v; self.edits[(rid, col)] = v; rules.wrote(self.rows[rid])
    def revert(self, rid):
        '''The user undoes: every column back to what it was at the first touch.'''
        p = self.pending.get(rid)
        if not p or p['counter'] is not None or not p['before'] or p['ins'] or rid not in self.rows: return
        mine = {v for c, v in self.rows[rid].items() if p['before'].get(c) != v}
        for c, v in self.rows[rid].items():
            b = p['before'].get(c)
            if b != v:
                W.over.setdefault(v, set()).add('undone')
                W.over.get(b, set()).difference_update({x for x in W.over.get(b, set()) if x != 'deleted' and x[0] == self.number and x[1] >= p['born']})
        self.rows[rid] = copy.deepcopy(p['before'])
        if rid in self.forms: self.forms[rid]['row'] = copy.deepcopy(p['before'])
        self.edits = {k: v for k, v in self.edits.items() if k[0] != rid}
    def vanish(self, rid):
        '''A pending row that holds no change after all.'''
        del self.pending[rid]
        if 'behindrow' in FIX and rid not in self.forms: self.take_skipped(rid)
    def take_skipped(self, rid):
        '''The row that a pull left beside takes its place.'''
        if rid not in self.skipped: return
        row, seen = self.skipped.pop(rid); self.behind.pop(rid, None); self.behind_knew.pop(rid, None); self.behind_at.pop(rid, None); self.seen[rid] = seen
        if row is None: self.rows.pop(rid, None)
        else: self.rows[rid] = row
    def decide(self, k, now):
        '''An operator settles a conflict: a value of his choice, made of what the conflict shows.'''
        rid, g = k[0], k[1]; v, listed, sib = self.conf[k]
        if rid not in self.rows or g == '#' or k[2][0] == 'gone' or g == schemas.NEW and self.schema == 1: return
        col = g if len(g) == 1 and g != '*' else self.rng.choice(COLUMNS if g == '*' else g)
        self.update(rid, now, col)
        if rid in self.forms: self.forms[rid]['row'] = copy.deepcopy(self.rows[rid])
        new = self.rows[rid][col]; p = self.pending[rid]
        seen = [v] + [x for _, x in sib]
        for x in seen:
            for y in (x.values() if isinstance(x, dict) else [x]):
                if isinstance(y, tuple) and y != new and y not in self.rows[rid].values(): W.over.setdefault(y, set()).add(new)
        p.setdefault('decides', {})[k] = [k[2]] + [d for d, _ in sib]
        p['seen'] |= {k[2]} | {d for d, _ in sib}
        p.setdefault('decidectx', {})[k] = dict(self.K); p.setdefault('doubts', {})[k] = self.doubts
        W.decided[new] = k; count('decisions')
    def delete(self, rid, now):
        for v in self.rows[rid].values(): W.over.setdefault(v, set()).add('deleted')
        self.touch(rid, now); del self.rows[rid]; self.forms.pop(rid, None)
        self.edits = {k: v for k, v in self.edits.items() if k[0] != rid}

    def capture(self, whole_rows):
        made = []
        for rid, p in list(self.pending.items()):
            if p['counter'] is not None: continue
            row, before = self.rows.get(rid), p['before']
            if p['ins'] and row is None and not p['prev'] and not p.get('sent'): self.vanish(rid); continue
            if row is None: ch = {'op': 'del', 'full': True}
            elif p.get('base') and not whole_rows and 'copytouch' in FIX: ch = {'op': 'ins', 'vals': rules.with_group({c: v for c, v in row.items() if p['base'].get(c) != v}, row), 'fill': dict(row)}
            elif p['ins'] or before is None: ch = {'op': 'ins', 'vals': dict(row), 'full': True}
            else:
                vals = {c: v for c, v in row.items() if before.get(c) != v}
                if not vals and not p.get('merged'):
                    if p['prev']: self.pending[rid] = p['prev']
                    else: self.vanish(rid)
                    continue
                ch = {'op': 'upd', 'vals': dict(row) if whole_rows or p.get('merged') else rules.with_group(vals, row), 'full': whole_rows}
                if p.get('fill') or self.rescue is not None or self.stale: ch['fill'] = dict(row)
            if p.get('give'): ch['give'] = True
            if p.get('give') and 'weak' in FIX: ch['weak'] = True
            if 'vals' in ch: ch['vals'] = schemas.captured(self, ch['vals'], before, p['ctx'])
            ch['owner'] = self.owner.get(rid, W.owner.get(rid, ''))
            made.append(self.stamp(ch, rid, p))
        self.enqueue(made + reopening.capture(self))

    def stamp(self, ch, rid, p):
        self.counter += 1; dot = (self.number, self.counter)
        if 'clock' in FEAT: clocks.stamp(self, p); ch.update(floor=p['floor'], clock=p['clock'])
        for c, v in ch.get('vals', {}).items():
            if self.edits.get((rid, c)) == v: del self.edits[(rid, c)]
        self.skipped.pop(rid, None)
        ctx = dict(p['ctx'])
        for n, c in self.heads.items() if 'ownnumbers' in FIX else (): ctx[n] = max(ctx.get(n, 0), c)
        if p.get('merged') and ch['op'] != 'del': ch.update(merged=list(p['merged']))
        if p.get('decides') and ch['op'] != 'del': ch.update(decides=dict(p['decides']), decidectx=p.get('decidectx'), doubts=p.get('doubts'))
        ch.update(id=rid, knew=p['knew'].union(*self.own.values()), dot=dot, ctx=ctx, hlc=p['hlc'], seen=p['seen'] | self.own.get(rid, set()))
        if ch['op'] == 'del' and 'knowdeletes' in FIX: self.gone.add(rid)
        self.own.setdefault(rid, set()).add(dot); p['counter'], p['prev'] = self.counter, None
        if FEAT & {'parents', 'keys'}: ch['behind'] = {k: {**b, **self.heads} for k, b in self.behind_at_pull.get(frozenset(p['ctx'].items()), {}).items()}
        row = copy.deepcopy(self.rows.get(rid)); p['steps'] = p.get('steps', []) + [(self.counter, (row, row is None, dict(p['ctx']), set(ch['seen'])))]
        return ch

    def enqueue(self, made):
        prev = self.outbox[-1]['hash'] if self.outbox else self.head[1]
        for ch in made if 'clock' in FEAT else (): ch['floor'] = made[0]['floor']       # a batch says what was seen before it
        for i in range(0, len(made), 2):
            b = {'number': self.number, 'comune': self.comune, 'inc': self.incarnation, 'changes': made[i:i+2], 'prev': prev, 'hash': self.rng.getrandbits(64), 'last': i + 2 >= len(made)}
            self.outbox.append(b); prev = b['hash']

    def acked(self, n):
        for b in [b for b in self.outbox if b['changes'][-1]['dot'][1] <= n and b['number'] == self.number]:
            self.outbox.remove(b); self.retained.append(b); self.head = (b['changes'][-1]['dot'][1], b['hash'])
        for rid, p in list(self.pending.items()):
            if p['counter'] is not None and p['counter'] <= n: del self.pending[rid]
            else:                                                            # the row as last acknowledged moves forward
                for c, state in p.get('steps', []):
                    if c <= n: p['origin'] = state
                p['steps'] = [x for x in p.get('steps', []) if x[0] > n]
                if p['prev'] and p['prev']['counter'] is not None and p['prev']['counter'] <= n: p['prev'] = None

    def offered(self, at):
        '''The end of the last unit that some hub was offered whole. What nobody was offered nobody has, and another history of this file may have used its dots.'''
        end = 0
        for b in self.outbox:
            if 'onlytried' in FIX and not b.get('tried') and b['changes'][-1]['dot'][1] > at: break
            if b['last']: end = b['changes'][-1]['dot'][1]
        return end

    def known(self): return [self.head] + [(b['changes'][-1]['dot'][1], b['hash']) for b in self.outbox]
    def greet(self, hub):
        if 'conversation' in FEAT and self.greeted == (hub.incarnation, self.number): return
        self.greeted = (hub.incarnation, self.number)
        if 'clock' in FEAT and 'measure' in FIX: self.offset = -self.skew
        if hub.incarnation != self.incarnation:
            self.incarnation, self.cursor = hub.incarnation, 0
            self.rescue = self.rescue or dict(self.K)
            if 'resend' in FIX:                                               # all that was captured goes as it was, when no hole is before it
                at, chain = hub.head.get(self.number, (0, None)), self.retained + self.outbox
                ends = [(b['changes'][-1]['dot'][1], b['hash']) for b in chain if b['number'] == self.number]
                if self.outbox and (at in ends or (at[0] + 1, at[1]) in [(b['changes'][0]['dot'][1], b['prev']) for b in chain if b['number'] == self.number]): self.acked(self.offered(at[0] if at in ends else 0))
            self.mine = dict(self.mine or {}); self.mine[self.number] = self.head[0]          # my own acknowledged changes, which my knowledge may not cover yet
            self.heal = [b for b in self.retained if b['changes'][-1]['dot'][1] > hub.head.get(b['number'], (0,))[0]]
            self.reincarnate(hub, fill=True)
            self.greeted = (hub.incarnation, self.number); return
        at, h = hub.head.get(self.number, (0, None))
        if (at, h) not in self.known():
            if 'askhashes' in FIX:                                           # what the hub has of mine, by hash, is acknowledged
                for b in list(self.outbox):
                    if b['hash'] not in hub.hashes.get(self.number, ()): break
                    self.acked(b['changes'][-1]['dot'][1])
            self.reincarnate(hub); self.greeted = (hub.incarnation, self.number)
        elif 'unit' in FIX:
            for b in self.outbox: b['stored'] = b['changes'][-1]['dot'][1] <= at
            self.acked(hub.V.get(self.number, 0))
        else: self.acked(at)
        if 'gc' in FEAT and self.oldest() < hub.horizon and not self.stale and self.rescue is None:
            self.stale = True; count('stale')
            if 'stalefill' in FIX: self.reincarnate(hub, fill=True)         # nothing already captured goes without its other columns
            self.greeted = (hub.incarnation, self.number)
        if 'gc' in FEAT and self.number not in hub.active: hub.active.add(self.number); hub.cursors[self.number] = self.oldest()

    def reincarnate(self, hub, fill=False):
        count('renumbered'); behind = self.behind_at_pull.get(frozenset(self.K.items()), {})
        self.K = dict(self.K); self.K[self.number] = max(self.K.get(self.number, 0), self.head[0])
        self.behind_at_pull.setdefault(frozenset(self.K.items()), behind)
        self.heads = dict(self.heads); self.heads[self.number] = self.head[0]               # my own changes, under every number that I have had
        for rid, p in list(self.pending.items()):
            sent = p.get('sent') or p['counter'] is not None or p['prev'] is not None
            before, ins, ctx, seen = p['origin']
            p.update(before=before, ins=ins, ctx=dict(ctx), seen=set(seen), counter=None, prev=None, fill=fill, sent=sent)
            p['decides'] = {**p.get('sentdec', {}), **p.get('decides', {})}
            p['seen'] |= {d for dots in p['decides'].values() for d in dots}
            behind = self.behind_at_pull.get(frozenset(p['ctx'].items()), {})
            p['ctx'][self.number] = max(p['ctx'].get(self.number, 0), self.head[0])
            self.behind_at_pull.setdefault(frozenset(p['ctx'].items()), behind)
        hub.active.discard(self.number)
        self.numbers = self.numbers | {self.number}
        self.number, self.counter, self.head, self.outbox, self.at = hub.new_number(), 0, (0, None), [], None

    def push_one(self, hub, whole_rows, lose_answer=False):
        self.greet(hub)
        if self.heal:
            b = self.heal[0]
            try: hub.accept(dict(b, told=frozenset(self.told)))
            except (Gap, Fork): self.heal = [x for x in self.heal if x['number'] != b['number']]; return      # behind a hole, or where another has been faster
            if not lose_answer: self.heal.pop(0)
            return
        todo = [b for b in self.outbox if not b.get('stored')] if 'unit' in FIX else self.outbox
        if self.giving and (not todo or self.rng.random() < .5): hub.take_conflicts(self.giving); self.giving = {}
        if not todo: return
        b = todo[0]; b['tried'] = True
        try: answer = hub.accept(dict(b, measured=-self.skew) if 'unit' in FIX else b)
        except (Fork, Gap):
            if 'conversation' in FEAT: self.greeted = None; return          # the hub refuses: a new conversation
            raise
        if not lose_answer:
            if 'ackhash' in FIX and hub.head.get(self.number) not in self.known(): self.greeted = None; return      # acknowledges somebody else's batch
            b['stored'] = True
            self.acked(hub.V.get(self.number, 0) if 'unit' in FIX else b['changes'][-1]['dot'][1])
            if 'refusalsinpull' not in FIX:
                for x in answer: self.put_back(x)

    def put_back(self, x):
        """As written: the hub's row is put back, the refused one is kept."""
        self.refused[(x['id'], x['counter'])] = x['vals']
        for v in (x['vals'] or {}).values(): W.seen_refused.add(v)
        if x['id'] in self.pending: return                                 # edited again meanwhile
        if x['row'] is None: self.rows.pop(x['id'], None)
        else: self.rows[x['id']] = copy.deepcopy(x['row'])

    def pull_step(self, hub, limit):
        self.greet(hub)
        if self.heal: return
        if self.stale and 'uploadfirst' in FIX and (self.outbox or any(p['counter'] is None for p in self.pending.values())): return      # upload first
        if self.at is None:
            self.at, self.inbox = (0 if self.stale and 'freshpull' in FIX else self.cursor), []
            self.full = self.at == 0
            hub.cursors[self.number] = self.oldest()
        self.page(hub, limit)

    def oldest(self):
        if 'gcoldest' not in FIX: return self.cursor
        return min([self.cursor] + [p['at'] for p in self.pending.values()] + list(self.behind_at.values()))
    def page(self, hub, limit):
        out, done, V, seq, hlc, head, conf = hub.page(self.at, limit, None if self.full else self.number, self.comune, self.number, self.numbers | {self.number})
        self.inbox += out
        if out: self.at = out[-1][0]
        if done:
            if 'pagegreet' in FIX and head not in self.known(): self.at = None; self.greeted = None; return      # somebody else is me
            self.apply(self.inbox, V, seq, hlc, hub, conf); self.at = None

    def compare(self, items):
        there, delivered = {i[1]: i for i in items if i[3] != WITHHELD}, {i[1] for i in items}
        def give(k, before, ins, ctx, more):
            self.pending[k] = {'ctx': dict(ctx), 'knew': self.listing, 'before': before, 'counter': None, 'ins': ins, 'prev': None, 'give': True, 'at': self.cursor,
                            'seen': set(self.seen.get(k, ())) | self.own.get(k, set()) | more, 'hlc': self.floor}
            q = self.pending[k]; q['origin'] = (q['before'], q['ins'], q['ctx'], q['seen']); count('copies')
        for k, row in list(self.rows.items()):
            if k in self.pending:
                p, i = self.pending[k], there.get(k)
                if i is None: p['fill'] = True
                isnewer = i is None or i[3] != p['before'] and covers(self.behind.get(k, self.rescue), i[5])
                if 'copylisted' in FIX and isnewer and p['counter'] is None and p['before'] and not p['prev'] and not p.get('sent') and not p.get('merged'): p['base'] = copy.deepcopy(p['before'])     # as if it had been given back before he began
                elif i is not None and 'keepreplaced' in FIX: self.refused[(k, 'restored', len(self.refused))] = dict(row)              # the columns that he did not change
                continue
            i, ctx = there.get(k), self.behind.get(k, self.rescue)
            if k not in delivered and 'horizon' in FIX and all(self.hubV.get(a, 0) >= b for a, b in list(self.rescue.items()) + list((self.mine or {}).items())):
                del self.rows[k]; self.behind.pop(k, None); self.behind_knew.pop(k, None); self.behind_at.pop(k, None)              # it was deleted, and its tombstone has gone
                continue
            if i is None or (i[3] != row and covers(ctx, i[5])): give(k, None, True, ctx, i[4] if i else set())
            elif i[3] != row and 'keepreplaced' in FIX: self.refused[(k, 'restored', len(self.refused))] = dict(row)     # perhaps nobody else has it: kept beside the refused ones
        if 'givedelete' in FIX:
            for k, i in {i[1]: i for i in items}.items():      # of a record too of which the hub has only some columns
                if k not in self.rows and k not in self.pending and k not in self.behind and i[3] is not None and (covers(self.rescue, i[5]) or k in self.gone):
                    give(k, {} if i[3] == WITHHELD else i[3], False, self.rescue, i[4])
            if not all(self.hubV.get(a, 0) >= b for a, b in list(self.rescue.items()) + list((self.mine or {}).items())):
                for k in sorted(self.gone - delivered - set(self.rows) - set(self.pending) - set(self.behind)): give(k, {}, False, self.rescue, set())
        self.rescue, self.mine = None, None

    def apply(self, items, V, cursor, hlc, hub, conf):
        self.acked(V.get(self.number, 0))
        self.hubV = V
        if self.rescue is not None and self.full:
            self.giving = {k: entry for k, entry in self.conf.items() if k not in hub.conf}      # zona_conflict rows are clean rows too
            self.compare(items)
        elif self.full:
            for k in set(self.rows) - {i[1] for i in items}:               # a fresh pull: what is not delivered is gone
                if k not in self.pending: del self.rows[k]; self.behind.pop(k, None); self.behind_knew.pop(k, None)
            self.stale = False
        last = {}
        for i in items:
            if i[6] is not None:
                x = i[6]; self.refused[(x['id'], x['counter'])] = x['vals']
                if x['reason'] == 'append-only': self.told.add((x['number'], x['counter']))
                for v in (x['vals'] or {}).values(): W.seen_refused.add(v)
            last[i[1]] = i
        for q, k, own, row, seen, dot, ref in sorted(last.values(), key=lambda i: i[0]):
            if 'knowdeletes' in FIX and row != WITHHELD and not own: (self.gone.add if row is None else self.gone.discard)(k)
            if k in self.pending:
                self.behind_knew.setdefault(k, self.pending[k]['knew']); self.behind.setdefault(k, dict(self.pending[k]['ctx'])); self.behind_at.setdefault(k, self.pending[k]['at'])
                q = self.pending[k]
                if q['counter'] is None and not q['prev'] and row != WITHHELD and not own: self.skipped[k] = (copy.deepcopy(row), set(seen))
                else: self.skipped.pop(k, None)
                continue
            if k in self.forms and 'touchheld' in FIX:
                if not own and row != WITHHELD: touches.skip(self, k, row, seen)
                continue
            if row == WITHHELD: self.behind_knew.setdefault(k, self.listing); self.behind.setdefault(k, dict(self.K)); self.behind_at.setdefault(k, self.cursor); continue
            self.behind.pop(k, None); self.behind_knew.pop(k, None); self.behind_at.pop(k, None); self.skipped.pop(k, None); self.seen[k] = set(seen)
            if own: continue
            if row is None: self.rows.pop(k, None)
            else: self.rows[k] = copy.deepcopy(row)
        conf = {**self.giving, **conf}
        self.closed, self.doubts = set(hub.decided), self.doubts | hub.doubts
        self.K, self.conf, self.listing = dict(V), conf, frozenset(conf)
        if 'parents' in FEAT:
            self.orphans, self.listing = set(hub.orphans), self.listing.union(*self.seen.values())
        if 'schema' in FEAT: schemas.pulled(self)
        if FEAT & {'parents', 'keys'}: self.behind_at_pull[frozenset(V.items())] = dict(self.behind)
        if 'keys' in FEAT: self.duplicates = set(hub.duplicates)
        waits = self.pending and not ('clock' in FEAT and 'seenfloor' in FIX) or 'clock' not in FEAT
        self.cursor, self.floor, self.pulled = cursor, max(self.floor, hlc) if waits else hlc, hub.now if hub.hlc else 0
