"""Every rule of chapter `ants` gives each of its verdicts, on summaries made for it."""

import numpy as np
import pytest
import xarray as xr

from gradfree.claims import ants as claims  # noqa: F401 - registers its claims
from gradfree.claims.ledger import CLAIMS

REPRODUCED, PARTLY, NOT, UNTESTABLE = "reproduced", "partly", "not reproduced", "not testable at this scale"
SETTINGS = ("full", "impaired", "published-ga", "averaged")
CONDITIONS = ("untrained", "intact", "no_smell", "no_deposition")
AROUND = np.array([-0.3, 0.0, 0.3])  # three seeds: the 95 % interval of their mean is ± 0.75
LATE, EARLY = 1000, 100


def verdict(name: str, **summaries: xr.Dataset) -> str:
    return CLAIMS[name].judge(summaries).verdict


def evolution(n_generations: int = LATE, mean=None, best=None) -> xr.Dataset:
    """Two individuals per generation with this mean and best fitness."""
    mean = np.zeros(n_generations) if mean is None else np.asarray(mean, float)
    best = mean if best is None else np.asarray(best, float)
    fitness = np.stack([best, 2 * mean - best], axis=-1)[None, None] + np.zeros((4, 3, 1, 1))
    fitness = fitness + AROUND[None, :, None, None]
    dims = ("setting", "seed", "generation", "individual")
    return xr.Dataset({"fitness": (dims, fitness), "food_returned": (dims, fitness)}, {"setting": list(SETTINGS)})


def trials_of(validation: dict[str, float] | None = None, **food: dict[str, float]) -> xr.Dataset:
    """Food of settings by condition around these means, the same spread in all; `_` stands for `-`."""
    values = np.zeros((4, 3, 4, 2))
    for name, conditions in food.items():
        for condition, mean in conditions.items():
            place = SETTINGS.index(name.replace("_", "-")), slice(None), CONDITIONS.index(condition)
            values[place] = mean + AROUND[:, None] + np.array([-0.01, 0.01])
    chosen = np.array([(validation or {}).get(name, 0.0) for name in SETTINGS])
    return xr.Dataset(
        {
            "test_food": (("setting", "seed", "condition", "test_trial"), values),
            "validation_fitness": (
                ("setting", "seed", "candidate", "validation_trial"),
                np.broadcast_to(chosen[:, None, None, None], (4, 3, 2, 2)) + AROUND[None, :, None, None],
            ),
        },
        {"setting": list(SETTINGS), "condition": list(CONDITIONS)},
    )


def rules(*food: float) -> xr.Dataset:
    return xr.Dataset({"food_returned": ("test_trial", np.asarray(food, float))})


def behavior(**quantities: tuple) -> xr.Dataset:
    """Quantities as (dims after setting and seed, values from seeds on)."""
    return xr.Dataset(
        {
            name: (("setting", "seed", "generation", *dims), np.asarray(values, float)[None])
            for name, (dims, values) in quantities.items()
        },
        {"setting": ["full"]},
    )


@pytest.mark.parametrize(
    ("evolved", "random", "generations", "expected"),
    [(135, 50, LATE, REPRODUCED), (100, 50, LATE, PARTLY), (50, 50, LATE, NOT), (50, 50, EARLY, UNTESTABLE)],
)
def test_foraging_asks_for_a_gain_over_random_brains_and_the_published_level(evolved, random, generations, expected):
    # trained and untrained of a seed move together, so equal means are no gain at all
    food = trials_of(full={"intact": evolved, "untrained": random})
    assert verdict("ant-forages", tests=food, evolution=evolution(generations)) == expected


def test_one_evolution_refutes_nothing():
    food = trials_of(full={"intact": 50, "untrained": 50}).isel(seed=[0])
    assert verdict("ant-forages", tests=food, evolution=evolution(LATE).isel(seed=[0])) == UNTESTABLE


@pytest.mark.parametrize(
    ("evolved", "generations", "expected"),
    [(125, LATE, REPRODUCED), (120.5, LATE, PARTLY), (110, LATE, NOT), (110, EARLY, UNTESTABLE)],
)
def test_evolved_colonies_against_rules(evolved, generations, expected):
    summaries = {"tests": trials_of(full={"intact": evolved}), "rules": rules(119, 121)}
    assert verdict("ant-vs-rules", **summaries, evolution=evolution(generations)) == expected


@pytest.mark.parametrize(
    ("with_pheromone", "generations", "expected"),
    [(99, LATE, REPRODUCED), (97.3, LATE, PARTLY), (95, LATE, NOT), (95, EARLY, UNTESTABLE)],
)
def test_pheromone_helps_where_welchs_interval_lies_above_zero(with_pheromone, generations, expected):
    food = trials_of(full={"intact": with_pheromone}, impaired={"intact": 97})
    assert verdict("ant-pheromone", tests=food, evolution=evolution(generations)) == expected


@pytest.mark.parametrize(
    ("no_smell", "no_deposition", "expected"), [(2, 2, REPRODUCED), (80, 20, PARTLY), (80, 80, NOT)]
)
def test_a_colony_without_pheromone_has_to_fail(no_smell, no_deposition, expected):
    food = trials_of(full={"intact": 100, "no_smell": no_smell, "no_deposition": no_deposition})
    assert verdict("ant-ablation", tests=food, evolution=evolution()) == expected


@pytest.mark.parametrize(
    ("start", "later", "best", "expected"),
    [(-3784, 3000, 12_000, REPRODUCED), (0, 3000, 12_000, PARTLY), (0, 500, 12_000, NOT)],
)
def test_fitness_has_to_start_rise_and_peak_as_published(start, later, best, expected):
    mean = np.r_[start, np.full(129, later)]
    run = evolution(130, mean, np.r_[start, np.full(129, best)])
    assert verdict("ant-fitness", evolution=run) == expected


@pytest.mark.parametrize(("full", "averaged", "expected"), [(80, 80, REPRODUCED), (80, 60, PARTLY), (60, 60, NOT)])
def test_common_worlds_and_means_both_have_to_beat_the_published_algorithm(full, averaged, expected):
    food = trials_of(full={"intact": full}, averaged={"intact": averaged}, published_ga={"intact": 70})
    assert verdict("ant-common-worlds", tests=food) == expected


@pytest.mark.parametrize(("food", "expected"), [(145, REPRODUCED), (138, PARTLY), (130, NOT)])
def test_the_goal_is_judged_on_the_champion_that_validation_chose(food, expected):
    better_by_luck = {"intact": 151}
    found = trials_of({"impaired": 9.0}, full=better_by_luck, impaired={"intact": food})
    assert verdict("ant-goal", tests=found) == expected


@pytest.mark.parametrize(("drops", "near", "expected"), [(0.3, 0.8, REPRODUCED), (0.05, 0.8, PARTLY), (0.05, 0.4, NOT)])
def test_drops_at_food_and_nest_have_to_exceed_chance(drops, near, expected):
    found = behavior(
        drop_probability=(("context",), np.full((3, 2, 4), drops)),
        drop_probability_chance_high=(("context",), np.full((3, 2, 4), 0.1)),
        drops_near=((), np.full((3, 2), near)),
        drops_near_chance_high=((), np.full((3, 2), 0.5)),
        correlation=(("output", "input"), np.full((3, 2, 4, 11), 0.2)),
    )
    assert verdict("ant-places", behavior=found, evolution=evolution()) == expected


@pytest.mark.parametrize(
    ("alike", "trails", "straight", "expected"),
    [(-5, 5, 0, REPRODUCED), (-5, 0, -5, PARTLY), (-0.1, 0.1, 0.1, PARTLY), (5, -5, -5, NOT)],
)
def test_self_organization_asks_for_two_sure_changes(alike, trails, straight, expected):
    changes = {"diversity": alike, "traffic_trails": trails, "trip_straightness": straight}
    values = {key: ((), np.stack([np.zeros(3), change + AROUND], axis=1)) for key, change in changes.items()}
    assert verdict("ant-self-organization", behavior=behavior(**values), evolution=evolution()) == expected


@pytest.mark.parametrize(("n_right", "expected"), [(3, REPRODUCED), (2, PARTLY), (0, NOT)])
def test_correlations_have_to_show_the_published_patterns_in_every_seed(n_right, expected):
    r = np.zeros((3, 1, 4, 11))
    pattern = {(1, 0): -0.4, (2, 0): 0.2, (1, 2): 0.2, (2, 4): 0.2, (3, 1): 0.3, (3, 10): 0.2}
    for (output, sensor), value in pattern.items():
        r[:n_right, :, output, sensor] = value
    found = behavior(correlation=(("output", "input"), r))
    found["p_zero_lag"] = ("setting", "seed", "shown", "output", "input"), np.ones((1, 3, 1, 4, 11))
    assert verdict("ant-correlations", behavior=found, evolution=evolution()) == expected


@pytest.mark.parametrize(("n_rising", "expected"), [(3, REPRODUCED), (1, PARTLY), (0, NOT)])
def test_a_trend_has_to_survive_corrections_in_every_seed(n_rising, expected):
    values = np.random.default_rng(1).normal(0, 0.01, (3, 40, 4, 11))
    values[:n_rising, :, 1, 0] += np.linspace(0, 1, 40)
    found = behavior(correlation_first_ant=(("output", "input"), values)).assign_coords(generation=np.arange(40))
    assert verdict("ant-trends", behavior=found, evolution=evolution()) == expected


@pytest.mark.parametrize(("first", "last", "expected"), [(0.05, 0.7, REPRODUCED), (0.05, 0.2, PARTLY), (0.7, 0.7, NOT)])
def test_late_colonies_have_to_mark_more_of_the_arena(first, last, expected):
    spread = np.stack([np.full((3, 1), first), last + 0.01 * AROUND[:, None]], axis=1)
    found = behavior(pheromone_spread=(("snapshot",), spread))
    assert verdict("ant-pheromone-map", behavior=found, evolution=evolution()) == expected
