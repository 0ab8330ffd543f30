"""Diffusion and evaporation of the pheromone field."""

import numpy as np
import pytest

from gradfree.tasks.foraging import pheromone


def test_a_drop_gives_an_eighth_of_a_fifth_to_each_neighbor():
    field = np.zeros((5, 6))
    field[2, 3] = 80.0
    spread = pheromone.diffuse(field, 0.2)
    assert spread[2, 3] == pytest.approx(64)
    np.testing.assert_allclose(np.delete(spread[1:4, 2:5].ravel(), 4), 2.0)
    assert spread.sum() == pytest.approx(80)


def test_what_has_no_neighbor_to_go_to_stays():
    field = np.zeros((4, 4))
    field[0, 0], field[0, 2] = 80.0, 800.0
    spread = pheromone.diffuse(field, 0.2)
    assert spread[0, 0] == pytest.approx(80 - 3 * 2)
    assert spread[0, 2] == pytest.approx(800 - 5 * 20)


def test_diffusion_conserves_and_agrees_with_a_loop_over_patches():
    rng = np.random.default_rng(0)
    field = rng.exponential(size=(3, 7, 9))
    expected = np.zeros_like(field)
    for colony, y, x in np.ndindex(field.shape):
        around = [(y + i, x + j) for i in (-1, 0, 1) for j in (-1, 0, 1) if (i, j) != (0, 0)]
        existing = [(i, j) for i, j in around if 0 <= i < 7 and 0 <= j < 9]
        for i, j in existing:
            expected[colony, i, j] += 0.15 / 8 * field[colony, y, x]
        expected[colony, y, x] += (1 - 0.15 * len(existing) / 8) * field[colony, y, x]
    spread = pheromone.diffuse(field, 0.15)
    np.testing.assert_allclose(spread, expected, rtol=1e-13)
    np.testing.assert_allclose(spread.sum(axis=(1, 2)), field.sum(axis=(1, 2)))


@pytest.mark.parametrize("turn", [np.flipud, np.fliplr, np.rot90, np.transpose])
def test_a_turned_or_mirrored_field_diffuses_to_exactly_the_turned_or_mirrored_result(turn):
    field = np.random.default_rng(1).exponential(size=(8, 8)) ** 4
    straight, turned = field, turn(field)
    for _ in range(20):
        straight, turned = pheromone.diffuse(straight, 0.2), pheromone.diffuse(turned, 0.2)
    np.testing.assert_array_equal(turn(straight), turned)


def test_only_the_arena_evaporates_and_half_is_gone_after_69_updates():
    inside = np.zeros((4, 4), bool)
    inside[:, 2:] = True
    field = np.full((4, 4), 100.0)
    for _ in range(69):
        field = pheromone.evaporate(field, 0.01, inside)
    assert (field[~inside] == 100).all()
    np.testing.assert_allclose(field[inside], 50, atol=0.1)
