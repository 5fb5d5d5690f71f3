"""A random history as a script for another implementation, with the end that it must reach.

    python3 -m docs.model.trace --seed 7 --rule fields

No disasters: some replicas, one hub. Every choice is written down (README.md explains the steps), so who replays it draws nothing.
"""
import argparse
import json
import random
from .hub import Hub
from .mechanisms import ALL
from .replica import Replica
from .truth import check
from .world import COLUMNS, FEAT, FIX, W

COLUMN_OF_ROW = '*'


class Recorder:
    """Plays steps on the model and writes each down."""

    def __init__(self, seed, rule, replicas):
        self.rng, self.rule, self.seed = random.Random(seed), rule, seed
        FEAT.clear(); FIX.clear(); FIX.update(ALL); W.reset()
        self.hub = Hub(rule, self.rng)
        self.replicas = [Replica(i + 1, self.rng) for i in range(replicas)]
        for r in self.replicas: r.skew = 0
        self.hub.active = {r.number for r in self.replicas}
        self.hub.cursors = {r.number: 0 for r in self.replicas}
        self.whole, self.now, self.made, self.steps, self.names = rule == 'lww', 1000, 0, [], {}

    def text(self, value):
        """A short unique text for a value of the model."""
        return self.names.setdefault(value, f'v{len(self.names) + 1}')

    def values(self, row):
        return None if row is None else {c: self.text(v) for c, v in sorted(row.items())}

    def note(self, step, replica, **more):
        self.steps.append({'step': step, 'replica': replica.number, 'now': self.now, **more})

    def insert(self, r):
        self.made += 1
        rid = f'R{self.made}'
        r.insert(rid, self.now, COLUMNS)
        self.note('insert', r, record=rid, values=self.values(r.rows[rid]))

    def update(self, r):
        if not r.rows: return
        rid, column = self.rng.choice(sorted(r.rows)), self.rng.choice(COLUMNS)
        r.update(rid, self.now, column)
        self.note('update', r, record=rid, values={column: self.text(r.rows[rid][column])})

    def delete(self, r):
        if not r.rows: return
        rid = self.rng.choice(sorted(r.rows))
        r.delete(rid, self.now)
        self.note('delete', r, record=rid)

    def decide(self, r):
        open_ = [k for k in sorted(r.conf, key=str) if k[0] in r.rows and k[1] != '#']
        if not open_: return
        k = self.rng.choice(open_)
        before = dict(r.rows[k[0]])
        r.decide(k, self.now)
        changed = {c: v for c, v in r.rows[k[0]].items() if before.get(c) != v}
        self.note('decide', r, conflict=self.conflict(k, r.conf[k][0]), values=self.values(changed))

    def capture(self, r):
        r.capture(self.whole)
        self.note('capture', r)

    def push(self, r, everything=False):
        """Greets, then sends the waiting batches: one, or all. The answer is lost or not."""
        lost = False if everything else self.rng.random() < .2
        count = 0
        r.greet(self.hub)
        while [b for b in r.outbox if not b.get('stored')]:
            r.push_one(self.hub, self.whole, lose_answer=lost)
            count += 1
            if not everything: break
        self.note('push', r, batches=count, answerLost=lost and count > 0)

    def pull(self, r, everything=False):
        """Greets, then asks for one page of at most `limit` entries, or for all up to the complete one."""
        count = 0
        while True:
            r.pull_step(self.hub, 2)
            count += 1
            if r.at is None or not everything: break
        self.note('pull', r, pages=count, limit=2, applied=r.at is None)

    def conflict(self, key, value):
        rid, group, dot = key
        if group == '#': return {'record': rid, 'group': 'existence', 'losing': 'deleted' if value is True else 'present'}
        if group == COLUMN_OF_ROW: return {'record': rid, 'group': 'row', 'losing': self.values(value)}
        return {'record': rid, 'group': group, 'losing': self.text(value)}

    def play(self, steps):
        weights = {'insert': 6, 'update': 30, 'delete': 2, 'decide': 3, 'capture': 14, 'push': 20, 'pull': 25}
        for _ in range(steps):
            self.now += self.rng.randint(1, 10)
            getattr(self, self.rng.choices(list(weights), list(weights.values()))[0])(self.rng.choice(self.replicas))
        for _ in range(4):
            for r in self.replicas:
                self.now += 1
                self.capture(r); self.push(r, True); self.pull(r, True)
        check(self.hub, self.replicas, self.seed, self.rule)

    def script(self):
        ends = {k: self.values(self.hub.show(k)) for k in sorted(self.hub.rec)}
        conflicts = [self.conflict(k, self.hub.conf[k]) for k in sorted(self.hub.conf, key=str)]
        return {'format': 1, 'seed': self.seed, 'rule': {'lww': 'last-writer-wins'}.get(self.rule, self.rule), 'columns': list(COLUMNS),
                'changesPerBatch': 2, 'replicas': [r.number for r in self.replicas], 'steps': self.steps,
                'expected': {'rows': ends, 'conflicts': sorted(conflicts, key=lambda c: json.dumps(c, sort_keys=True))}}


def main():
    a = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    a.add_argument('--seed', type=int, default=0)
    a.add_argument('--rule', choices=['fields', 'lww'], default='fields')
    a.add_argument('--replicas', type=int, default=3)
    a.add_argument('--steps', type=int, default=120)
    a = a.parse_args()
    recorder = Recorder(a.seed, a.rule, a.replicas)
    recorder.play(a.steps)
    print(json.dumps(recorder.script(), indent=1))


if __name__ == '__main__':
    main()
