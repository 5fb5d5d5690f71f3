"""Concurrent units in every order: neither the rows nor the open conflicts may depend on it.

At a moment of a run everybody captures; what then waits in the outboxes is concurrent between replicas. Copies of the hub
receive it in three orders of the replicas, one of them reversed (each keeps its own order); all must end with the same rows and open conflicts.
"""
import copy
from .world import W


def check_order(hub, reps, seed, whole):
    for r in reps: r.greet(hub); r.capture(whole)
    senders = [r for r in reps if r.outbox]
    if len(senders) < 2: return
    truth = copy.deepcopy(W.__dict__)
    first = None
    for order in senders, senders[::-1], senders[1:] + senders[:1]:
        other = copy.deepcopy(hub, {id(hub.rng): hub.rng})
        for r in order:
            for b in r.outbox:
                if not b.get('stored'): other.accept(copy.deepcopy(b))
        rows = {k: other.show(k) for k in other.rec}
        ends = (rows, {**other.conf, **{(k, 'c', 'orphan'): None for k in other.orphans | other.duplicates}})
        if first is None: first = ends
        elif first != ends:
            W.__dict__.clear(); W.__dict__.update(truth)
            if first[0] != rows: raise AssertionError(('rows depend on the order of concurrent units', seed))
            k = sorted(set(first[1]) ^ set(ends[1]), key=str)
            raise AssertionError(('open conflicts depend on the order of concurrent units', seed, k, [r.number for r in order]))
    W.__dict__.clear(); W.__dict__.update(truth)
