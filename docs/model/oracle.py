"""Random histories in the order of real conversations, with the end that they must reach, for the code to play.

    python3 -m docs.model.oracle --seed 7 --runs 20 --rule fields

As `trace` (README.md has the steps), one history a line, with three differences that the code makes: what is captured is one batch; a
replica captures and sends all that waits before it asks for a page, unless it goes on with a pull; a stamp is given at capture.
"""
import argparse
import json
from .replica import Replica
from .trace import Recorder

TICK = 1 << 16                                      # a stamp has so many steps in a millisecond


class Talker(Replica):
    """Stamps when it captures, and sends what it captured in one batch."""

    def touch(self, rid, now):
        floor = self.floor
        super().touch(rid, now)
        self.floor, self.pending[rid]['hlc'] = floor, now

    def capture(self, whole_rows):
        self.pending = dict(sorted(self.pending.items(), key=lambda item: (item[1]['at'], int(item[0][1:]))))
        super().capture(whole_rows)

    def stamp(self, ch, rid, p):
        p['hlc'] = max(p['hlc'], self.floor + 1)                # a floor is what was seen: own stamps are none
        return super().stamp(ch, rid, p)

    def enqueue(self, made):
        if not made: return
        prev = self.outbox[-1]['hash'] if self.outbox else self.head[1]
        self.outbox.append({'number': self.number, 'comune': self.comune, 'inc': self.incarnation, 'changes': made, 'prev': prev,
                            'hash': self.rng.getrandbits(64), 'last': True})


class Conversations(Recorder):
    def __init__(self, seed, rule, replicas):
        super().__init__(seed, rule, replicas)
        self.replicas = [Talker(r.number, self.rng) for r in self.replicas]
        for r in self.replicas: r.skew = 0
        self.asking = set()                         # who is in the middle of a pull
        self.now = 1000 * TICK

    def note(self, step, replica, **more):
        self.steps.append({'step': step, 'replica': replica.number, 'now': self.now // TICK, **more})

    def delete(self, r):
        # Who decides and deletes before the next capture: the model forgets the decision, the code keeps it.
        if not any('decides' in p and p['counter'] is None for p in r.pending.values()): super().delete(r)

    def push(self, r, everything=False):
        self.asking.discard(r.number)
        self.capture(r)
        super().push(r, everything)

    def pull(self, r, everything=False):
        if r.number not in self.asking:
            self.capture(r)
            super().push(r, True)
        self.asking.add(r.number)
        count = 0
        while everything or not count:
            r.pull_step(self.hub, 1)
            count += 1
            if r.at is None: break
        if r.at is None: self.asking.discard(r.number)
        self.note('pull', r, pages=count, limit=1, applied=r.at is None)

    def play(self, steps):
        weights = {'insert': 2, 'update': 34, 'delete': 3, 'decide': 10, 'capture': 6, 'push': 14, 'pull': 32}
        self.insert(self.replicas[0])
        for _ in range(steps):
            self.now += self.rng.randint(1, 10) * TICK
            getattr(self, self.rng.choices(list(weights), list(weights.values()))[0])(self.rng.choice(self.replicas))
        for _ in range(4):
            for r in self.replicas:
                self.now += TICK
                if r.number in self.asking: self.pull(r, True)
                self.pull(r, True)

    def script(self):
        return {**super().script(), 'changesPerBatch': 0}


def main():
    a = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    a.add_argument('--seed', type=int, default=0, help='the first')
    a.add_argument('--runs', type=int, default=1)
    a.add_argument('--rule', default='fields', help='a rule that the model knows')
    a.add_argument('--replicas', type=int, default=3)
    a.add_argument('--steps', type=int, default=80)
    a = a.parse_args()
    rule = {'last-writer-wins': 'lww'}.get(a.rule, a.rule)
    for seed in range(a.seed, a.seed + a.runs):
        recorder = Conversations(seed, rule, a.replicas)
        recorder.play(a.steps)
        print(json.dumps(recorder.script(), separators=(',', ':')))


if __name__ == '__main__':
    main()
