"""Evolution strategies: unbiased where theory says so, invariant where it says so, and they find minima."""

import numpy as np
import pytest

from gradfree.optimizers import evolution_strategies as es

SLOPE = np.array([1.0, -2.0, 0.5, 3.0])


def estimate(mean: np.ndarray, fitness, seed: int = 0, **choices) -> np.ndarray:
    """The gradient of the loss that a step of plain descent with rate 1 makes."""
    state = es.init(mean, 0.1, es.Estimator(**choices), "sgd", 1.0)
    population, state = es.ask(state, np.random.default_rng(seed))
    return mean - es.tell(state, population, fitness(population)).mean


def linear(population: np.ndarray) -> np.ndarray:
    return -(5 + population @ SLOPE)


@pytest.mark.parametrize("choices", [{"shaping": "none"}, {"shaping": "baseline"}, {"shaping": "none", "rank": 2}])
def test_the_estimate_of_a_linear_loss_is_its_gradient(choices):
    shapes = {"shapes": ((2, 2),)} if "rank" in choices else {}
    found = estimate(np.zeros(4), linear, n_members=40_000, **choices, **shapes)
    np.testing.assert_allclose(found, SLOPE, atol=0.15)


def test_without_antithetic_pairs_the_estimate_is_that_of_the_published_formula():
    mean, rng = np.ones(4), np.random.default_rng(3)
    draws = 0.1 * np.random.default_rng(3).standard_normal((10, 4))
    draws[0] = 0
    choices = es.Estimator(10, antithetic=False, shaping="none", keep_mean=True)
    state = es.init(mean, 0.1, choices, "sgd", 1.0)
    population, state = es.ask(state, rng)
    losses = np.square(population).sum(1)
    expected = (losses[:, None] * draws).sum(0) / 10 / 0.1**2
    np.testing.assert_allclose(mean - es.tell(state, population, -losses).mean, expected, rtol=1e-9)
    np.testing.assert_array_equal(population[0], mean)


def test_antithetic_pairs_and_a_baseline_have_less_variance():
    kinds = {
        "none": {"antithetic": False, "shaping": "none"},
        "baseline": {"antithetic": False, "shaping": "baseline"},
        "pairs": {"antithetic": True, "shaping": "none"},
    }
    spread = {
        name: np.std([estimate(np.zeros(4), linear, seed, n_members=20, **kind) for seed in range(200)], axis=0).mean()
        for name, kind in kinds.items()
    }
    assert spread["none"] > 2 * spread["baseline"] and spread["none"] > 2 * spread["pairs"]


def test_ranks_see_only_the_order():
    def steep(population):
        return np.exp(20 * linear(population))

    first, second = (estimate(np.zeros(4), f, n_members=20, shaping="ranks") for f in (linear, steep))
    np.testing.assert_array_equal(first, second)


def test_a_plateau_has_no_gradient_and_equal_values_share_their_rank():
    assert not estimate(np.zeros(4), lambda population: np.zeros(len(population)), n_members=20).any()
    np.testing.assert_allclose(es.centered_ranks(np.array([3.0, 1.0, 3.0, 9.0])), [0, -0.5, 0, 0.5])


def test_a_failed_member_counts_as_the_worst_and_never_pulls():
    def failing(population):
        return np.where(population[:, 0] > 0, np.nan, population[:, 0])

    assert estimate(np.zeros(4), failing, n_members=400)[0] > 0  # descent leads away from where members fail
    start = es.init(np.zeros(4), 0.1, es.Estimator(4))
    population, state = es.ask(start, np.random.default_rng(0))
    assert es.tell(state, population, np.full(4, np.nan)) is state


@pytest.mark.parametrize(
    ("adapt", "rule", "rate"), [("none", "adam", 0.05), ("snes", "sgd", 1.0), ("pgpe", "adam", 0.05)]
)
def test_every_strategy_finds_the_minimum_of_a_bowl(adapt, rule, rate):
    goal = np.array([1.0, -1.0, 2.0])
    state = es.init(np.zeros(3), 0.3, es.Estimator(40, adapt=adapt, std_rate=0.3), rule, rate)
    for generation in range(300):
        population, state = es.ask(state, np.random.default_rng(generation))
        state = es.tell(state, population, -np.square(population - goal).sum(1))
    np.testing.assert_allclose(state.mean, goal, atol=0.1)
    if adapt != "none":
        assert (state.std < 0.15).all()  # a bowl asks for ever smaller steps


def test_impossible_choices_are_refused():
    with pytest.raises(ValueError, match="even for antithetic pairs; found 5"):
        es.Estimator(5)
    with pytest.raises(ValueError, match="keep_mean or antithetic"):
        es.Estimator(4, keep_mean=True)
    with pytest.raises(ValueError, match="do not add up to the 4 parameters"):
        es.init(np.zeros(4), 0.1, es.Estimator(4, rank=1, shapes=((2, 3),)))
    with pytest.raises(ValueError, match="sigma must be positive"):
        es.init(np.zeros(4), 0.0, es.Estimator(4))
