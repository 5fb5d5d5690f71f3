"""A campaign: many seeds of one situation."""
import sys
from .world import COUNT, Fork, Gap
from .situations import run

def campaign(runs, rule, faults, label):
    """The seeds that failed."""
    kinds, ok, lost = {}, 0, set(range(runs)); COUNT.clear()
    for seed in range(runs):
        try: run(seed, rule, faults); ok += 1; lost.discard(seed)
        except AssertionError as e:
            a = e.args[0]; k = a[0] if isinstance(a[0], str) else a[0][0]
            kinds.setdefault(k, []).append(a)
        except (Fork, Gap, KeyError, IndexError) as e: kinds.setdefault('stuck: ' + type(e).__name__, []).append((seed,))
    print(f'{label:30} {rule:6} failed {runs - ok:4}/{runs}', ' '.join(f'{k} {v}' for k, v in sorted(COUNT.items())), ' '.join(f'!! {len(v)}x {k} {str(v[0])[:110]}' for k, v in kinds.items()))
    sys.stdout.flush()
    return lost
