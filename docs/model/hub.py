"""The hub: stores batches, folds units, merges, answers pages, collects, is restored."""
import copy
from . import clocks, duplicates, parents, reopening, rules, schemas
from .world import COUNT, FEAT, FIX, WITHHELD, Fork, Gap, W, bad, count, covers

class Hub:
    def __init__(self, rule, rng):
        self.rule, self.number, self.incarnation, self.rng = rule, 'h0', 0, rng
        self.V, self.seq, self.rec, self.conf, self.head, self.hlc, self.next_number = {}, 0, {}, {}, {}, 0, 100
        self.hashes, self.listed, self.violations = {}, {}, []
        self.dormant = {}                          # conflict whose loser came to show -> (value, record dot of that moment)
        self.held, self.collected, self.decided = {}, {}, set()          # collected: ground truth, what went with a tombstone
        self.marks, self.kept, self.reopened, self.doubts = {}, {}, set(), frozenset()      # reopening.py
        self.held_up, self.orphans = set(), set()                          # parents.py: deleted and shown for a child; children listed
        self.alias, self.unions, self.of, self.duplicates = {}, [], {}, set()     # duplicates.py
        self.drawn = set()                                                 # the numbers drawn in this life
        self.now = 0                                                       # clocks.py: its clock
        self.former = False                                                # whether a life was before this one
        self.cursors, self.active, self.horizon, self.refusals = {}, set(), 0, []

    def fresh_dot(self):
        self.V[self.number] = self.V.get(self.number, 0) + 1
        return (self.number, self.V[self.number])
    def new_number(self):
        if 'randomids' in FIX: n = self.rng.getrandbits(60)
        else: self.next_number += 1; n = self.next_number
        self.drawn.add(n); self.active.add(n); self.cursors[n] = 0
        return n

    def accept(self, b):
        n, first, last = b['number'], b['changes'][0]['dot'][1], b['changes'][-1]['dot'][1]
        at, hash_ = self.head.get(n, (0, None))
        if last <= at:
            if b['hash'] in self.hashes.get(n, ()): return [x for x in self.refusals if x['number'] == n and first <= x['counter'] <= last] if 'refusalsagain' in FIX else []
            raise Fork()
        if first != at + 1: raise Gap()
        if b['prev'] != hash_: raise Fork()
        answer, changes = [], b['changes']
        if 'unit' in FIX:                                              # fold a capture whole, when its last batch is there
            held = self.held.setdefault(n, []); held.append(b)
            self.head[n] = (last, b['hash']); self.hashes.setdefault(n, set()).add(b['hash'])
            if not b['last']: return []
            changes = [ch for x in held for ch in x['changes']]; self.held[n] = []
        for ch in changes:
            ch = dict(ch, old=b['inc'] != self.incarnation, by=b['comune'])
            if 'clock' in FEAT: ch['hlc'] = clocks.accepted(self, ch, b.get('measured'))
            self.V[n] = ch['dot'][1]; self.hlc = max(self.hlc, ch['hlc'])
            if 'keys' in FEAT: ch = duplicates.moved(self, ch)
            if ch is None: continue
            reason = self.refuse(ch, b)
            if reason: answer.append(self.refused(ch, n, reason))
            else:
                for c, v in ch.get('vals', {}).items(): W.accepted.setdefault(v, (ch['id'], c)); W.wrote.setdefault(v, ch['dot'])
                if ch['op'] == 'del': W.knew[ch['dot']] = ch['knew'] | ch['seen']
                self.merge(ch)
                if ch['op'] == 'reo': continue
                (W.deletes if ch['op'] == 'del' else W.edits).setdefault(ch['id'], []).append((ch['dot'], schemas.had_seen(ch) if ch['op'] == 'del' else set(ch['seen']), bool(ch.get('weak') or ch.get('give'))))
        self.head[n] = (last, b['hash']); self.hashes.setdefault(n, set()).add(b['hash'])
        if 'keys' in FEAT: duplicates.settle(self)
        if 'parents' in FEAT: parents.settle(self, {ch['id'] for ch in changes})
        return answer

    def refuse(self, ch, b):
        if 'scope' in FEAT and 'scopecheck' in FIX:
            cur = self.rec.get(ch['id'])
            if cur is not None and not self.readable(cur['owner'], b['comune']): return 'out of scope'
        if 'refuse' in FEAT and any(bad(v) for v in ch.get('vals', {}).values()): return 'not valid'
        if 'refuse' in FEAT and 'needrecord' in FIX and ch['op'] == 'upd' and b['inc'] == self.incarnation and ch['id'] not in self.rec and 'fill' not in ch: return 'no such record'
        if self.rule == 'append': return self.refuse_change(ch, b)
        if 'authorise' in FEAT and ch.get('owner', '') not in ('', b['comune']) and not (ch.get('give') and 'quarantine' in FIX): return 'not yours'
        return None

    def refuse_change(self, ch, b):
        """A row is only ever inserted, by whoever has it: the same once more is no news, another is refused."""
        if 'appendonly' in FIX and ch['op'] != 'ins': return 'append-only'
        if 'refusedstay' in FIX and ch['dot'] in b.get('told', ()): return 'append-only'      # in a former life, and its writer knows
        there = self.show(ch['id']) if ch['id'] in self.rec else None
        if there and ch['op'] == 'ins' and ((there != ch['vals'] and 'appendonly' in FIX) or 'appendequal' not in FIX): return 'append-only'

    def refused(self, ch, n, reason):
        self.seq += 1
        rid = ch['id']; cur = self.rec.get(rid)
        for c, v in ch.get('vals', {}).items():
            W.refused.setdefault(v, (rid, c))
        if ch['op'] == 'ins': W.unequal.append((rid, ch['vals']))
        hide = reason == 'out of scope'
        x = {'seq': self.seq, 'number': n, 'counter': ch['dot'][1], 'id': rid, 'reason': reason, 'vals': ch.get('vals'), 'hide': hide}
        self.refusals.append(x); count('refused')
        if 'refusebump' in FIX and cur is not None and not hide:
            self.seq += 1; cur['seq'] = self.seq; cur['dot'] = self.fresh_dot()
        return dict(x, row=self.show(rid) if cur is not None and not hide and self.whole(rid) else None)

    @staticmethod
    def readable(owner, comune): return owner == '' or comune == 'capofila' or owner == comune

    def merge(self, ch):
        if ch['op'] == 'reo': return reopening.fold(self, ch)
        rid, ctx, pulled = ch['id'], dict(ch['ctx']), ch.get('pulled', ch['ctx']); n, c = ch['dot']
        ch = dict(ch, pulled=pulled)
        ctx[n] = max(ctx.get(n, 0), c - 1)
        cur = self.rec.get(rid)
        if self.rule == 'append' and cur is not None and self.show(rid) == ch.get('vals'): return
        if cur is None:
            cur = self.rec[rid] = {'g': {}, 'dot': None, 'seq': 0, 'seen': set(self.collected.get(rid, ())), 'owner': ch.get('owner', '')}
            if (self.horizon if ch.get('weak') or ch.get('old') else ch['op'] == 'upd') and 'editgone' in FIX:      # an edit of a record that is gone here (anything given back, once tombstones went): listed until its insert comes
                self.conf[(rid, '#', ('gone',) + ch['dot'])] = 'gone'; self.listed[(rid, '#', ('gone',) + ch['dot'])] = None
        elif ch['op'] == 'ins' and not ch.get('weak'):
            for k in [k for k in self.conf if k[0] == rid and k[2][0] == 'gone']: del self.conf[k]
        writes, shown = {}, (self.show(rid) or {}) if cur['g'] else {}
        if ch['op'] == 'del': writes['#'] = True
        else:
            writes['#'] = False
            if self.rule in rules.BY_COLUMN: writes.update(rules.by_groups(ch['vals'], shown))
            else: writes.update({'*': {c: v for c, v in ch['vals'].items() if c != schemas.NEW}}, **{c: v for c, v in ch['vals'].items() if c == schemas.NEW})
        if self.rule in rules.BY_COLUMN:
            def better(y, v): return y['v'] != v and self.saw(dict(ch, ctx=ctx), y['dot'])      # a change that had given way to it on his screen
            filled = {g: v for g, v in rules.by_groups(ch.get('fill', {}), shown).items() if g not in writes and (ch['op'] == 'ins' and 'copylisted' in FIX or all(y['weak'] or better(y, v) for y in cur['g'].get(g, ())))}      # an insert brings along what was given back before its giver wrote to it
            writes.update(filled)
        else: filled = {}
        plain, full = not (schemas.unseen(ch) and schemas.NEW in cur['g'] and 'unseenplain' in FIX), ctx
        listed_before = {k for k in self.conf if k[0] == rid}
        for g, v in writes.items():
            ctx, blind = schemas.context(full, ch, g), schemas.is_blind(ch, g, cur['g'])
            reg, weak = cur['g'].get(g, []), bool(ch.get('weak')) or (g in filled and 'fillweak' in FIX)    # what the writer did not change is a copy
            named = {d for k, dots in ch.get('decides', {}).items() if k[1] == g for d in dots} if 'named' in FIX else set()
            if any(self.saw(y, ch['dot']) or ch['dot'] in y.get('named', ()) for y in reg):
                plain = False
                if not weak: cur['g'][g] = [self.standing(y, [dict(ch, ctx=ctx, weak=False)]) if y['weak'] else y for y in reg]
                continue
            gone = [y for y in reg if self.saw(dict(ch, ctx=ctx), y['dot']) and not (blind and not y['v']) or y['dot'] in named]
            if weak and 'equalcopy' in FIX and any(y['v'] == v and not y['weak'] for y in reg):          # a copy of what is there makes no change less of a change
                over = [y for y in gone if y['v'] != v]
                cur['g'][g] = [y for y in reg if y not in over]; plain = False
                if 'besidecopy' in FIX and (over or g == '#'):             # its giver saw that value win, or the record there
                    self.add_copy(cur, g, self.standing(self.sibling(ch, ctx, v, over, True, named, pulled), over))
                self.relist(rid, g)
                continue
            if weak and 'weak' in FIX:
                stay = [y for y in reg if not covers(ctx, y['dot'])]
                if any(not y['weak'] for y in stay) or any(y['weak'] and (all(y['ctx'].get(a, 0) >= b for a, b in ch['ctx'].items()) or any(not covers(ctx, d) for d in y['stands'])) for y in stay):
                    plain = False
                    if v != self.winner(rid, g, stay)['v']: self.conf[(rid, g, ch['dot'])] = v; self.listed[(rid, g, ch['dot'])] = None
                    continue
                for y in stay:
                    if v != y['v'] and not self.twin(y, reg, ctx): self.conf[(rid, g, y['dot'])] = y['v']; self.listed[(rid, g, y['dot'])] = None
                gone = [y for y in reg if y['v'] != v or y not in stay or 'twincopies' not in FIX or all(ctx.get(a, 0) >= b for a, b in y['ctx'].items())]
            elif 'weak' in FIX:
                for y in reg:
                    if y['weak'] and y not in gone:                   # a real change that the giver had not seen: it is newer
                        gone = gone + [y]; plain = False
                        if y['v'] != v and not self.twin(y, reg, ctx): self.conf[(rid, g, y['dot'])] = y['v']; self.listed[(rid, g, y['dot'])] = None
            kept = [y for y in reg if y not in gone]
            for y in gone:
                if y['dot'] not in ch['seen'] and not (y['weak'] or weak): self.violations.append(('claims to have seen', rid, g, y['dot'], ch['dot']))
                k = (rid, g, y['dot'])
                if 'supersede' in FIX:
                    if k in self.conf and self.listed.get(k) and not covers(ctx, self.listed[k]) and self.knows(ch): self.closed_by(k, ch)
                elif kept: self.conf.pop(k, None)
            if kept: plain = False
            new = self.sibling(ch, ctx, v, gone, weak, named, pulled)
            cur['g'][g] = kept + [self.standing(new, gone) if weak else new]
            if not weak: self.written_over(rid, g, ctx, named, ch)
            self.relist(rid, g)
        ctx = full
        for k in [k for k in ch.get('decides', {}) if 'reopen' not in FEAT or reopening.decided(self, k, ch)]:
            if 'named' in FIX or (k in self.conf and self.listed.get(k) and covers(ctx, self.listed[k])): self.conf.pop(k, None); self.decided.add(k); count('decided')
        if 'decidedstay' in FIX:
            for k in [k for k in self.conf if k in self.decided]: del self.conf[k]        # what was decided is not listed again
        if self.show(rid) is None and 'keptrow' in FIX:                        # a copy that lost to a delete shows nowhere: its row stands in the list
            for k in [k for k, v in self.conf.items() if k[:2] == (rid, '#') and v is False and k not in listed_before]: self.conf[k] = self.row(rid)
        self.kept.update((k, v) for k, v in self.conf.items() if k[0] == rid)
        self.seq += 1
        cur['seq'] = self.seq
        if plain and cur['dot'] is not None and not covers(ctx, cur['dot']) or ch.get('moved'): plain = False
        if any(k[0] == rid and at is None and self.listed[k] is None for k, (_, at) in self.dormant.items()): plain = False      # of a former life: its old dot would say that this is known
        cur['dot'] = ch['dot'] if plain else self.fresh_dot()
        for k, (v, at) in list(self.dormant.items()):
            if k[0] == rid and at is None: self.dormant[k] = (v, cur['dot'])
        cur['seen'] = cur['seen'] | {ch['dot']}
        for k in self.conf:
            if k[0] == rid and k not in listed_before and k not in self.listed: self.listed[k] = cur['dot'] if self.of_this_life(k[2]) else None
        if ch.get('merged'): duplicates.absorb(self, dict(ch, ctx=ctx))

    @staticmethod
    def sibling(ch, ctx, v, gone, weak, named, pulled):
        return {'dot': ch['dot'], 'ctx': ctx, 'hlc': clocks.after(ch['hlc'], gone), 'v': v, 'weak': weak, 'named': named, 'by': ch['by'], 'behind': ch.get('behind', {}), 'seen': ch['seen'], 'knew': ch['knew'], 'pulled': pulled, 'stands': frozenset()}
    @staticmethod
    def add_copy(cur, g, new):
        """Beside a change that says the same: of two such copies the one that knows more stays."""
        def knows(a, b): return a['weak'] and all(a['ctx'].get(n, 0) >= c for n, c in b['ctx'].items())
        if not any(knows(y, new) for y in cur['g'][g]): cur['g'][g] = [y for y in cur['g'][g] if not (y['weak'] and knows(new, y))] + [new]
    @staticmethod
    def twin(copy, reg, ctx):
        """Whether the writer had the same value on screen, from another copy."""
        return 'twincopies' in FIX and any(y['weak'] and y['v'] == copy['v'] and covers(ctx, y['dot']) for y in reg)
    def standing(self, copy, older):
        """A copy stands for the changes that it had seen, those that it takes the place of and those that come later, and knows what they knew."""
        if 'standing' not in FIX: return copy
        seen = [y for y in older if covers(copy['ctx'], y['dot'])]
        ctx = dict(copy['ctx'])
        for y in seen:
            for a, b in y['ctx'].items(): ctx[a] = max(ctx.get(a, 0), b)
        return dict(copy, ctx=ctx, stands=copy['stands'] | {y['dot'] for y in seen if not y['weak']} | {d for y in older if y['weak'] for d in y['stands'] if covers(copy['ctx'], d)})
    def saw(self, writer, dot): return duplicates.saw(self, writer, dot) if 'keys' in FEAT else covers(writer['ctx'], dot)
    def of_this_life(self, dot):
        """Whether nobody can have known a listing of this loser in a former life of the hub: each replica draws a number for each life."""
        return 'formerloser' not in FIX or not self.former or dot[0] in self.drawn
    def knows(self, ch):
        """Whether nothing of what the writer had seen is missing here."""
        return all(self.V.get(a, 0) >= b for a, b in ch['ctx'].items())
    def closed_by(self, k, ch):
        """Closed by itself: wrong if the writer had it in his list and merely wrote another value."""
        del self.conf[k]; count('closed')
        if k in ch['knew'] and k not in ch.get('decides', {}): self.violations.append(('closed undecided, though its writer knew the listing', k, ch['dot']))
    def written_over(self, rid, g, ctx, named, ch):
        """A real change wrote the group: what it means for the conflicts whose loser it covers, though another replaced it before."""
        for k in [k for k in self.conf if k[:2] == (rid, g)] if 'closereplaced' in FIX else ():
            if (self.saw(dict(ch, ctx=ctx), k[2]) or k[2] in named) and self.listed.get(k) and not covers(ctx, self.listed[k]) and self.knows(ch): self.closed_by(k, ch)
        for k in [k for k in self.dormant if k[:2] == (rid, g)]:
            if not self.saw(dict(ch, ctx=ctx), k[2]) and k[2] not in named: continue
            (v, at), listed = self.dormant[k], self.listed[k]
            knew = covers(ctx, listed) if listed else 'dormantgiven' in FIX            # of a former life: he may have known it
            if 'dormantstays' in FIX and knew and at and covers(ctx, at): continue     # says nothing for who did not know that it had ended
            del self.dormant[k]                              # he knew the listing, and not that its loser shows: as if he had come first
            if knew and not (at and covers(ctx, at)): self.conf[k] = v
    def relist(self, rid, g):
        reg = self.rec[rid]['g'][g]; win = self.winner(rid, g, reg)
        for y in reg:
            k = (rid, g, y['dot'])
            if k in self.reopened: continue
            if y is win or y['v'] == win['v']:
                if k in self.conf and (self.listed.get(k) or k in self.listed and 'dormantgiven' in FIX) and 'dormant' in FIX: self.dormant[k] = (y['v'], None)
                self.conf.pop(k, None)
            else: self.conf[(rid, g, y['dot'])] = y['v']

    def winner(self, rid, g, reg):
        if g == '#': return min(reg, key=lambda y: (y['v'], -y['hlc'], y['dot']))
        return max(reg, key=lambda y: (rules.rank(self.rule, g, y, self.rec[rid]['owner']), y['hlc'], y['dot']))

    def show(self, rid):
        g = self.rec[rid]['g']
        if '#' not in g or self.winner(rid, '#', g['#'])['v'] and rid not in self.held_up: return None
        return self.row(rid)

    def row(self, rid):
        row = {}
        for k, r in self.rec[rid]['g'].items():
            v = self.winner(rid, k, r)['v']
            if k != '#': row.update(v if isinstance(v, dict) else {k: v})
        return row

    def whole(self, rid):
        return self.rule not in rules.BY_COLUMN or set(rules.groups()) <= set(self.rec[rid]['g']) or self.winner(rid, '#', self.rec[rid]['g']['#'])['v']

    def page(self, after, limit, number, comune='capofila', me=None, mine=None):
        rows = sorted((v['seq'], k) for k, v in self.rec.items() if v['seq'] > after and ('scope' not in FEAT or self.readable(v['owner'], comune)))
        if 'ownmark' not in FIX: rows = [(q, k) for q, k in rows if self.rec[k]['dot'][0] != number]
        told = [x for x in self.refusals if x['number'] in (mine or {me}) and x['seq'] > after] if 'refusalsinpull' in FIX else []
        both = sorted([(q, 0, k) for q, k in rows] + [(x['seq'], 1, i) for i, x in enumerate(told)])
        done, both = len(both) <= limit, both[:limit]
        out = []
        for q, kind, k in both:
            if kind == 1:
                x = told[k]; rid = x['id']; rec = None if x['hide'] else self.rec.get(rid)
                out.append((q, rid, False, (self.show(rid) if self.whole(rid) else WITHHELD) if rec else None, set(rec['seen']) if rec else set(), rec['dot'] if rec else ('none', 0), x))
                continue
            v = self.rec[k]; own = v['dot'][0] == number
            row = None if own else self.show(k) if self.whole(k) else WITHHELD
            out.append((q, k, own, row, set(v['seen']), v['dot'], None))
        return out, done, dict(self.V), self.seq, self.hlc, self.head.get(me, (0, None)), ({k: (v, self.listed.get(k), self.siblings(k)) for k, v in self.conf.items()} if done else None)

    def take_conflicts(self, giving):
        """A replica gives back what its list said in a former life. What was listed here before, closed or not, stays as it is."""
        for k, (v, _, _) in giving.items():
            if k in self.conf or ('closedstay' in FIX and k in self.listed) or ('decidedstay' in FIX and k in self.decided): continue
            self.conf[k], self.listed[k] = v, None if 'formerloser' in FIX else self.fresh_dot()
            self.seq += 1
    def siblings(self, k):
        '''What shows, and what is equal to it: a third value has a conflict of its own, and stays beside a decision about this one.'''
        reg = self.rec.get(k[0], {'g': {}})['g'].get(k[1], [])
        if not reg: return []
        shown = self.winner(k[0], k[1], reg)['v']
        return [(y['dot'], y['v']) for y in reg if y['v'] == shown]
    def close_incomplete(self):
        '''Every active replica has compared: what is still incomplete goes back to its writers.'''
        for k in [k for k, v in self.rec.items() if v['g'] and not self.whole(k)]:
            for g, reg in self.rec[k]['g'].items():
                for y in reg:
                    if g == '#': continue
                    self.seq += 1; vals = y['v'] if isinstance(y['v'], dict) else {g: y['v']}
                    for c, v in vals.items(): W.refused.setdefault(v, (k, c)); W.accepted.pop(v, None)
                    self.refusals.append({'seq': self.seq, 'number': y['dot'][0], 'counter': y['dot'][1], 'id': k, 'reason': 'incomplete', 'vals': vals, 'hide': True})
            del self.rec[k]
    def gc(self):
        floor = min([self.cursors.get(n, 0) for n in self.active] or [self.seq])
        named = parents.named(self) if 'parents' in FEAT else ()
        for k in list(self.rec):
            v = self.rec[k]
            if k not in named and v['seq'] <= floor and self.show(k) is None and all(len(r) == 1 for r in v['g'].values()):
                count('collected'); self.collected.setdefault(k, set()).update(v['seen']); del self.rec[k]; self.horizon = max(self.horizon, v['seq'])

    def restore(self, backup):
        count('restored'); inc, lost, rng = self.incarnation + 1, self.next_number, self.rng
        viol = self.violations
        self.__dict__ = copy.deepcopy(backup.__dict__, {id(rng): rng})
        self.violations = viol
        if 'randomids' in FIX: self.incarnation, self.number = rng.getrandbits(60), 'h%d' % rng.getrandbits(60)
        elif 'honest' in FEAT: self.incarnation += 1; self.number = 'h%d' % self.incarnation
        else: self.incarnation, self.next_number, self.number = inc, lost + 50, 'h%d' % inc
        self.drawn, self.former = set(), True
