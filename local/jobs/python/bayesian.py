"""The next values of a Bayesian sweep. Reads one JSON object, writes the values by name as JSON.

Trials that still run count as no better than the worst, so that trials side by side do not crowd at one place.
"""

import json
import sys

import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution
from optuna.trial import TrialState, create_trial

optuna.logging.set_verbosity(optuna.logging.ERROR)
asked = json.load(sys.stdin)


def distribution(one):
    if one["kind"] == "choice":
        return CategoricalDistribution(one["values"])
    low, high, *step = one["numbers"]
    # Steps are taken afterwards, as the sweep's own definition rounds them.
    return FloatDistribution(low, high)


space = {name: distribution(one) for name, one in asked["space"].items()}
study = optuna.create_study(
    direction=asked["goal"],
    sampler=optuna.samplers.TPESampler(
        seed=asked["seed"] + len(asked["trials"]), n_startup_trials=5, multivariate=True, constant_liar=True
    ),
)
for trial in asked["trials"]:
    done = trial["value"] is not None
    study.add_trial(
        create_trial(
            state=TrialState.COMPLETE if done else TrialState.RUNNING,
            params=trial["values"],
            distributions=space,
            **({"value": trial["value"]} if done else {}),
        )
    )
json.dump(study.ask(space).params, sys.stdout)
