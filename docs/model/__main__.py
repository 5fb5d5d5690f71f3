"""Runs the campaigns: python3 -m docs.model --runs 300 [--mutants] [--only base,gc]."""
import argparse
from .world import FEAT, FIX
from .campaigns import campaign
from .mechanisms import ALL, CAMPAIGNS, COMFORT, RULES, WHERE

if __name__ == '__main__':
    a = argparse.ArgumentParser(); a.add_argument('--runs', type=int, default=300); a.add_argument('--only', default='')
    a.add_argument('--mutants', action='store_true'); a = a.parse_args()
    names = [n for n in CAMPAIGNS if not a.only or n in a.only.split(',')]
    def tried(name, rule, without=None):
        faults, feat = CAMPAIGNS[name]
        FEAT.clear(); FEAT.update(feat); FIX.clear(); FIX.update(ALL - {without})
        return campaign(a.runs, rule, faults, f'{name} without {without}' if without else name)
    whole = {(name, rule): tried(name, rule) for name in names for rule in RULES.get(name, ('fields', 'lww'))}
    missed = []
    for m in sorted(ALL - COMFORT) if a.mutants else []:                        # caught = a seed fails that the whole design passes
        caught = {key: len(tried(*key, m) - lost) for key, lost in whole.items() if m not in WHERE or key[0] in WHERE[m].split()}
        if not caught: continue
        print(f'== {m}: {sum(caught.values())} of {len(caught) * a.runs} runs', ' '.join(f'{name}/{rule}:{n}' for (name, rule), n in caught.items() if n))
        if not any(caught.values()): missed.append(m)
    if a.mutants: print('not caught:', ' '.join(missed) or 'none')
    raise SystemExit(bool(missed) if a.mutants else any(whole.values()))
