"""Named Poisson noise: its distribution, and that only the name matters."""

import numpy as np
import pytest
from scipy import stats

from gradfree.models import noise

ROOT = np.uint64(12345)


def counts(image: int, mean: float, n_steps: int = 2000, n_neurons: int = 50) -> np.ndarray:
    found = np.zeros((n_steps, n_neurons), np.uint8)
    noise.fill_counts(found, noise.key_of_image(ROOT, image), 0, 0, noise.table(mean))
    return found


def test_mix_gives_the_published_numbers_of_splitmix64():
    """First outputs of splitmix64 with seed 1234567, as listed with the reference code."""
    state, found = 1234567, []
    for _ in range(3):
        state = (state + noise.GAMMA) % 2**64
        found.append(int(noise.mix(np.uint64(state))))
    assert found == [6457827717110365317, 3203168211198807973, 9817491932198370423]


@pytest.mark.parametrize("mean", [0.01, 0.8, 1.0])
def test_counts_are_poisson(mean):
    found = counts(0, mean).ravel()
    values = np.arange(6)
    observed = np.array([*(np.sum(found == k) for k in values[:-1]), np.sum(found >= values[-1])])
    expected = stats.poisson.pmf(values, mean) * found.size
    expected[-1] = found.size - expected[:-1].sum()
    enough = expected > 5
    assert (
        stats.chisquare(observed[enough], expected[enough] * observed[enough].sum() / expected[enough].sum()).pvalue
        > 1e-3
    )


def test_both_halves_of_the_bits_are_independent():
    keys = [int(noise.bits(noise.key_of_image(ROOT, 0), step, 3)) for step in range(20000)]
    upper, lower = np.array([key >> 32 for key in keys], float), np.array([key % 2**32 for key in keys], float)
    assert abs(np.corrcoef(upper, lower)[0, 1]) < 4 / np.sqrt(20000)
    assert stats.kstest(upper / 2**32, "uniform").pvalue > 1e-3


def test_other_images_steps_and_neurons_have_other_noise_and_the_same_name_has_the_same():
    first = counts(0, 1.0)
    np.testing.assert_array_equal(first, counts(0, 1.0))
    for other in (counts(1, 1.0), np.roll(first, 1, axis=0), np.roll(first, 1, axis=1)):
        assert abs(np.corrcoef(first.ravel(), other.ravel())[0, 1]) < 4 / np.sqrt(first.size)


def test_a_part_of_the_noise_is_the_same_as_in_the_whole():
    part = np.zeros((10, 5), np.uint8)
    noise.fill_counts(part, noise.key_of_image(ROOT, 7), 100, 20, noise.table(1.0))
    np.testing.assert_array_equal(part, counts(7, 1.0)[100:110, 20:25])


@pytest.mark.parametrize("mean", [0.001, 0.01, 0.8, 1.0, 30.0])
def test_counts_are_the_inverse_of_the_distribution_function(mean):
    """Also those found without a table."""
    uniform = np.random.default_rng(0).integers(0, 2**32, 2000)
    expected = stats.poisson.ppf((uniform + 0.5) / 2**32, mean).astype(int)
    table = noise.table(mean)
    assert [noise.count(u, table) for u in uniform] == expected.tolist()
    assert [noise.count_of_mean(u, mean) for u in uniform] == expected.tolist()


@pytest.mark.parametrize("uniform", [0, 2**32 - 1])
def test_the_ends_of_the_random_numbers_have_counts(uniform):
    assert noise.count(uniform, noise.table(1.0)) == noise.count_of_mean(uniform, 1.0) == (12 if uniform else 0)
